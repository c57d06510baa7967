"""Byte ranges of files (RFC 9110, section 14), so that a broken download can continue."""

import re
from typing import IO

# More digits than any file needs, and few enough to parse quickly.
RANGE = re.compile(r"bytes=(\d{0,100})-(\d{0,100})", re.ASCII | re.IGNORECASE)


class UnsatisfiableRange(ValueError):
    """The range begins after the end of the file."""


def read_range(header: str, *, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of a Range header for a file of `size` bytes; None for the whole file.

    Malformed headers and several ranges are ignored, as the standard allows. Raises UnsatisfiableRange.
    """
    match = RANGE.fullmatch(re.sub(r"[ \t]", "", header))
    if match is None or match[0].endswith("=-"):
        return None
    first, last = match.groups()
    if not first:
        begin, end = max(0, size - int(last)), size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < begin:
            return None
    if begin >= size:
        raise UnsatisfiableRange(header)
    return begin, end


class FilePart:
    """A file object with the bytes of `file` from `begin` to `end`, both included."""

    def __init__(self, file: IO[bytes], begin: int, end: int) -> None:
        self._file = file
        self._left = end - begin + 1
        file.seek(begin)

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` further bytes; empty at the end."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
