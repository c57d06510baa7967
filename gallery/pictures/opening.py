"""Opens the files of photos: only regular files, and outside of MEDIA_ROOT none behind links.

Other accounts may be able to write where files were left in place. A link put there must not disclose its target, and a
FIFO or device must not block the reader.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings

# Errors that mean a missing file, or another kind of file in its place.
MISSING_FILE_ERRORS = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO}


def open_original(path: Path) -> IO[bytes]:
    """Open a photo's original. FileNotFoundError if there is no regular file at `path`, or a link leads to it."""
    with _found(path, follows_links=_is_managed(path)) as place:
        return _reopened(place)


def is_original_there(path: Path) -> bool:
    """Return whether `open_original` finds a photo's original."""
    with suppress(OSError), _found(path, follows_links=_is_managed(path)):
        return True
    return False


def size_of_original(path: Path) -> int:
    """Return the size in bytes of a photo's original, readable or not. FileNotFoundError as `open_original`."""
    with _found(path, follows_links=_is_managed(path)) as place:
        return os.fstat(place).st_size


def open_unlinked(path: Path) -> IO[bytes]:
    """Open the regular file at `path`. FileNotFoundError if it is not regular, or if its path contains a link."""
    with _found(path, follows_links=False) as place:
        return _reopened(place)


def _is_managed(path: Path) -> bool:
    return path.is_relative_to(settings.MEDIA_ROOT)


@contextmanager
def _found(path: Path, *, follows_links: bool) -> Iterator[int]:
    """Return a path descriptor of the regular file at `path`: its type is checked before it is opened."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC) if follows_links else _walk(path)
    except OSError as error:
        if error.errno in MISSING_FILE_ERRORS:
            raise _not_there(path) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            raise _not_there(path)
        yield place
    finally:
        os.close(place)


def _walk(path: Path) -> int:
    """Return a descriptor of `path`, walking there folder by folder; OSError at a link."""
    place = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    parts = path.absolute().parts[1:]
    for position, part in enumerate(parts, start=1):
        flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_DIRECTORY if position < len(parts) else 0)
        folder = place
        try:
            place = os.open(part, flags, dir_fd=folder)
        finally:
            os.close(folder)
    return place


def _reopened(place: int) -> IO[bytes]:
    return Path(f"/proc/self/fd/{place}").open("rb")


def _not_there(path: Path) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "There is no regular file, or a symbolic link leads to it", str(path))
