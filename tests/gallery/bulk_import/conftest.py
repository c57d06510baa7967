"""A folder of pictures as somebody may have it, and imports of it."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import.jobs import create_job
from gallery.bulk_import.run import run_job
from gallery.models import ImportItem, ImportJob
from tests.gallery.conftest import picture

LONG_AGO = 1_600_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, one of them twice, a file that is none, and a hidden one."""
    folder = tmp_path / "pictures"
    write(folder / "a.png", picture(1))
    write(folder / "summer" / "b.png", picture(2))
    write(folder / "summer" / "copy of a.png", picture(1))
    write(folder / "notes.png", b"no picture")
    write(folder / ".hidden.png", picture(3))
    return folder


@pytest.fixture
def begin(owner: User, media_root: Path) -> Callable[..., ImportJob]:
    """Writes an import of a folder (or of archives) down."""

    def create(*roots: Path, owner: User = owner, **options: Any) -> ImportJob:
        return create_job(roots, owner=owner, started_by=owner, **options)

    return create


@pytest.fixture
def bring(begin: Callable[..., ImportJob]) -> Callable[..., ImportJob]:
    """Imports a folder (or archives) from beginning to end."""

    def run(*roots: Path, **options: Any) -> ImportJob:
        return finish(begin(*roots, **options))

    return run


def finish(job: ImportJob) -> ImportJob:
    """Work on an import until nothing is left to do; the import as it then is."""
    while not run_job(job.pk):
        pass
    job.refresh_from_db()
    return job


def write(path: Path, data: bytes, *, modified_at: int = LONG_AGO) -> Path:
    """A file that has been lying there for long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (modified_at, modified_at))
    return path


def archive_of(*members: bytes) -> bytes:
    """A zip archive of pictures."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(members):
            archive.writestr(f"{number}.png", data)
    return file.getvalue()


def verdicts(job: ImportJob) -> dict[str, str]:
    """What became of each file, by its name."""
    return {Path(item.path).name: item.verdict for item in ImportItem.objects.filter(job=job)}
