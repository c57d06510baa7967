"""Zip archives as trees of files: decodes names, unpacks members into temporary files, refuses zip bombs."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate, groupby
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.sources.skip_rules import MAX_MATCHED_LENGTH, SkipRules
from gallery.sources.source_files import SkippedFile, SkipReason
from gallery.sources.trees import Folder, Tree, TreeFile, decode_name, readable_name
from gallery.sources.zip_directory import TooManyMembers, sum_up_directory
from gallery.storage.files import temporary_folder

# Reading an archive takes a few hundred bytes of memory per member.
MAX_MEMBERS = 500_000
# Pictures hardly compress; drawings and sidecars do, but never make up a whole archive.
MAX_RATIO = 100
ALWAYS_ALLOWED_BYTES = 100_000_000
MAGIC = b"PK"

MAX_BYTES_IN_MEMORY = 8 << 20
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
IS_ENCRYPTED, IS_UTF8 = 0x1, 0x800
UNICODE_PATH, UNIX_TIME = 0x7075, 0x5455
READING_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip


class ArchiveRefused(Exception):
    """The file is not a zip archive, is damaged, or is a zip bomb; the message is shown to the user."""


class UnreadableMember(OSError):
    """One member of an archive is damaged."""


class ZipTree(Tree):
    """One or several zip archives of one export; only one archive's directory is in memory at a time."""

    def __init__(self, archives: Sequence[Path]) -> None:
        self._archives = sorted(archive.resolve() for archive in archives)

    def folders(self, rules: SkipRules) -> Iterator[Folder]:
        members = 0
        for archive in self._archives:
            opened = open_archive(archive)
            members += len(opened.filelist)
            if members > MAX_MEMBERS:
                raise _too_many(archive)
            yield from self._folders_of(opened, archive, rules)

    def folder_names(self) -> Iterator[tuple[str, ...]]:
        for archive in self._archives:
            for folder, _members in groupby(_members_of(open_archive(archive)), key=lambda member: member[0]):
                yield (*archive.with_suffix("").parts[1:], *folder)

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        archive, member = key
        target = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(temporary_folder()))  # noqa: SIM115  (the caller closes it)
        try:
            # zipfile stops at the size in the directory, which was checked.
            with archive.open(member) as source:
                if limit is None:
                    copyfileobj(source, target, 1 << 20)
                else:
                    target.write(source.read(limit))
        except READING_ERRORS as error:
            target.close()
            raise UnreadableMember(str(error)) from error
        target.seek(0)
        return cast(IO[bytes], target)

    def _folders_of(self, opened: zipfile.ZipFile, archive: Path, rules: SkipRules) -> Iterator[Folder]:
        place = readable_name(str(archive))
        archive_parts = readable_name(str(archive.with_suffix(""))).split("/")[1:]
        reported: set[str] = set()
        for folder, members in groupby(_members_of(opened), key=lambda member: member[0]):
            parts = (*archive_parts, *folder)
            if skipped := _first_skipped(folder, place, rules):
                if skipped.path not in reported:
                    reported.add(skipped.path)
                    yield Folder(parts, folder, [], [skipped])
                continue
            files: list[TreeFile] = []
            skipped_files: list[SkippedFile] = []
            for _folder, name, info in members:
                relative = "/".join((*folder, name))
                path, modified_at = f"{place}!/{relative}", _modified_at(info)
                file = TreeFile(self, (opened, info), path, name, info.file_size, modified_at, is_plain=False)
                if reason := rules.file_reason(relative) or _unsupported_reason(info):
                    skipped_files.append(file.skipped(reason))
                else:
                    files.append(file)
            yield Folder(parts, folder, files, skipped_files)


def check_beginning(path: Path) -> None:
    """Raise ArchiveRefused if the file, which may be incomplete, does not begin like a zip archive."""
    with path.open("rb") as file:
        if not MAGIC.startswith(file.read(len(MAGIC))):
            raise _not_an_archive(path)


def check_directory(path: Path) -> None:
    """Raise ArchiveRefused if the file is no zip archive, has too many members or is a zip bomb; constant memory."""
    try:
        summary = sum_up_directory(path, max_members=MAX_MEMBERS)
    except TooManyMembers as error:
        raise _too_many(path) from error
    except READING_ERRORS as error:
        raise _not_an_archive(path) from error
    if summary.unpacked_bytes > max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * path.stat().st_size):
        raise ArchiveRefused(
            _("“%(name)s” would unpack to more than %(ratio)d times its size.")
            % {"name": path.name, "ratio": MAX_RATIO}
        )


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open the archive and load its directory into memory; raises ArchiveRefused like `check_directory`."""
    check_directory(path)
    try:
        return zipfile.ZipFile(path)
    except READING_ERRORS as error:
        raise _not_an_archive(path) from error


def _too_many(path: Path) -> ArchiveRefused:
    return ArchiveRefused(_("“%(name)s” contains too many files.") % {"name": path.name})


def _not_an_archive(path: Path) -> ArchiveRefused:
    return ArchiveRefused(_("“%(name)s” is not a zip archive, or it is damaged.") % {"name": path.name})


def _members_of(archive: zipfile.ZipFile) -> list[tuple[tuple[str, ...], str, zipfile.ZipInfo]]:
    """Return (folder, name, info) of each file, sorted; names are for display and never lead out of the archive."""
    members = []
    for info in archive.filelist:
        name = _name_of(info).replace("\\", "/")
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        if parts and not name.endswith("/"):
            members.append((tuple(parts[:-1]), parts[-1], info))
    return sorted(members, key=lambda member: member[:2])


def _name_of(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & IS_UTF8:
        return info.filename
    extra = _extra(info, UNICODE_PATH)
    raw = info.filename.encode("cp437", errors="replace")
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


def _first_skipped(folder: tuple[str, ...], place: str, rules: SkipRules) -> SkippedFile | None:
    """Return the topmost of the member's parent folders that is skipped with all its files."""
    if sum(map(len, folder)) > MAX_MATCHED_LENGTH:
        return None
    for name in accumulate(folder, "{}/{}".format):
        if reason := rules.folder_reason(name):
            return SkippedFile(f"{place}!/{name}/", reason)
    return None


def _unsupported_reason(info: zipfile.ZipInfo) -> SkipReason | None:
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return SkipReason.LINK
    if info.flag_bits & IS_ENCRYPTED:
        return SkipReason.ENCRYPTED
    return None if info.compress_type in COMPRESSIONS else SkipReason.UNSUPPORTED
