"""Where files lie below MEDIA_ROOT, and how they come and go without a half-written one under a real name."""

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import quote
from uuid import uuid4
from zlib import crc32

from django.conf import settings
from django.db import transaction

from gallery.pictures.formats import has_suffix
from gallery.storage.locks import Lock, lock_until_commit

ORIGINALS = "originals"
THUMBNAILS = "thumbnails"
TEMPORARY = "temporary"
# Those that people send are kept here until their import is over, each in a folder of its own.
ARCHIVES = "imports"

# Disk space that uploads leave free for the database and other programs.
SPARE_BYTES = 1 << 30

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


def safe_filename(filename: str, *, extension: str) -> str:
    """Return the name with a suffix that fits the bytes: a picture called `page.html` is saved as `page.html.png`."""
    return filename if has_suffix(filename, extension=extension) else f"{filename}.{extension}"


def free_bytes() -> int:
    """Return the bytes that uploads may still add to the disk; negative if less than the reserve is left."""
    root = Path(settings.MEDIA_ROOT)
    _make_directory(root)
    return shutil.disk_usage(root).free - SPARE_BYTES


def has_room(size: int) -> bool:
    """Return whether the disk has room for an upload of `size` bytes."""
    return size <= free_bytes()


def temporary_folder() -> Path:
    """Return the folder for files without a final name; `sweep_temporary` removes leftovers."""
    folder = Path(settings.MEDIA_ROOT, TEMPORARY)
    _make_directory(folder)
    return folder


def disposition_of(filename: str) -> str:
    """Return the `Content-Disposition` for showing a file, or saving it under its name.

    Besides the UTF-8 name it contains an ASCII name for clients such as old curl (RFC 6266, appendix D). The ASCII name
    has no percent signs, because some clients would decode them.
    """
    plain = re.sub(r"[^ !#-$&-\[\]-~]", "_", filename)
    if plain == filename:
        return f'inline; filename="{plain}"'
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write to a temporary name, sync, and rename to `path`: after a crash the whole file is there or none is."""
    place_files({path: write_temporary(chunks)})


def write_temporary(chunks: Iterable[bytes]) -> Path:
    """Write to a temporary name, not yet synced; the name, for `place_files` or to be unlinked."""
    temporary = temporary_folder() / uuid4().hex
    try:
        with open(temporary, "xb", opener=_open_private) as target:
            for chunk in chunks:
                target.write(chunk)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def place_files(moves: Mapping[Path, Path]) -> None:
    """Sync the temporary files that `moves` names by their targets, rename them, and then sync the folders, each once.

    If that fails, none of them is there.
    """
    try:
        sync_files(moves.values())
        for path, temporary in moves.items():
            _make_directory(path.parent)
            temporary.replace(path)
        sync_files({path.parent for path in moves})
    except BaseException:
        for path in [*moves.keys(), *moves.values()]:
            path.unlink(missing_ok=True)
        raise


def sync_files(paths: Iterable[Path]) -> None:
    """Return when the files or folders lie on the disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def path_of(file: IO[bytes]) -> Path:
    """Where an open file lies, whatever links led to it."""
    return Path(f"/proc/self/fd/{file.fileno()}").readlink()


@contextmanager
def exclusive(*, owner_id: int, digests: Iterable[str]) -> Iterator[None]:
    """A transaction in which nobody else stores or removes these bytes (by SHA-256) of this owner, in any process."""
    keys = [crc32(f"{owner_id}:{sha256}".encode()) % LOCKS for sha256 in digests]
    with transaction.atomic():
        lock_until_commit(Lock.STORED_BYTES, keys=keys)
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


def open_private(path: Path) -> IO[bytes]:
    """Open a file to read it and to write in its place; made if missing, ours alone to read."""
    _make_directory(path.parent)
    return open(path, "r+b", opener=_create_private)


def _create_private(path: str, flags: int) -> int:
    return _open_private(path, flags | os.O_CREAT)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, settings.FILE_UPLOAD_PERMISSIONS)


def _make_directory(path: Path) -> None:
    """Make `path` and what is missing above it, each entered durably into its parent, ours alone to read."""
    if path.is_dir():
        return
    _make_directory(path.parent)
    path.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, exist_ok=True)
    sync_files([path.parent])
