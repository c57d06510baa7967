"""Zip archives as trees: names decoded rightly, members read through temporary files, bombs refused."""

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

from gallery.sources.skip_rules import LONGEST_JUDGED, Skips
from gallery.sources.source_files import PassedOver, PassedOverBecause
from gallery.sources.trees import Entry, Folder, Tree, decode_name, shown
from gallery.sources.zip_directory import TooManyMembers, sum_up_directory
from gallery.storage.files import temporary_folder

# Reading an archive takes some hundreds of bytes per member.
MAX_MEMBERS = 500_000
# Pictures hardly shrink in an archive; drawings and side-cars do, but not all of it.
MAX_RATIO = 100
UNSUSPICIOUS_BYTES = 100_000_000
MAGIC = b"PK"

IN_MEMORY_BYTES = 8 << 20
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
IS_ENCRYPTED, IS_UTF8 = 0x1, 0x800
UNICODE_PATH, UNIX_TIME = 0x7075, 0x5455
READING_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip


class ArchiveRefused(Exception):
    """The archive is none, is damaged, or would unfold without measure; the message is a sentence for people."""


class UnreadableMember(OSError):
    """One member of an archive is damaged."""


class ZipTree(Tree):
    """One or several zip archives that belong together. Only the directory of the one being read is in memory."""

    def __init__(self, archives: Sequence[Path]) -> None:
        self._archives = sorted(archive.resolve() for archive in archives)

    def folders(self, skips: Skips) -> Iterator[Folder]:
        members = 0
        for archive in self._archives:
            opened = open_archive(archive)
            members += len(opened.filelist)
            if members > MAX_MEMBERS:
                raise _too_many(archive)
            yield from self._folders_of(opened, archive, skips)

    def folder_names(self) -> Iterator[tuple[str, ...]]:
        for archive in self._archives:
            for folder, _members in groupby(_members_of(open_archive(archive)), key=lambda member: member[0]):
                yield (*archive.with_suffix("").parts[1:], *folder)

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        archive, member = key
        target = SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(temporary_folder()))  # noqa: SIM115  (the caller closes it)
        try:
            # Never more than the size that the directory tells: zipfile stops there.
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

    def _folders_of(self, opened: zipfile.ZipFile, archive: Path, skips: Skips) -> Iterator[Folder]:
        place = shown(str(archive))
        pruned: set[tuple[str, PassedOverBecause]] = set()
        for folder, members in groupby(_members_of(opened), key=lambda member: member[0]):
            parts = (*shown(str(archive.with_suffix(""))).split("/")[1:], *folder)
            if unwanted := _first_unwanted(folder, skips):
                if unwanted not in pruned:
                    pruned.add(unwanted)
                    yield Folder(parts, folder, [], [PassedOver(f"{place}!/{unwanted[0]}/", unwanted[1])])
                continue
            files: list[Entry] = []
            passed_over: list[PassedOver] = []
            for _folder, name, info in members:
                relative = "/".join((*folder, name))
                entry = Entry(
                    self, (opened, info), f"{place}!/{relative}", name, info.file_size, _written(info), is_plain=False
                )
                if because := skips.file(relative) or _trouble(info):
                    passed_over.append(entry.passed_over(because))
                else:
                    files.append(entry)
            yield Folder(parts, folder, files, passed_over)


def check_beginning(path: Path) -> None:
    """ArchiveRefused if what has come of a file cannot become an archive."""
    with path.open("rb") as file:
        if not MAGIC.startswith(file.read(len(MAGIC))):
            raise _no_archive(path)


def check_directory(path: Path) -> None:
    """ArchiveRefused if the file is not an archive, has too many members, or is a zip bomb; uses constant memory."""
    try:
        summary = sum_up_directory(path, max_members=MAX_MEMBERS)
    except TooManyMembers as error:
        raise _too_many(path) from error
    except READING_ERRORS as error:
        raise _no_archive(path) from error
    if summary.unfolded_bytes > max(UNSUSPICIOUS_BYTES, MAX_RATIO * path.stat().st_size):
        raise ArchiveRefused(
            _("“%(name)s” would unfold to more than %(ratio)d times its size.")
            % {"name": path.name, "ratio": MAX_RATIO}
        )


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open the archive and load its directory into memory; ArchiveRefused like `check_directory`."""
    check_directory(path)
    try:
        return zipfile.ZipFile(path)
    except READING_ERRORS as error:
        raise _no_archive(path) from error


def _too_many(path: Path) -> ArchiveRefused:
    return ArchiveRefused(_("“%(name)s” holds too many files.") % {"name": path.name})


def _no_archive(path: Path) -> ArchiveRefused:
    return ArchiveRefused(_("“%(name)s” is not a zip archive, or it is damaged.") % {"name": path.name})


def _members_of(archive: zipfile.ZipFile) -> list[tuple[tuple[str, ...], str, zipfile.ZipInfo]]:
    """Folder, name and entry of each file, sorted; names are for people and never lead out of the archive."""
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
    # Its version, the checksum of the name that it stands for, and the name in UTF-8.
    if len(extra) > 5 and extra[0] == 1 and int.from_bytes(extra[1:5], "little") == zlib.crc32(raw):
        return extra[5:].decode(errors="replace")
    return decode_name(raw)


def _written(info: zipfile.ZipInfo) -> datetime | None:
    """When the member was written: in UTC where the archive says so, else its clock is taken for ours."""
    extra = _extra(info, UNIX_TIME)
    if len(extra) >= 5 and extra[0] & 1:
        return datetime.fromtimestamp(int.from_bytes(extra[1:5], "little"), UTC)
    try:
        written = datetime(*info.date_time, tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        return None
    return written.astimezone(UTC) if written.year > 1980 else None


def _extra(info: zipfile.ZipInfo, wanted: int) -> bytes:
    """The additional field `wanted` of a member; empty where there is none."""
    rest = info.extra
    while len(rest) >= 4:
        tag, length = struct.unpack_from("<HH", rest)
        if tag == wanted:
            return rest[4 : 4 + length]
        rest = rest[4 + length :]
    return b""


def _first_unwanted(folder: tuple[str, ...], skips: Skips) -> tuple[str, PassedOverBecause] | None:
    """The uppermost of the folders on the way that is passed over as a whole, and why."""
    if sum(map(len, folder)) > LONGEST_JUDGED:
        return None
    for name in accumulate(folder, "{}/{}".format):
        if because := skips.folder(name):
            return name, because
    return None


def _trouble(info: zipfile.ZipInfo) -> PassedOverBecause | None:
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return PassedOverBecause.LINK
    if info.flag_bits & IS_ENCRYPTED:
        return PassedOverBecause.ENCRYPTED
    return None if info.compress_type in COMPRESSIONS else PassedOverBecause.UNSUPPORTED
