"""Check the directory of a zip archive entry by entry, in constant memory, before zipfile loads it."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

# Each member takes 46 bytes plus name, extra fields and comment: a generous average, and a minimum for small archives.
BYTES_FOR_MEMBER = 256
BYTES_FOR_ANY = 1 << 18

ENTRY = struct.Struct("<4s2xBxH10xLL3H12x")
FLAGS_POSITION, IS_UTF8 = 8, 0x800
SIGNATURE = b"PK\x01\x02"
NEWEST_VERSION = 63
# Sizes of the end record of a large archive, and of the record that locates it.
LARGE_END, LARGE_END_LOCATOR = 56, 20
LARGE_SIZE_FIELD, IN_LARGE_FIELD = 1, 0xFFFFFFFF
# A tag that no program uses.
UNKNOWN_FIELD = 0xFFFF
# The fields of the end record, as zipfile reads them.
END_SIGNATURE, ENTRIES, SIZE, LOCATION = 0, 4, 5, 9
LARGE_END_SIGNATURE = b"PK\x06\x06"


class TooManyMembers(Exception):
    """The archive has more members than allowed."""


@dataclass(frozen=True)
class DirectorySummary:
    """The number of members, and their total size in bytes when unpacked; where the directory starts.

    The directory `needs_mending` if zipfile would refuse the whole archive for one of its entries.
    """

    members: int
    unpacked_bytes: int
    start: int = field(default=0, compare=False)
    needs_mending: bool = field(default=False, compare=False)


def sum_up_directory(path: Path, *, max_members: int) -> DirectorySummary:
    """Read the end record, then the directory if the record's size is small enough for `max_members`.

    Raises:
        TooManyMembers: according to the end record, or by count if the record is wrong.
        zipfile.BadZipFile, struct.error, OSError: the file is not a zip archive, or is damaged.
    """
    with path.open("rb") as file:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # finds the very record that zipfile will use
        if not end:
            raise zipfile.BadZipFile
        entries, size = int(end[ENTRIES]), int(end[SIZE])
        if entries > max_members or size > max_members * BYTES_FOR_MEMBER + BYTES_FOR_ANY:
            raise TooManyMembers
        is_large = end[END_SIGNATURE] == LARGE_END_SIGNATURE
        start = end[LOCATION] - size - (LARGE_END + LARGE_END_LOCATOR if is_large else 0)
        if start < 0 or size < entries * ENTRY.size:
            raise zipfile.BadZipFile
        file.seek(start)
        members = unpacked = 0
        needs_mending = False
        for entry in _entries(file, size):
            members += 1
            unpacked += entry.file_size
            needs_mending = needs_mending or entry.has_broken_name or entry.has_broken_extra
            if members > max_members:
                raise TooManyMembers
    # Some programs write more than 65,535 members with a two-byte count, which wraps.
    if members != entries and (is_large or members % (1 << 16) != entries):
        raise zipfile.BadZipFile
    return DirectorySummary(members, unpacked, start, needs_mending)


def mended_directory(directory: bytes) -> bytes:
    """Return the directory with what zipfile would refuse made harmless, entry by entry; no length changes.

    Names that are not UTF-8, though marked as such, lose the mark. Broken extra fields become one unknown field.
    """
    mended = bytearray(directory)
    position = 0
    for entry in _entries(BytesIO(directory), len(directory)):
        if entry.has_broken_name:
            struct.pack_into("<H", mended, position + FLAGS_POSITION, entry.flags & ~IS_UTF8)
        if entry.has_broken_extra:
            start = position + ENTRY.size + entry.name_length
            length = len(entry.extra)
            mended[start : start + length] = struct.pack("<HH", UNKNOWN_FIELD, length - 4) + bytes(length - 4)
        position += entry.length
    return bytes(mended)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the directory: its flags, lengths in bytes, the member's unpacked size, and its extra fields."""

    flags: int
    length: int
    name_length: int
    file_size: int
    extra: bytes
    has_broken_name: bool

    @property
    def has_broken_extra(self) -> bool:
        position, length = 0, len(self.extra)
        while position + 4 <= length:
            position += 4 + int(struct.unpack_from("<H", self.extra, position + 2)[0])
            if position > length:
                return True
        return False


def _entries(file: IO[bytes], size: int) -> Iterator[_Entry]:
    """Yield each entry of a directory of `size` bytes."""
    while size > 0:
        signature, version, flags, _packed, file_size, *lengths = ENTRY.unpack(file.read(ENTRY.size))
        if signature != SIGNATURE or version > NEWEST_VERSION:
            raise zipfile.BadZipFile
        name_length, extra_length, _comment_length = lengths
        length = ENTRY.size + sum(lengths)
        size -= length
        rest = file.read(sum(lengths))
        if len(rest) < sum(lengths) or size < 0:
            raise zipfile.BadZipFile
        extra = rest[name_length : name_length + extra_length]
        if file_size == IN_LARGE_FIELD:
            file_size = _large_size(extra)
        is_broken = bool(flags & IS_UTF8) and not _is_utf8(rest[:name_length])
        yield _Entry(flags, length, name_length, file_size, extra, is_broken)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _large_size(extra: bytes) -> int:
    """Return the unpacked size from the extra fields, where large archives store it."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, position)
        if tag == LARGE_SIZE_FIELD:
            return int(struct.unpack_from("<Q", extra, position + 4)[0])
        position += 4 + length
    raise zipfile.BadZipFile
