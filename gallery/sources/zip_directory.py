"""Check the directory of a zip archive entry by entry, in constant memory, before zipfile loads it."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Each member takes 46 bytes plus name, extra fields and comment: a generous average, and a minimum for small archives.
BYTES_FOR_MEMBER = 256
BYTES_FOR_ANY = 1 << 18

ENTRY = struct.Struct("<4s2xBx12xLL3H12x")
SIGNATURE = b"PK\x01\x02"
NEWEST_VERSION = 63
# Sizes of the end record of a large archive, and of the record that locates it.
LARGE_END, LARGE_END_LOCATOR = 56, 20
LARGE_SIZE_FIELD, IN_LARGE_FIELD = 1, 0xFFFFFFFF
# The fields of the end record, as zipfile reads them.
END_SIGNATURE, ENTRIES, SIZE, LOCATION = 0, 4, 5, 9
LARGE_END_SIGNATURE = b"PK\x06\x06"


class TooManyMembers(Exception):
    """The archive has more members than allowed."""


@dataclass(frozen=True)
class DirectorySummary:
    """The number of members, and their total size in bytes when unpacked."""

    members: int
    unpacked_bytes: int


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
        for file_size in _file_sizes(file, size):
            members += 1
            unpacked += file_size
            if members > max_members:
                raise TooManyMembers
    # Some programs write more than 65,535 members with a two-byte count, which wraps.
    if members != entries and (is_large or members % (1 << 16) != entries):
        raise zipfile.BadZipFile
    return DirectorySummary(members, unpacked)


def _file_sizes(file: IO[bytes], size: int) -> Iterator[int]:
    """Yield the unpacked size of each member in a directory of `size` bytes."""
    while size > 0:
        signature, version, _packed, file_size, *lengths = ENTRY.unpack(file.read(ENTRY.size))
        if signature != SIGNATURE or version > NEWEST_VERSION:
            raise zipfile.BadZipFile
        name_length, extra_length, _comment_length = lengths
        size -= ENTRY.size + sum(lengths)
        rest = file.read(sum(lengths))
        if len(rest) < sum(lengths) or size < 0:
            raise zipfile.BadZipFile
        if file_size == IN_LARGE_FIELD:
            file_size = _large_size(rest[name_length : name_length + extra_length])
        yield file_size


def _large_size(extra: bytes) -> int:
    """Return the unpacked size from the extra fields, where large archives store it."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, position)
        if tag == LARGE_SIZE_FIELD:
            return int(struct.unpack_from("<Q", extra, position + 4)[0])
        position += 4 + length
    raise zipfile.BadZipFile
