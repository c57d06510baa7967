"""Files are written completely or not at all, and leftovers of a crash are removed."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gallery.storage.files import sweep_temporary, thumbnail_path, write_file


def test_writes_private_file(media_root: Path) -> None:
    path = media_root / "originals" / "1" / "ab" / "x.png"
    write_file(path, [b"one ", b"two"])
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in path.parents[:4]] == [0o700] * 4


def test_keeps_old_file_when_writing_fails(media_root: Path) -> None:
    path = media_root / "x.png"
    write_file(path, [b"old"])

    def broken() -> object:
        yield b"new"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_file(path, broken())
    assert [file for file in media_root.rglob("*") if file.is_file()] == [path]
    assert path.read_bytes() == b"old"


def test_sweeps_only_old_temporary_files(media_root: Path) -> None:
    write_file(media_root / "x.png", [b"kept"])
    old, young = media_root / "temporary" / "old", media_root / "temporary" / "young"
    for file in (old, young):
        file.write_bytes(b"half")
    long_ago = time.time() - timedelta(hours=7).total_seconds()
    os.utime(old, (long_ago, long_ago))
    assert sweep_temporary() == 1
    assert young.exists()
    assert not old.exists()
    assert (media_root / "x.png").exists()


def test_sweeps_without_any_files(media_root: Path) -> None:
    assert sweep_temporary() == 0


def test_keeps_thumbnails_by_owner_and_size(media_root: Path) -> None:
    path = thumbnail_path("small", owner_id=7, sha256="ab12")
    assert path == media_root / "thumbnails" / "7" / "ab" / "ab12-small.webp"
