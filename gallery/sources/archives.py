"""Archives of one export as a tree of files, whatever their format; no member is written under its name.

A member is identified by the raw bytes of its name, and by its position among members of the same name. Its readable
name is for display, never leads out of the archive, and several members can share it.
"""

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, groupby
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _

from gallery.sources.skip_rules import MAX_MATCHED_LENGTH, SkipRules
from gallery.sources.source_files import SkippedFile, SkipReason
from gallery.sources.trees import Folder, Tree, TreeFile, readable_path

# Reading an archive takes a few hundred bytes of memory per member.
MAX_MEMBERS = 500_000
# Pictures hardly compress; drawings and sidecars do, but never make up a whole archive.
MAX_RATIO = 100
ALWAYS_ALLOWED_BYTES = 100_000_000
# Longest first, so that `trip.tar.gz` is called `trip`.
ARCHIVE_SUFFIXES = (".tar.bz2", ".tar.gz", ".tar.xz", ".tbz2", ".tar", ".tbz", ".tgz", ".txz", ".zip")


class ArchiveRefused(Exception):
    """The file is no archive, is damaged, or would unpack to too much; the message is shown to the user."""


class UnreadableMember(OSError):
    """One member of an archive is damaged."""


class MemberName(NamedTuple):
    """The name of a member, as bytes and decoded, and the key with which its archive finds it."""

    raw: bytes
    decoded: str
    key: Any


@dataclass(frozen=True, slots=True)
class MemberDetails:
    """The size of a member in bytes, when it was modified (UTC), and the reason to skip it, if there is one."""

    size: int
    modified_at: datetime | None
    reason: SkipReason | None


class Archive(ABC):
    """The members of an archive; `is_incomplete` is final when all were listed and described."""

    # The end is missing or damaged: further members may be lost.
    is_incomplete = False

    @abstractmethod
    def names(self) -> Iterator[MemberName]:
        """Yield the name of each member except folders, in the order of the archive."""

    @abstractmethod
    def describe(self, key: Any) -> MemberDetails:
        """Return details of a member."""

    @abstractmethod
    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        """Open a member, or its first `limit` bytes; it is seekable. Raises UnreadableMember."""


OpenArchive = Callable[[Path], Archive]


class ArchiveTree(Tree):
    """One or several archives of one export; only one archive's list of members is in memory at a time."""

    def __init__(self, archives: Sequence[Path], open_archive: OpenArchive) -> None:
        self._archives = sorted(archive.resolve() for archive in archives)
        self._open_archive = open_archive

    def folders(self, rules: SkipRules) -> Iterator[Folder]:
        members = 0
        for path in self._archives:
            archive = self._open_archive(path)
            placed = _placed(archive)
            members += len(placed)
            if members > MAX_MEMBERS:
                raise too_many(path)
            yield from self._folders_of(archive, placed, path, rules)

    def folder_names(self) -> Iterator[tuple[str, ...]]:
        for path in self._archives:
            parts = without_suffix(path).parts[1:]
            for folder, _members in groupby(_placed(self._open_archive(path)), key=lambda member: member.folder):
                yield (*parts, *folder)

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        archive, member = key
        return archive.open(member, limit=limit)

    def _folders_of(self, archive: Archive, placed: list["_Placed"], path: Path, rules: SkipRules) -> Iterator[Folder]:
        place, location = readable_path(str(path)), os.fsencode(path) + b"!/"
        archive_parts = tuple(readable_path(str(without_suffix(path))).split("/")[1:])
        reported: set[str] = set()
        for folder, members in groupby(placed, key=lambda member: member.folder):
            parts = (*archive_parts, *folder)
            if skipped := _first_skipped(folder, place, rules):
                if skipped.path not in reported:
                    reported.add(skipped.path)
                    yield Folder(parts, folder, [], [skipped])
                continue
            files: list[TreeFile] = []
            skipped_files: list[SkippedFile] = []
            for member, member_location, is_alone in _located(members, location):
                relative = "/".join((*folder, member.name))
                details = archive.describe(member.key)
                shown = f"{place}!/{relative}"
                file = TreeFile(
                    self,
                    (archive, member.key),
                    shown,
                    member.name,
                    details.size,
                    details.modified_at,
                    is_plain=False,
                    location=member_location,
                    earlier_location=shown.encode() if is_alone else b"",
                )
                if reason := rules.file_reason(relative) or details.reason:
                    skipped_files.append(file.skipped(reason))
                else:
                    files.append(file)
            yield Folder(parts, folder, files, skipped_files)
        if archive.is_incomplete:
            rest = SkippedFile(f"{place}!/…", SkipReason.DAMAGED_REST, location=location + b"\0")
            yield Folder(archive_parts, (), [], [rest])


def without_suffix(path: Path) -> Path:
    """Return the path without the suffix of an archive."""
    for suffix in ARCHIVE_SUFFIXES:
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return path.with_name(path.name[: -len(suffix)])
    return path.with_suffix("")


def has_archive_suffix(name: str) -> bool:
    """Return whether a file name ends like that of a supported archive."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def too_many(path: Path) -> ArchiveRefused:
    """Return the refusal of an archive with too many members."""
    return ArchiveRefused(_("“%(name)s” contains too many files.") % {"name": path.name})


def not_an_archive(path: Path) -> ArchiveRefused:
    """Return the refusal of a file that is no archive."""
    return ArchiveRefused(_("“%(name)s” is not a zip archive or tar archive, or it is damaged.") % {"name": path.name})


def bomb(path: Path) -> ArchiveRefused:
    """Return the refusal of an archive that would unpack to too much."""
    return ArchiveRefused(
        _("“%(name)s” would unpack to more than %(ratio)d times its size.") % {"name": path.name, "ratio": MAX_RATIO}
    )


def allowed_bytes(path: Path) -> int:
    """Return the number of bytes to which the archive may unpack."""
    return max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * path.stat().st_size)


class _Placed(NamedTuple):
    """A member in its folder, by readable names; its raw name and key."""

    folder: tuple[str, ...]
    name: str
    raw: bytes
    key: Any


def _placed(archive: Archive) -> list[_Placed]:
    """Return all members, sorted by folder and name; members of one readable name in the order of the archive."""
    placed = []
    for raw, decoded, key in archive.names():
        parts = [part for part in decoded.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        name = parts.pop() if parts else decoded.replace("/", "").replace("\\", "") or "?"
        placed.append(_Placed(tuple(parts), name, raw, key))
    return sorted(placed, key=lambda member: member[:2])


def _located(members: Iterator[_Placed], place: bytes) -> Iterator[tuple[_Placed, bytes, bool]]:
    """Yield the members of one folder with their locations, and whether no other has the same readable name."""
    for _name, group in groupby(members, key=lambda member: member.name):
        same = list(group)
        numbers: Counter[bytes] = Counter()
        for member in same:
            numbers[member.raw] += 1
            number = numbers[member.raw]
            location = place + member.raw + (b"\0%d" % number if number > 1 else b"")
            yield member, location, len(same) == 1


def _first_skipped(folder: tuple[str, ...], place: str, rules: SkipRules) -> SkippedFile | None:
    """Return the topmost of the member's parent folders that is skipped with all its files."""
    if sum(map(len, folder)) > MAX_MATCHED_LENGTH:
        return None
    for name in accumulate(folder, "{}/{}".format):
        if reason := rules.folder_reason(name):
            return SkippedFile(f"{place}!/{name}/", reason)
    return None
