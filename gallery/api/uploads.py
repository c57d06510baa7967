"""Uploads of one picture per request, as a form or as the bare body, and checks by checksum before uploading."""

from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.body_limits import too_large
from gallery.access.fields import (
    MAX_NUMBER,
    JsonInteger,
    QueryInteger,
    QuerySerializer,
    StrictSerializer,
    StrictString,
)
from gallery.access.problems import MISSING, ApiView, InvalidRequest, TooLarge
from gallery.access.schema import response_header
from gallery.access.spooling import LargeFileSkipper
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.access.upload_answers import status_of
from gallery.albums.contents import add_photos
from gallery.api.bodies import (
    FILENAME_PARAMETER,
    MODIFIED_HELP,
    MODIFIED_PARAMETER,
    BodyParser,
    ModificationTimeField,
    PictureParser,
    blocks_of,
    filename_of,
    modification_time_of,
)
from gallery.api.photos import MD5, SHA1, SHA256, by_checksum
from gallery.intake.upload import store_upload
from gallery.models import Album, Arrival, Photo
from gallery.pictures.digests import digests_of, read_checksum
from gallery.pictures.opening import is_original_there
from gallery.serializers import PhotoSerializer
from gallery.storage.files import temporary_folder

# Number of hexadecimal digits of each checksum header.
CHECKSUM_HEADERS = {"X-Checksum-SHA256": SHA256, "X-Checksum-SHA1": SHA1, "X-Checksum-MD5": MD5}
# The results of uploading a file that is not refused.
STORED = [Arrival.CREATED.value, Arrival.DUPLICATE.value, Arrival.RESTORED.value]
MAX_CHECKS = 1000
IN_MEMORY = 2 << 20


def _base64_pattern(digits: int) -> str:
    """Return the base64 pattern of a digest with `digits` hexadecimal digits."""
    size = digits // 2
    padding = -size % 3
    return f"[A-Za-z0-9+/]{{{(size + padding) // 3 * 4 - padding}}}{'=' * padding}"


class UploadSerializer(StrictSerializer):
    """Upload form with one file."""

    file = serializers.FileField(allow_empty_file=True)
    modified_at = ModificationTimeField(required=False, help_text=MODIFIED_HELP)


class UploadQuery(QuerySerializer):
    """Query parameters of an upload."""

    album = QueryInteger(
        required=False, min_value=1, max_value=MAX_NUMBER, help_text="Id of an album to which the photo is added."
    )


class UploadAnswer(serializers.Serializer):
    """Result of uploading one picture."""

    status = serializers.ChoiceField(STORED, help_text="`restored`: the photo was in the trash.")
    id = serializers.IntegerField(help_text="Id of the photo.")
    photo = PhotoSerializer(allow_null=True, help_text="The photo; null for tokens without the scope `photo:read`.")


class FileCheck(StrictSerializer):
    """File that the client intends to upload."""

    id = StrictString(
        max_length=1000, trim_whitespace=False, help_text="The client's name for the file, such as its path."
    )
    checksum = serializers.RegexField(
        rf"^(?:[0-9a-fA-F]{{{SHA256}}}|[0-9a-fA-F]{{{SHA1}}}|[0-9a-fA-F]{{{MD5}}})$",
        help_text="SHA-256, SHA-1 or MD5 in hexadecimal.",
    )
    file_size = JsonInteger(required=False, min_value=0, max_value=1 << 50)


class FileChecks(StrictSerializer):
    """Files that the client intends to upload."""

    files = serializers.ListField(child=FileCheck(), min_length=1, max_length=MAX_CHECKS)


class UploadVerdict(serializers.Serializer):
    """Verdict on one file: upload it or not, and why."""

    id = serializers.CharField()
    action = serializers.ChoiceField(["accept", "reject"])
    reason = serializers.ChoiceField(["duplicate", "too-large"], allow_null=True)
    photo_id = serializers.IntegerField(allow_null=True, help_text="Id of the photo with these bytes.")


class UploadVerdictList(serializers.Serializer):
    """Verdicts in the order of the files."""

    results = UploadVerdict(many=True)


@dataclass(frozen=True)
class _Announced:
    """Name and modification time of the client's file, from headers or form."""

    filename: str
    modified_at: datetime | None


class UploadView(ApiView):
    scopes = {"POST": Scope.UPLOAD}
    parser_classes = [MultiPartParser, BodyParser, PictureParser]

    @extend_schema(
        operation_id="upload_photo",
        parameters=[
            UploadQuery,
            *(
                OpenApiParameter(
                    name,
                    {"type": "string", "pattern": f"^(?:[0-9a-fA-F]{{{digits}}}|{_base64_pattern(digits)})$"},
                    OpenApiParameter.HEADER,
                    description="In hexadecimal or base64. If a photo has this checksum, the body is not read;"
                    " otherwise the body must match it.",
                )
                for name, digits in CHECKSUM_HEADERS.items()
            ),
            FILENAME_PARAMETER,
            MODIFIED_PARAMETER,
            response_header("Location", "Address of the photo.", 200, 201),
        ],
        # Client generators cannot handle `image/*`; the view also accepts that, and a body without a type.
        request={"multipart/form-data": UploadSerializer, "application/octet-stream": OpenApiTypes.BINARY},
        responses={201: UploadAnswer, 200: UploadAnswer, **MISSING},
        tags=["upload"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> Response:
        """Upload a picture: 201 if it is new, 200 if the gallery or its trash already has the same bytes.

        The `Content-Type` of a bare body may be any picture type, or missing.
        """
        album_id = UploadQuery.read(request.query_params).validated_data.get("album")
        if album_id:
            Album.objects.get_visible_or_404(album_id, user=request.user)
        announced = _Announced(filename_of(request), modification_time_of(request))
        checksums = _checksums(request)
        if known := _known(request, checksums):
            if album_id:
                add_photos(album_id, Photo.objects.filter(pk=known.pk), user=request.user)
            return _answer(request, known, Arrival.DUPLICATE)
        file, announced = _receive(request, announced)
        try:
            _verify(file, checksums)
            photo, arrival = store_upload(
                file,
                owner=request.user,
                filename=announced.filename,
                modified_at=announced.modified_at,
                album_id=album_id,
            )
        finally:
            file.close()
        return _answer(request, photo, arrival)


class UploadCheckView(ApiView):
    scopes = {"POST": Scope.UPLOAD}

    @extend_schema(operation_id="check_uploads", request=FileChecks, responses=UploadVerdictList, tags=["upload"])
    def post(self, request: ApiRequest) -> Response:
        """Report which files to upload; duplicates and files that are too large are rejected."""
        files = FileChecks.read(request.data).validated_data["files"]
        known = _photos_by_checksum(request, [file["checksum"].lower() for file in files])
        return Response({"results": [_verdict(file, known.get(file["checksum"].lower())) for file in files]})


def _checksums(request: ApiRequest) -> list[str]:
    """Return the checksums in the request's headers. Raises ValidationError if one is malformed."""
    found = []
    for name, digits in CHECKSUM_HEADERS.items():
        value = request.headers.get(name)
        if value is None:
            continue
        try:
            found.append(read_checksum(value.strip(), digits=digits))
        except ValueError as error:
            sentence = _("Enter %(digits)d hexadecimal digits, or the same bytes in base64.") % {"digits": digits}
            raise serializers.ValidationError({name: sentence}) from error
    return found


def _known(request: ApiRequest, checksums: list[str]) -> Photo | None:
    """Return the photo with one of these checksums; None if its file is lost, because an upload then restores it."""
    photos = Photo.objects.visible_to(request.user)
    for checksum in checksums:
        photo = photos.filter(by_checksum(checksum)).first()
        if photo and is_original_there(photo.path):
            return photo
    return None


def _receive(request: ApiRequest, announced: _Announced) -> tuple[IO[bytes], _Announced]:
    """Return the file with its name and time: from a form, or from the bare body that the headers describe.

    Raises TooLarge or ValidationError.
    """
    # Limits each file of a form, independently of the length of the whole body.
    skipper = LargeFileSkipper(request)
    request._request.upload_handlers.insert(0, skipper)
    data = request.data
    if skipper.skipped:
        raise TooLarge(too_large(settings.MAX_UPLOAD_BYTES))
    if isinstance(data, dict):
        given = UploadSerializer.read(data).validated_data
        file: UploadedFile = given["file"]
        modified_at = given.get("modified_at", announced.modified_at)
        return cast(IO[bytes], file), _Announced(file.name or "", modified_at)
    return _spool(request), announced


def _spool(request: ApiRequest) -> IO[bytes]:
    """Return the bare body in a temporary file. Raises TooLarge as soon as it exceeds the limit."""
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY, dir=str(temporary_folder()))  # noqa: SIM115 - closed by the view
    size = 0
    for block in blocks_of(request):
        size += len(block)
        if size > settings.MAX_UPLOAD_BYTES:
            file.close()
            raise TooLarge(too_large(settings.MAX_UPLOAD_BYTES))
        file.write(block)
    return file


def _verify(file: IO[bytes], checksums: list[str]) -> None:
    """Compare the file with the client's checksums. Raises InvalidRequest."""
    if not checksums:
        return
    digests = digests_of(file)
    if not set(checksums) <= {digests.sha256, digests.sha1, digests.md5}:
        raise InvalidRequest(_("This file arrived damaged: its checksum differs."), "checksum-mismatch")


def _answer(request: ApiRequest, photo: Photo, arrival: Arrival) -> Response:
    may_read = request.auth is None or Scope.PHOTO_READ in request.auth.scopes
    shown = PhotoSerializer(photo).data if may_read else None
    headers = {"Location": reverse("api:photo", args=[photo.pk])}
    return Response(
        {"status": arrival.value, "id": photo.pk, "photo": shown}, status=status_of(arrival), headers=headers
    )


def _photos_by_checksum(request: ApiRequest, checksums: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for field, digits in (("sha256", SHA256), ("sha1", SHA1), ("md5", MD5)):
        asked = [checksum for checksum in checksums if len(checksum) == digits]
        if asked:
            photos = Photo.objects.visible_to(request.user).filter(**{f"{field}__in": asked})
            found |= dict(photos.values_list(field, "pk"))
    return found


def _verdict(file: dict[str, Any], photo_id: int | None) -> dict[str, Any]:
    reason = None
    if photo_id is not None:
        reason = "duplicate"
    elif file.get("file_size", 0) > settings.MAX_UPLOAD_BYTES:
        reason = "too-large"
    return {"id": file["id"], "action": "reject" if reason else "accept", "reason": reason, "photo_id": photo_id}
