"""Writes folders and archives for imports."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

LONG_AGO = 1_600_000_000


def write_file(path: Path, data: bytes, *, modified_at: int = LONG_AGO) -> Path:
    """Write a file with an old modification time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (modified_at, modified_at))
    return path


def archive_of(*members: bytes) -> bytes:
    """Return a zip archive of these PNG files."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(members):
            archive.writestr(f"{number}.png", data)
    return file.getvalue()


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
