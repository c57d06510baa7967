"""Reads the request headers of tus 1.0 (https://tus.io/protocols/resumable-upload) into plain values."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gallery.access.upload_answers import TUS_VERSION
from gallery.intake.modification_times import NOT_A_TIME, read_modification_time
from gallery.pictures.digests import read_checksum
from gallery.storage.partial_uploads import UploadRefusal

PIECE_TYPE = "application/offset+octet-stream"
# Generated clients only know the second type for bytes.
PIECE_TYPES = (PIECE_TYPE, "application/octet-stream")
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
CHECKSUM_ALGORITHMS = ("sha1", "sha256", "md5")
# Headers of unsupported extensions: ignoring them would store something else than the client means.
UNSUPPORTED_HEADERS = ("Upload-Defer-Length", "Upload-Concat")

Headers = Mapping[str, str]


class MalformedHeader(UploadRefusal):
    """A header is missing or cannot be read."""

    kind = "bad-request"


class UnsupportedVersion(UploadRefusal):
    """`Tus-Resumable` is not the supported version."""

    kind = "wrong-version"


class LengthMissing(UploadRefusal):
    """The body is chunked and has no `Content-Length`."""

    kind = "length-required"

    def __init__(self) -> None:
        super().__init__(_("Send “Content-Length”; chunked bodies are not supported."))


class WrongPieceType(UploadRefusal):
    """The body has a type other than PIECE_TYPES."""

    kind = "unsupported-media-type"


@dataclass(frozen=True)
class PieceChecksum:
    """A running hash for a piece, and the digest that it must have."""

    running: Any
    expected: bytes

    def matches(self) -> bool:
        return bool(self.running.digest() == self.expected)


@dataclass(frozen=True)
class Announcement:
    """The headers that create an upload; `sha256` in lower-case hexadecimal digits, empty if not announced.

    `modified_at` is the modification time of the client's file, if it is announced and plausible; `album_id` is that of
    the album to which the photo is added.
    """

    size: int
    filename: str
    modified_at: datetime | None
    sha256: str
    album_id: int | None
    has_piece: bool
    checksum: PieceChecksum | None


def check_protocol(headers: Headers) -> None:
    """Raise UnsupportedVersion, or MalformedHeader if the request uses an unsupported extension."""
    if headers.get("Tus-Resumable") != TUS_VERSION:
        raise UnsupportedVersion(_("Only version %(version)s of tus is supported.") % {"version": TUS_VERSION})
    for name in UNSUPPORTED_HEADERS:
        if name in headers:
            raise MalformedHeader(_("“%(name)s” is not supported here.") % {"name": name})


def read_announcement(headers: Headers) -> Announcement:
    """Read the headers of a request that creates an upload. Raises MalformedHeader, WrongPieceType."""
    size, metadata = read_number(headers, "Upload-Length"), _read_metadata(headers)
    has_piece, checksum = _has_piece(headers), read_piece_checksum(headers)
    return Announcement(
        size,
        metadata.get("filename", ""),
        _read_modified_at(metadata),
        _read_sha256(metadata),
        _read_album_id(metadata),
        has_piece,
        checksum,
    )


def check_piece_type(headers: Headers) -> None:
    """Raise WrongPieceType unless the body is a piece; an empty body may lack a type."""
    if not _has_piece(headers) and _content_type(headers):
        raise _wrong_type()


def read_number(headers: Headers, name: str) -> int:
    """Return the number in the header `name`. Raises MalformedHeader."""
    value = headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise MalformedHeader(_("“%(name)s” must be a number.") % {"name": name})
    return int(value)


def read_piece_checksum(headers: Headers) -> PieceChecksum | None:
    """Return the checksum of the piece, if the client sent one. Raises MalformedHeader."""
    if "Upload-Checksum" not in headers:
        return None
    algorithm, _space, encoded = headers["Upload-Checksum"].strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise MalformedHeader(
            _("The checksum of a piece must be one of %(names)s.") % {"names": ", ".join(CHECKSUM_ALGORITHMS)}
        )
    running = hashlib.new(algorithm, usedforsecurity=False)
    try:
        expected = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        expected = b""
    if len(expected) != running.digest_size:
        raise MalformedHeader(_("“Upload-Checksum” must be the name of an algorithm and a digest in base64."))
    return PieceChecksum(running, expected)


def _read_metadata(headers: Headers) -> dict[str, str]:
    """Return the pairs of Upload-Metadata; values are base64 and may be missing."""
    header = headers.get("Upload-Metadata", "").strip()
    metadata: dict[str, str] = {}
    for pair in header.split(",") if header else []:
        name, _space, value = pair.strip().partition(" ")
        if not name or name in metadata:
            raise MalformedHeader(_("“Upload-Metadata” must be names with values, each name once."))
        try:
            metadata[name] = base64.b64decode(value.strip(), validate=True).decode(errors="replace").replace("\0", "")
        except binascii.Error as error:
            raise MalformedHeader(_("“Upload-Metadata” must be in base64.")) from error
    return metadata


def _read_modified_at(metadata: dict[str, str]) -> datetime | None:
    try:
        return read_modification_time(metadata["modified_at"]) if metadata.get("modified_at") else None
    except ValueError as error:
        raise MalformedHeader(str(NOT_A_TIME)) from error


def _read_sha256(metadata: dict[str, str]) -> str:
    try:
        return read_checksum(metadata["sha256"], digits=64) if metadata.get("sha256") else ""
    except ValueError as error:
        raise MalformedHeader(_("“sha256” must be a SHA-256 in hexadecimal or base64.")) from error


def _read_album_id(metadata: dict[str, str]) -> int | None:
    text = metadata.get("album", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise MalformedHeader(_("“album” must be the id of an album."))
    return int(text)


def _has_piece(headers: Headers) -> bool:
    if _content_type(headers) in PIECE_TYPES:
        return True
    # Some clients send a type without a body.
    if headers.get("Content-Length", "0") not in ("", "0"):
        raise _wrong_type()
    return False


def _content_type(headers: Headers) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _wrong_type() -> WrongPieceType:
    return WrongPieceType(_("A piece must be sent as %(type)s.") % {"type": PIECE_TYPE})
