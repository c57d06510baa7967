"""Requests whose body is a file, which views read from `request.data` as a stream; empty without a body."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import IO, Any
from urllib.parse import unquote

from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from gallery.access import ApiRequest
from gallery.intake.modification_times import NOT_A_TIME, read_modification_time
from gallery.intake.tus_headers import PIECE_TYPE

FILENAME_HEADER = "X-Filename"
MAX_FILENAME = 1000
FILENAME_PARAMETER = OpenApiParameter(
    FILENAME_HEADER,
    {"type": "string", "pattern": f"^[!-~](?:[ -~]{{0,{MAX_FILENAME - 2}}}[!-~])?$"},
    OpenApiParameter.HEADER,
    description="File name of a bare body, in percent-encoded UTF-8. `Content-Disposition` works too.",
)
MODIFIED_HEADER = "X-Modified-At"
MODIFIED_HELP = "Modification time of the file; dates the photo if nothing else does."
MODIFIED_PARAMETER = OpenApiParameter(
    MODIFIED_HEADER, str, OpenApiParameter.HEADER, description=f"For a bare body, an ISO time. {MODIFIED_HELP}"
)
BLOCK = 1 << 20


class BodyParser(BaseParser):
    """Passes the body to the view as a stream, for clients that send no specific type."""

    media_type = "application/octet-stream"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> IO[bytes]:  # noqa: ARG002 - the framework's signature
        return stream


class PictureParser(BodyParser):
    """Picture of any type; the type is detected from the bytes."""

    media_type = "image/*"


class ArchiveParser(BodyParser):
    """Zip archive as the body."""

    media_type = "application/zip"


class GzipParser(BodyParser):
    """Compressed tar archive as the body."""

    media_type = "application/gzip"


class TarParser(BodyParser):
    """Tar archive as the body."""

    media_type = "application/x-tar"


class PieceParser(BodyParser):
    """Piece of a file in tus."""

    media_type = PIECE_TYPE


@extend_schema_field(OpenApiTypes.DATETIME)
class ModificationTimeField(serializers.Field):
    """Time of a file in ISO 8601 with its zone; times at which no picture was taken become None."""

    def to_internal_value(self, data: Any) -> datetime | None:
        try:
            return read_modification_time(str(data))
        except ValueError as error:
            raise serializers.ValidationError(NOT_A_TIME) from error


def blocks_of(request: ApiRequest) -> Iterator[bytes]:
    """Yield the blocks of the body as they arrive."""
    while request.data and (block := request.data.read(BLOCK)):
        yield block


def filename_of(request: ApiRequest) -> str:
    """Return the name of the file in the body, from the headers; empty if there is none. Raises ValidationError."""
    value = request.headers.get(FILENAME_HEADER)
    if value is None:
        return _disposed_name(request.headers.get("Content-Disposition", ""))
    try:
        # curl sends header values in UTF-8; WSGI decodes them as Latin-1.
        name = value.encode("latin-1").decode()
    except ValueError:
        name = ""
    if not 0 < len(name) <= MAX_FILENAME or any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise serializers.ValidationError({FILENAME_HEADER: _("The file name must be percent-encoded.")})
    return unquote(name, errors="replace")


def modification_time_of(request: ApiRequest) -> datetime | None:
    """Return the modification time of the file in the body, from the header. Raises ValidationError."""
    value = request.headers.get(MODIFIED_HEADER)
    try:
        return read_modification_time(value) if value else None
    except ValueError as error:
        raise serializers.ValidationError({MODIFIED_HEADER: NOT_A_TIME}) from error


def _disposed_name(header: str) -> str:
    """Return the name in a Content-Disposition (RFC 6266), `filename*` first; empty if it cannot be read."""
    try:
        _kind, parameters = parse_header_parameters(header)
    except ValueError:
        return ""
    name = str(parameters.get("filename", ""))
    with suppress(ValueError):
        name = name.encode("latin-1").decode()
    return name[:MAX_FILENAME]
