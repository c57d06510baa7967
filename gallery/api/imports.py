"""Imports of folders and archives: begin one, follow it, tell it what to do, and read what became of each file."""

from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import Input, Query
from gallery.access.permissions import may_administrate
from gallery.access.problems import CONFLICT, ApiView, Conflict, Refused
from gallery.access.transfers import is_transfer
from gallery.api.bodies import FILENAME_PARAMETER, BareArchive, BareBytes, blocks_of, filename_of
from gallery.api.import_serializers import (
    MAX_PATH,
    Action,
    FolderImport,
    ImportSerializer,
    ItemSerializer,
    NewArchive,
    SentImport,
)
from gallery.api.paging import PageQuery, answer_page
from gallery.bulk_import.jobs import create_confined_job, create_sent_job, create_upload_job, tell
from gallery.bulk_import.safety import ImportRefused, allowed_roots, subfolders
from gallery.import_tasks import enqueue_import
from gallery.models import ImportItem, ImportJob
from gallery.places import Places
from gallery.serializers import Page
from gallery.tokens import Scope

NEW_IMPORT = PolymorphicProxySerializer(
    component_name="NewImport", serializers=[FolderImport, SentImport], resource_type_field_name=None
)


class ItemQuery(PageQuery):
    """Which files."""

    verdict = serializers.ChoiceField(ImportItem.Verdict.choices, required=False)


class ImportPage(Page):
    """Some of the imports, and where to go on."""

    results = ImportSerializer(many=True)


class ItemPage(Page):
    """Some of the files, and where to go on."""

    results = ItemSerializer(many=True)


class Imports(ApiView):
    """All imports of a person."""

    scopes = {"GET": Scope.IMPORT, "POST": Scope.IMPORT}

    @extend_schema(operation_id="list_imports", parameters=[PageQuery], responses=ImportPage, tags=["imports"])
    def get(self, request: ApiRequest) -> Response:
        """List the imports into your gallery, and those that you have begun for others, the latest first."""
        query = PageQuery.read(request.query_params)
        jobs = ImportJob.objects.followed_by(request.user).select_related("owner")
        return Response(answer_page(jobs, query, _for_reader(request, ImportSerializer)))

    @extend_schema(operation_id="begin_import", request=NEW_IMPORT, responses={201: ImportSerializer}, tags=["imports"])
    def post(self, request: ApiRequest) -> Response:
        """Import a folder of the server, or an archive that came in pieces; checked first or at once.

        It is done in the background.
        """
        is_sent = isinstance(request.data, dict) and "upload" in request.data
        given: Input = (SentImport if is_sent else FolderImport).read(request.data)
        options: dict[str, Any] = dict(given.validated_data)
        place = options.pop("upload" if is_sent else "folder")
        options = _who_and_when(request, options)
        try:
            job = create_sent_job(place, **options) if is_sent else create_confined_job(Path(place), **options)
        except ImportRefused as error:
            raise serializers.ValidationError({"upload" if is_sent else "folder": str(error)}) from error
        return _begun(request, job)


class ArchiveImport(ApiView):
    """An import of what is sent."""

    scopes = {"POST": Scope.IMPORT}
    parser_classes = [BareArchive, BareBytes]

    @extend_schema(
        operation_id="import_archive",
        parameters=[NewArchive, FILENAME_PARAMETER],
        request={"application/zip": OpenApiTypes.BINARY, "application/octet-stream": OpenApiTypes.BINARY},
        responses={201: ImportSerializer},
        tags=["imports"],
    )
    @is_transfer
    def post(self, request: ApiRequest) -> Response:
        """Import a zip archive, which is the body, as a folder is imported; it is kept until the import is over."""
        options = _who_and_when(request, dict(NewArchive.read(request.query_params).validated_data))
        filename, size = filename_of(request), int(request.headers.get("Content-Length") or 0)
        try:
            job = create_upload_job(blocks_of(request), filename=filename, size=size, **options)
        except ImportRefused as error:
            raise Refused(str(error)) from error
        return _begun(request, job)


class FolderQuery(Query):
    """Which folder."""

    folder = serializers.CharField(
        required=False, max_length=MAX_PATH, trim_whitespace=False, help_text="Without it: those that may be imported."
    )


class FolderList(serializers.Serializer):
    """Folders of the server."""

    folders = serializers.ListField(child=serializers.CharField(), help_text="Each may be imported, or looked into.")


class Folders(ApiView):
    """What may be imported."""

    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="list_import_folders", parameters=[FolderQuery], responses=FolderList, tags=["imports"])
    def get(self, request: ApiRequest) -> Response:
        """List the folders of the server that may be imported, or those within one of them."""
        folder = FolderQuery.read(request.query_params).validated_data.get("folder")
        try:
            found = subfolders(Path(folder)) if folder else allowed_roots()
        except ImportRefused as error:
            raise serializers.ValidationError({"folder": str(error)}) from error
        places = Places(shows_paths=may_administrate(request))
        return Response({"folders": [places.name(str(path)) for path in found]})


class OneImport(ApiView):
    """One import."""

    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="read_import", responses=ImportSerializer, tags=["imports"])
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """What was asked for, how far it is, what it counts, and what it can be told now."""
        return Response(_for_reader(request, ImportSerializer)(_followed(request, job_id)).data)


class TellImport(ApiView):
    """What to do."""

    scopes = {"POST": Scope.IMPORT}

    @extend_schema(
        operation_id="tell_import", request=Action, responses={202: ImportSerializer, **CONFLICT}, tags=["imports"]
    )
    def post(self, request: ApiRequest, job_id: int) -> Response:
        """Start, or go on after a pause; pause; cancel; undo, which removes what came by this import alone."""
        job = _followed(request, job_id)
        wanted = Action.read(request.data)
        if not tell(job, wanted.validated_data["action"]):
            raise Conflict(_("As this import stands it cannot be told that."))
        if job.is_busy:
            enqueue_import(job.pk)
        return Response(_for_reader(request, ImportSerializer)(job).data, status=202)


class Items(ApiView):
    """The files of an import."""

    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="list_import_items", parameters=[ItemQuery], responses=ItemPage, tags=["imports"])
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """What became of each file, in the order in which they were found; for the gallery's owner alone."""
        job = get_object_or_404(ImportJob.objects.visible_to(request.user), pk=job_id)
        query = ItemQuery.read(request.query_params)
        items = job.items.select_related("job")
        if "verdict" in query.validated_data:
            items = items.filter(verdict=query.validated_data["verdict"])
        return Response(answer_page(items, query, _for_reader(request, ItemSerializer), latest_first=False))


def _who_and_when(request: ApiRequest, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a request with owner and state as an ImportJob has them; PermissionDenied, ValidationError."""
    name = options.pop("owner", request.user.get_username())
    owner: User | None = request.user
    if name != request.user.get_username():
        if not may_administrate(request):
            raise PermissionDenied
        owner = User.objects.filter(username=name, is_active=True).first()
    if owner is None:
        raise serializers.ValidationError({"owner": _("There is nobody of this name.")})
    state = ImportJob.State.CHECKING if options.pop("check") else ImportJob.State.RUNNING
    return options | {"owner": owner, "started_by": request.user, "state": state}


def _begun(request: ApiRequest, job: ImportJob) -> Response:
    enqueue_import(job.pk)
    location = {"Location": reverse("api:import", args=[job.pk])}
    return Response(_for_reader(request, ImportSerializer)(job).data, status=201, headers=location)


def _for_reader(request: ApiRequest, serializer: Any) -> Any:
    """`serializer`, which says more to the owner and to administrators."""
    return partial(serializer, context={"request": request})


def _followed(request: ApiRequest, job_id: int) -> ImportJob:
    """An import that the one who asks may follow, or 404."""
    return get_object_or_404(ImportJob.objects.followed_by(request.user).select_related("owner"), pk=job_id)
