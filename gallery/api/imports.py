"""Imports of folders and archives: start and follow them, apply actions, and list the verdict on each file."""

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
from gallery.access.fields import StrictSerializer
from gallery.access.permissions import may_administrate
from gallery.access.problems import CONFLICT, ApiView, Conflict, InvalidRequest
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.api.bodies import (
    FILENAME_PARAMETER,
    ArchiveParser,
    BodyParser,
    GzipParser,
    TarParser,
    blocks_of,
    filename_of,
)
from gallery.api.import_serializers import (
    ArchiveImportQuery,
    FolderImport,
    ImportActionSerializer,
    ImportSerializer,
    ItemSerializer,
    UploadedArchiveImport,
)
from gallery.api.paging import PageQuery, answer_page
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.creation import ImportOptions, create_confined_job, create_sent_job, create_upload_job
from gallery.bulk_import.safety import ImportRefused
from gallery.bulk_import.tasks import enqueue_import
from gallery.models import ImportItem, ImportJob
from gallery.serializers import Page

NEW_IMPORT = PolymorphicProxySerializer(
    component_name="NewImport", serializers=[FolderImport, UploadedArchiveImport], resource_type_field_name=None
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
    """Query parameters for the list of an import's files."""

    verdict = serializers.ChoiceField(ImportItem.Verdict.choices, required=False)


class ImportPage(Page):
    """Page of the user's imports."""

    results = ImportSerializer(many=True)


class ItemPage(Page):
    """Page of an import's files."""

    results = ItemSerializer(many=True)


class ImportListView(ApiView):
    """List of imports, and new imports."""

    scopes = {"GET": Scope.IMPORT, "POST": Scope.IMPORT}

    @extend_schema(operation_id="list_imports", parameters=[PageQuery], responses=ImportPage, tags=["imports"])
    def get(self, request: ApiRequest) -> Response:
        """List the imports into your gallery and those you started for others, latest first."""
        query = PageQuery.read(request.query_params)
        jobs = ImportJob.objects.followed_by(request.user).select_related("owner", "album")
        return Response(answer_page(jobs, query, _for_reader(request, ImportSerializer)))

    @extend_schema(
        operation_id="create_import",
        parameters=[IDEMPOTENCY_KEY, LOCATION],
        request=NEW_IMPORT,
        responses={201: ImportSerializer, 200: ImportSerializer},
        tags=["imports"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Import a folder on the server, or an archive that was uploaded in pieces, with or without a check.

        The import runs in the background. Repeating a request with the same `Idempotency-Key` answers 200 with the
        first import.
        """
        key = _idempotency_key(request)
        if existing := _existing_import(request, key):
            return existing
        is_sent = isinstance(request.data, dict) and "upload" in request.data
        given: StrictSerializer = (UploadedArchiveImport if is_sent else FolderImport).read(request.data)
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
            return _concurrent_import(request, key)
        return _enqueue(request, job)


class ArchiveImportView(ApiView):
    """Import of an archive sent as the request body."""

    scopes = {"POST": Scope.IMPORT}
    parser_classes = [ArchiveParser, GzipParser, TarParser, BodyParser]

    @extend_schema(
        operation_id="import_archive",
        parameters=[ArchiveImportQuery, FILENAME_PARAMETER, IDEMPOTENCY_KEY, LOCATION],
        # Client generators cannot handle `application/zip`; the view also accepts that, and a body without a type.
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: ImportSerializer, 200: ImportSerializer},
        tags=["imports"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> Response:
        """Import an archive (zip, tar, tgz, tar.bz2, tar.xz) sent as the body; it is stored until the import ends.

        Repeating a request with the same `Idempotency-Key` answers 200 with the first import, before the body is read.
        If the options make the address too long, send the archive to `imports/uploads/` and the options to `imports/`.
        """
        key = _idempotency_key(request)
        if existing := _existing_import(request, key):
            return existing
        fields = dict(ArchiveImportQuery.read(request.query_params).validated_data)
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
            return _concurrent_import(request, key)
        return _enqueue(request, job)


class ImportDetailView(ApiView):
    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="read_import", responses=ImportSerializer, tags=["imports"])
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """Return an import with its options, progress, counts and possible actions."""
        job = ImportJob.objects.get_followed_or_404(job_id, user=request.user)
        return Response(_for_reader(request, ImportSerializer)(job).data)


class ImportActionView(ApiView):
    scopes = {"POST": Scope.IMPORT}

    @extend_schema(
        operation_id="apply_import_action",
        request=ImportActionSerializer,
        responses={202: ImportSerializer, **CONFLICT},
        tags=["imports"],
    )
    def post(self, request: ApiRequest, job_id: int) -> Response:
        """Apply an action: start or resume, pause, cancel, or undo.

        `undo` removes the photos that only this import added.
        """
        job = ImportJob.objects.get_followed_or_404(job_id, user=request.user)
        wanted = ImportActionSerializer.read(request.data)
        action = ImportAction(wanted.validated_data["action"])
        if not apply_action(job, action, user=request.user):
            raise Conflict(_("The import's current state does not allow this action."))
        if job.is_busy:
            enqueue_import(job.pk)
        return Response(_for_reader(request, ImportSerializer)(job).data, status=202)


class ItemListView(ApiView):
    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="list_import_items", parameters=[ItemQuery], responses=ItemPage, tags=["imports"])
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """List the import's files with their verdicts, in the order found; only for the owner of the gallery."""
        job = ImportJob.objects.get_visible_or_404(job_id, user=request.user)
        query = ItemQuery.read(request.query_params)
        items = job.items.select_related("job", "photo")
        if "verdict" in query.validated_data:
            items = items.filter(verdict=query.validated_data["verdict"])
        return Response(answer_page(items, query, _for_reader(request, ItemSerializer), latest_first=False))


def _owner_of(request: ApiRequest, fields: dict[str, Any]) -> User:
    """Return the owner of the gallery to import into. Raises PermissionDenied or ValidationError."""
    name = fields.get("owner", request.user.get_username())
    if name == request.user.get_username():
        return request.user
    if not may_administrate(request):
        raise PermissionDenied
    owner = User.objects.filter(username=name, is_active=True).first()
    if owner is None:
        raise serializers.ValidationError({"owner": _("No such user.")})
    return owner


def _options_of(fields: dict[str, Any], *, idempotency_key: str) -> ImportOptions:
    """Return the validated fields of a request as options of an import."""
    chosen = {name: value for name, value in fields.items() if name not in ("owner", "check")}
    state = ImportJob.State.CHECKING if fields["check"] else ImportJob.State.RUNNING
    return ImportOptions(**chosen, idempotency_key=idempotency_key, state=state)


def _idempotency_key(request: ApiRequest) -> str:
    """Return the request's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).

    Raises ValidationError if it is too long or contains control characters.
    """
    key = str(request.headers.get(KEY_HEADER, "")).strip()
    if len(key) > MAX_KEY or not key.isprintable():
        raise serializers.ValidationError({KEY_HEADER: _("Enter at most %(limit)d characters.") % {"limit": MAX_KEY}})
    return key


def _existing_import(request: ApiRequest, key: str) -> Response | None:
    """Return the answer with the import that was started with this idempotency key, or None."""
    job = ImportJob.objects.filter(started_by=request.user, idempotency_key=key).first() if key else None
    return _answer(request, job, status=200) if job else None


def _concurrent_import(request: ApiRequest, key: str) -> Response:
    """Return the answer with the import that a concurrent request started with this idempotency key."""
    existing = _existing_import(request, key)
    if existing is None:
        raise Conflict(_("Another request with this idempotency key failed. Repeat this request."))
    return existing


def _enqueue(request: ApiRequest, job: ImportJob) -> Response:
    enqueue_import(job.pk)
    return _answer(request, job, status=201)


def _answer(request: ApiRequest, job: ImportJob, *, status: int) -> Response:
    location = {"Location": reverse("api:import", args=[job.pk])}
    return Response(_for_reader(request, ImportSerializer)(job).data, status=status, headers=location)


def _for_reader(request: ApiRequest, serializer: Any) -> Any:
    """Return `serializer` with the request, by which it decides which details the user may see."""
    return partial(serializer, context={"request": request})
