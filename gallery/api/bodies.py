"""Requests whose body is a file and nothing else: it is `request.data`, to be read; empty where nothing came."""

import re
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from gallery.access import ApiRequest
from gallery.views.resumable import PIECE_TYPE

FILENAME_HEADER = "X-Filename"
FILENAME = r"[A-Za-z0-9._~%-]{1,1000}"
FILENAME_PARAMETER = OpenApiParameter(
    FILENAME_HEADER,
    {"type": "string", "pattern": f"^{FILENAME}$"},
    OpenApiParameter.HEADER,
    description="The name of a file that comes as bare bytes, percent-encoded UTF-8.",
)
BLOCK = 1 << 20


class BareBytes(BaseParser):
    """For clients that do not say what it is."""

    media_type = "application/octet-stream"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> IO[bytes]:  # noqa: ARG002 - the framework's signature
        """As it is, to be read as it comes."""
        return stream


class BarePicture(BareBytes):
    """For clients that know the picture's type; what it is, its bytes say."""

    media_type = "image/*"


class BareArchive(BareBytes):
    """A zip archive."""

    media_type = "application/zip"


class Piece(BareBytes):
    """Of a file that comes in pieces."""

    media_type = PIECE_TYPE


def blocks_of(request: ApiRequest) -> Iterator[bytes]:
    """The file, block by block as it comes."""
    while request.data and (block := request.data.read(BLOCK)):
        yield block


def filename_of(request: ApiRequest) -> str:
    """The name of a file that comes as bare bytes, or nothing; ValidationError."""
    value = request.headers.get(FILENAME_HEADER)
    if value is not None and not re.fullmatch(FILENAME, value):
        raise serializers.ValidationError({FILENAME_HEADER: _("Encode the name with percent signs.")})
    return unquote(value or "", errors="replace")
