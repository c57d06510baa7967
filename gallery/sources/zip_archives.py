"""Zip archives: decodes names in any encoding, unpacks members into temporary files, refuses zip bombs."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings

from gallery.sources import archives
from gallery.sources.archives import Archive, MemberDetails, MemberName, UnreadableMember
from gallery.sources.source_files import SkipReason
from gallery.sources.trees import decode_name
from gallery.sources.zip_directory import DirectorySummary, TooManyMembers, mended_directory, sum_up_directory
from gallery.storage.files import temporary_folder

MAGIC = b"PK"
MAX_BYTES_IN_MEMORY = 8 << 20
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
IS_ENCRYPTED, IS_UTF8 = 0x1, 0x800
UNICODE_PATH, UNIX_TIME = 0x7075, 0x5455
READING_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip


class ZipArchive(Archive):
    """An open zip archive. The members' keys are their ZipInfo."""

    def __init__(self, path: Path) -> None:
        """Load the directory into memory; raises ArchiveRefused like `check_zip`."""
        summary = check_zip(path)
        try:
            file = _MendedFile(path, summary) if summary.needs_mending else path
            self._zip = zipfile.ZipFile(cast(Any, file))
        except READING_ERRORS as error:
            raise archives.not_an_archive(path) from error

    def names(self) -> Iterator[MemberName]:
        for info in self._zip.filelist:
            raw = _raw_name(info)
            decoded = _decoded_name(info, raw)
            if info.file_size or not decoded.endswith(("/", "\\")):
                yield MemberName(raw, decoded, info)

    def describe(self, key: Any) -> MemberDetails:
        return MemberDetails(key.file_size, _modified_at(key), _skip_reason(key))

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        target = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(temporary_folder()))  # noqa: SIM115  (the caller closes it)
        try:
            # zipfile stops at the size in the directory, which was checked.
            with self._zip.open(key) as source:
                if limit is None:
                    copyfileobj(source, target, 1 << 20)
                else:
                    target.write(source.read(limit))
        except READING_ERRORS as error:
            target.close()
            raise UnreadableMember(str(error)) from error
        target.seek(0)
        return cast(IO[bytes], target)


def check_zip(path: Path) -> DirectorySummary:
    """Sum up the directory in constant memory.

    Raises:
        ArchiveRefused: the file is no zip archive, has too many members or is a zip bomb.
    """
    try:
        summary = sum_up_directory(path, max_members=archives.MAX_MEMBERS)
    except TooManyMembers as error:
        raise archives.too_many(path) from error
    except READING_ERRORS as error:
        raise archives.not_an_archive(path) from error
    if summary.unpacked_bytes > archives.allowed_bytes(path):
        raise archives.bomb(path)
    return summary


class _MendedFile(io.FileIO):
    """An archive whose directory has entries for which zipfile would refuse all members; they are mended as read."""

    def __init__(self, path: Path, summary: DirectorySummary) -> None:
        super().__init__(path)
        self._start = summary.start

    def read(self, size: int | None = -1, /) -> bytes:
        position = self.tell()
        data = super().read(-1 if size is None else size)
        return mended_directory(data) if position == self._start else data


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    # The name before zipfile cuts it at NUL.
    return info.orig_filename.encode("utf-8" if info.flag_bits & IS_UTF8 else "cp437")


def _decoded_name(info: zipfile.ZipInfo, raw: bytes) -> str:
    if info.flag_bits & IS_UTF8:
        return info.orig_filename
    extra = _extra(info, UNICODE_PATH)
    # Version, CRC of the encoded name, and the name in UTF-8.
    if len(extra) > 5 and extra[0] == 1 and int.from_bytes(extra[1:5], "little") == zlib.crc32(raw):
        return extra[5:].decode(errors="replace")
    return decode_name(raw)


def _modified_at(info: zipfile.ZipInfo) -> datetime | None:
    """Return when the member was modified; times without a zone are taken as TIME_ZONE."""
    extra = _extra(info, UNIX_TIME)
    if len(extra) >= 5 and extra[0] & 1:
        return datetime.fromtimestamp(int.from_bytes(extra[1:5], "little"), UTC)
    try:
        modified_at = datetime(*info.date_time, tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        return None
    return modified_at.astimezone(UTC) if modified_at.year > 1980 else None


def _extra(info: zipfile.ZipInfo, wanted: int) -> bytes:
    """Return the extra field with the tag `wanted`; empty if there is none."""
    rest = info.extra
    while len(rest) >= 4:
        tag, length = struct.unpack_from("<HH", rest)
        if tag == wanted:
            return rest[4 : 4 + length]
        rest = rest[4 + length :]
    return b""


def _skip_reason(info: zipfile.ZipInfo) -> SkipReason | None:
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return SkipReason.LINK
    if info.flag_bits & IS_ENCRYPTED:
        return SkipReason.ENCRYPTED
    return None if info.compress_type in COMPRESSIONS else SkipReason.UNSUPPORTED
