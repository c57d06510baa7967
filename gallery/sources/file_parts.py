"""Parts of a file as files of their own."""

import os
import tarfile
from io import RawIOBase, UnsupportedOperation
from typing import Any

# Names and attributes in headers are far smaller.
MAX_HEADER_BYTES = 1 << 20


class FilePart(RawIOBase):
    """A part of a file; several threads can read parts at the same time."""

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self._descriptor, self._start, self._size, self._position = descriptor, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        # The descriptor is that of the whole archive.
        raise UnsupportedOperation

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        room = memoryview(buffer)[: max(0, self._size - self._position)]
        count = os.preadv(self._descriptor, [room], self._start + self._position) if room else 0
        self._position += count
        return count


class TarHeaders(FilePart):
    """An archive from `start` on, as tarfile reads it: a header that claims to be huge is damage."""

    def __init__(self, descriptor: int, start: int) -> None:
        super().__init__(descriptor, start, os.fstat(descriptor).st_size - start)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError
        return super().read(size) or b""
