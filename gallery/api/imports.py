"""Imports of folders and archives: begin one, follow it, tell it what to do, and read what became of each file."""

from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import NonBlankString, QuerySerializer, StrictSerializer
from gallery.access.permissions import may_administrate
from gallery.access.problems import CONFLICT, ApiView, Conflict, InvalidRequest
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
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
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.creation import ImportOptions, create_confined_job, create_sent_job, create_upload_job
from gallery.bulk_import.safety import ImportRefused, allowed_roots, subfolders
from gallery.bulk_import.tasks import enqueue_import
from gallery.models import ImportItem, ImportJob
from gallery.serializers import Page
from gallery.storage.path_names import Places

NEW_IMPORT = PolymorphicProxySerializer(
    component_name="NewImport", serializers=[FolderImport, SentImport], resource_type_field_name=None
)


KEY_HEADER, MAX_KEY = "Idempotency-Key", 255
IDEMPOTENCY_KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "pattern": f"^[!-~]{{1,{MAX_KEY}}}$"},
    OpenApiParameter.HEADER,
    description="Any string, such as a UUID; repeating a request with the same key starts no second import.",
)
LOCATION = response_header("Location", "The import.", 200, 201)


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

    @extend_schema(
        operation_id="begin_import",
        parameters=[IDEMPOTENCY_KEY, LOCATION],
        request=NEW_IMPORT,
        responses={201: ImportSerializer, 200: ImportSerializer},
        tags=["imports"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Import a folder of the server, or an archive that was sent in pieces, with or without a check.

        The import runs in the background. Repeating a request with the same `Idempotency-Key` answers 200 with the
        first import.
        """
        key = _idempotency_key(request)
        if begun := _begun_with(request, key):
            return begun
        is_sent = isinstance(request.data, dict) and "upload" in request.data
        given: StrictSerializer = (SentImport if is_sent else FolderImport).read(request.data)
        fields: dict[str, Any] = dict(given.validated_data)
        place = fields.pop("upload" if is_sent else "folder")
        owner, options = _owner_of(request, fields), _options_of(fields, idempotency_key=key)
        try:
            if is_sent:
                job = create_sent_job(place, owner=owner, started_by=request.user, options=options)
            else:
                job = create_confined_job(Path(place), owner=owner, started_by=request.user, options=options)
        except ImportRefused as error:
            raise serializers.ValidationError({"upload" if is_sent else "folder": str(error)}) from error
        except IntegrityError:
            return _begun_meanwhile(request, key)
        return _begun(request, job)


class ArchiveImport(ApiView):
    """An import of what is sent."""

    scopes = {"POST": Scope.IMPORT}
    parser_classes = [BareArchive, BareBytes]

    @extend_schema(
        operation_id="import_archive",
        parameters=[NewArchive, FILENAME_PARAMETER, IDEMPOTENCY_KEY, LOCATION],
        # Client generators cannot handle `application/zip`; the view also accepts that, and a body without a type.
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: ImportSerializer, 200: ImportSerializer},
        tags=["imports"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> Response:
        """Import a zip archive, sent as the request body; it is kept until the import ends.

        Repeating a request with the same `Idempotency-Key` answers 200 with the first import, before the body is read.
        If the options make the address too long, send the archive to `imports/uploads/` and the options to `imports/`.
        """
        key = _idempotency_key(request)
        if begun := _begun_with(request, key):
            return begun
        fields = dict(NewArchive.read(request.query_params).validated_data)
        owner, options = _owner_of(request, fields), _options_of(fields, idempotency_key=key)
        try:
            job = create_upload_job(
                blocks_of(request),
                filename=filename_of(request),
                size=int(request.headers.get("Content-Length") or 0),
                owner=owner,
                started_by=request.user,
                options=options,
            )
        except ImportRefused as error:
            raise InvalidRequest(str(error)) from error
        except IntegrityError:
            return _begun_meanwhile(request, key)
        return _begun(request, job)


class FolderQuery(QuerySerializer):
    """Which folder."""

    folder = serializers.CharField(
        required=False, max_length=MAX_PATH, trim_whitespace=False, help_text="Without it: those that may be imported."
    )


class FolderBody(StrictSerializer):
    """Folder whose content is listed."""

    folder = NonBlankString(required=False, max_length=MAX_PATH, trim_whitespace=False)


class FolderList(serializers.Serializer):
    """Folders of the server."""

    folders = serializers.ListField(child=serializers.CharField(), help_text="Each may be imported, or looked into.")


class Folders(ApiView):
    """What may be imported."""

    scopes = {"GET": Scope.IMPORT, "POST": Scope.IMPORT}

    @extend_schema(operation_id="list_import_folders", parameters=[FolderQuery], responses=FolderList, tags=["imports"])
    def get(self, request: ApiRequest) -> Response:
        """List the folders of the server that may be imported, or those within one of them."""
        return self._list(request, FolderQuery.read(request.query_params).validated_data.get("folder"))

    @extend_schema(operation_id="look_into_folder", request=FolderBody, responses=FolderList, tags=["imports"])
    def post(self, request: ApiRequest) -> Response:
        """List folders like GET, for a path that is too long for an address; nothing is changed."""
        return self._list(request, FolderBody.read(request.data).validated_data.get("folder"))

    def _list(self, request: ApiRequest, folder: str | None) -> Response:
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
        return Response(
            _for_reader(request, ImportSerializer)(
                ImportJob.objects.get_followed_or_404(job_id, user=request.user)
            ).data
        )


class TellImport(ApiView):
    """What to do."""

    scopes = {"POST": Scope.IMPORT}

    @extend_schema(
        operation_id="tell_import", request=Action, responses={202: ImportSerializer, **CONFLICT}, tags=["imports"]
    )
    def post(self, request: ApiRequest, job_id: int) -> Response:
        """Start, or go on after a pause; pause; cancel; undo, which removes what came by this import alone."""
        job = ImportJob.objects.get_followed_or_404(job_id, user=request.user)
        wanted = Action.read(request.data)
        action = ImportAction(wanted.validated_data["action"])
        if not apply_action(job, action, user=request.user):
            raise Conflict(_("The import's current state does not allow this action."))
        if job.is_busy:
            enqueue_import(job.pk)
        return Response(_for_reader(request, ImportSerializer)(job).data, status=202)


class Items(ApiView):
    """The files of an import."""

    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="list_import_items", parameters=[ItemQuery], responses=ItemPage, tags=["imports"])
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """What became of each file, in the order in which they were found; for the gallery's owner alone."""
        job = ImportJob.objects.get_visible_or_404(job_id, user=request.user)
        query = ItemQuery.read(request.query_params)
        items = job.items.select_related("job")
        if "verdict" in query.validated_data:
            items = items.filter(verdict=query.validated_data["verdict"])
        return Response(answer_page(items, query, _for_reader(request, ItemSerializer), latest_first=False))


def _owner_of(request: ApiRequest, fields: dict[str, Any]) -> User:
    """Return the owner of the gallery to import into; raises PermissionDenied, ValidationError."""
    name = fields.get("owner", request.user.get_username())
    if name == request.user.get_username():
        return request.user
    if not may_administrate(request):
        raise PermissionDenied
    owner = User.objects.filter(username=name, is_active=True).first()
    if owner is None:
        raise serializers.ValidationError({"owner": _("There is nobody of this name.")})
    return owner


def _options_of(fields: dict[str, Any], *, idempotency_key: str) -> ImportOptions:
    """Return the validated fields of a request as options of an import."""
    chosen = {name: value for name, value in fields.items() if name not in ("owner", "check")}
    state = ImportJob.State.CHECKING if fields["check"] else ImportJob.State.RUNNING
    return ImportOptions(**chosen, idempotency_key=idempotency_key, state=state)


def _idempotency_key(request: ApiRequest) -> str:
    """Return the request's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header); ValidationError."""
    key = str(request.headers.get(KEY_HEADER, "")).strip()
    if len(key) > MAX_KEY or not key.isprintable():
        raise serializers.ValidationError({KEY_HEADER: _("Give at most %(limit)d characters.") % {"limit": MAX_KEY}})
    return key


def _begun_with(request: ApiRequest, key: str) -> Response | None:
    """Return the answer with the import that was started with this key, or None."""
    job = ImportJob.objects.filter(started_by=request.user, idempotency_key=key).first() if key else None
    return _answer(request, job, status=200) if job else None


def _begun_meanwhile(request: ApiRequest, key: str) -> Response:
    """Return the answer with the import that a concurrent request started with this key."""
    begun = _begun_with(request, key)
    if begun is None:
        raise Conflict(_("Another request with this key was refused; repeat this one."))
    return begun


def _begun(request: ApiRequest, job: ImportJob) -> Response:
    enqueue_import(job.pk)
    return _answer(request, job, status=201)


def _answer(request: ApiRequest, job: ImportJob, *, status: int) -> Response:
    location = {"Location": reverse("api:import", args=[job.pk])}
    return Response(_for_reader(request, ImportSerializer)(job).data, status=status, headers=location)


def _for_reader(request: ApiRequest, serializer: Any) -> Any:
    """Return `serializer` with the details that only the owner or administrators may see."""
    return partial(serializer, context={"request": request})
