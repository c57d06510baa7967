"""Paths of files below MEDIA_ROOT, and durable writing: no file has its final name before it is complete."""

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import IO
from urllib.parse import quote
from uuid import uuid4
from zlib import crc32

from django.conf import settings
from django.db import transaction

from gallery.pictures.formats import has_suffix
from gallery.pictures.turning import RIGHT_ANGLES
from gallery.storage.locks import Lock, lock_until_commit

ORIGINALS = "originals"
THUMBNAILS = "thumbnails"
COMPANIONS = "companions"
TEMPORARY = "temporary"
# Uploaded archives stay here until their import is over, each in its own folder.
ARCHIVES = "imports"

# Disk space that uploads leave free for the database and other programs.
SPARE_BYTES = 1 << 30

# Side in pixels; see `images.fitted_size` for the sizes of long pictures.
THUMBNAIL_SIDES = {"small": 320, "large": 1600}

# PostgreSQL can hold some thousand locks, so that digests share this many keys.
DIGEST_LOCKS = 4096


def original_name(*, owner_id: int, sha256: str, extension: str) -> str:
    """Return the path of a managed original, relative to MEDIA_ROOT."""
    return f"{ORIGINALS}/{owner_id}/{extension}/{sha256[:2]}/{sha256}.{extension}"


def companion_name(*, owner_id: int, sha256: str, filename: str) -> str:
    """Return the path of a copied file that belongs to a photo, relative to MEDIA_ROOT."""
    ending = re.sub(r"[^a-z0-9]", "", filename.rpartition(".")[2].lower())[:8] or "bin"
    return f"{COMPANIONS}/{owner_id}/{sha256[:2]}/{sha256}.{ending}"


def thumbnail_path(size: str, *, owner_id: int, sha256: str, rotation: int = 0) -> Path:
    """Return the path of a thumbnail; `size` is one of THUMBNAIL_SIDES, `rotation` that of the thumbnail.

    Each rotation has its own file, so that the old one answers until the new one is there.
    """
    name = f"{sha256}-{size}-{rotation}.webp" if rotation else f"{sha256}-{size}.webp"
    return Path(settings.MEDIA_ROOT, THUMBNAILS, str(owner_id), sha256[:2], name)


def thumbnail_paths(*, owner_id: int, sha256: str) -> Iterator[tuple[int, Path]]:
    """Yield the rotation and the path of every thumbnail that a photo may have."""
    for rotation, size in product(RIGHT_ANGLES, THUMBNAIL_SIDES):
        yield rotation, thumbnail_path(size, owner_id=owner_id, sha256=sha256, rotation=rotation)


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
    """Write a file durably: after a crash, `path` is complete or missing."""
    place_files({path: write_temporary(chunks)})


def write_temporary(chunks: Iterable[bytes]) -> Path:
    """Write a file with a temporary name, without syncing it; the caller passes it to `place_files` or deletes it."""
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
    """Move temporary files to their targets (target → temporary) durably; on failure, none of them remains.

    Each file and each folder is synced once.
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
    """Wait until the files or folders are on the disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def path_of(file: IO[bytes]) -> Path:
    """Return the real path of an open file, whatever links led to it."""
    return Path(f"/proc/self/fd/{file.fileno()}").readlink()


@contextmanager
def digests_locked(*, owner_id: int, digests: Iterable[str]) -> Iterator[None]:
    """Open a transaction in which no other process stores or removes files of `owner_id` with these SHA-256."""
    keys = [crc32(f"{owner_id}:{sha256}".encode()) % DIGEST_LOCKS for sha256 in digests]
    with transaction.atomic():
        lock_until_commit(Lock.STORED_BYTES, keys=keys)
        yield


def sweep_temporary(*, older_than: timedelta = timedelta(hours=6)) -> int:
    """Remove temporary files of crashed writers; return their number."""
    deadline = time.time() - older_than.total_seconds()
    swept = 0
    for file in Path(settings.MEDIA_ROOT, TEMPORARY).glob("*"):
        with suppress(FileNotFoundError):  # just finished
            if file.stat().st_mtime < deadline:
                file.unlink()
                swept += 1
    return swept


def open_private(path: Path) -> IO[bytes]:
    """Open a file for reading and writing without truncating it; create it if missing, readable by us alone."""
    _make_directory(path.parent)
    return open(path, "r+b", opener=_create_private)


def _create_private(path: str, flags: int) -> int:
    return _open_private(path, flags | os.O_CREAT)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, settings.FILE_UPLOAD_PERMISSIONS)


def _make_directory(path: Path) -> None:
    """Create a folder and its missing parents durably, readable by us alone."""
    if path.is_dir():
        return
    _make_directory(path.parent)
    path.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, exist_ok=True)
    sync_files([path.parent])
