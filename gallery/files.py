"""Where a photo's files lie below MEDIA_ROOT, and how they come and go without a half-written one under a real name."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4
from zlib import crc32

from django.conf import settings
from django.db import connection, transaction

ORIGINALS = "originals"
THUMBNAILS = "thumbnails"
TEMPORARY = "temporary"

# Side in pixels; `images.fitted_size` says what becomes of long pictures.
THUMBNAIL_SIDES = {"small": 320, "large": 1600}

# PostgreSQL keeps no more than some thousand locks: a transaction that stores very many pictures shares them.
LOCKS = 4096


def original_name(*, owner_id: int, sha256: str, extension: str) -> str:
    """Path of a managed original, relative to MEDIA_ROOT."""
    return f"{ORIGINALS}/{owner_id}/{extension}/{sha256[:2]}/{sha256}.{extension}"


def thumbnail_path(size: str, *, owner_id: int, sha256: str) -> Path:
    """Where the thumbnail lies; `size` is one of THUMBNAIL_SIDES."""
    return Path(settings.MEDIA_ROOT, THUMBNAILS, str(owner_id), sha256[:2], f"{sha256}-{size}.webp")


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write to a temporary name, sync, and rename to `path`: after a crash the whole file is there or none is."""
    temporary = Path(settings.MEDIA_ROOT, TEMPORARY, uuid4().hex)
    _make_directory(temporary.parent)
    _make_directory(path.parent)
    try:
        with open(temporary, "xb", opener=_open_private) as target:
            for chunk in chunks:
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


@contextmanager
def exclusive(*, owner_id: int, sha256: str) -> Iterator[None]:
    """A transaction in which nobody else stores or removes these bytes of this owner, in whatever process."""
    lock = crc32(f"{owner_id}:{sha256}".encode()) % LOCKS
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        yield


def sweep_temporary(*, older_than: timedelta = timedelta(hours=6)) -> int:
    """Remove what crashed writers left under temporary names; how many there were."""
    deadline = time.time() - older_than.total_seconds()
    swept = 0
    for file in Path(settings.MEDIA_ROOT, TEMPORARY).glob("*"):
        with suppress(FileNotFoundError):  # its writer has just finished
            if file.stat().st_mtime < deadline:
                file.unlink()
                swept += 1
    return swept


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, settings.FILE_UPLOAD_PERMISSIONS)


def _make_directory(path: Path) -> None:
    """Make `path` and what is missing above it, each entered durably into its parent, ours alone to read."""
    if path.is_dir():
        return
    _make_directory(path.parent)
    path.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, exist_ok=True)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
