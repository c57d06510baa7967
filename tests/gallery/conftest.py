"""Fixtures of the gallery's tests: an owner, a separate folder for pictures, an empty queue."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import.creation import ImportOptions, create_job
from gallery.models import ImportJob
from tests.drawing import picture
from tests.factories import finish_import
from tests.folders import write_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two pictures, a copy of one, a file that is no picture, and a hidden one."""
    folder = tmp_path / "pictures"
    write_file(folder / "a.png", picture(1))
    write_file(folder / "summer" / "b.png", picture(2))
    write_file(folder / "summer" / "copy of a.png", picture(1))
    write_file(folder / "notes.png", b"no picture")
    write_file(folder / ".hidden.png", picture(3))
    return folder


@pytest.fixture
def begin(owner: User, media_root: Path) -> Callable[..., ImportJob]:
    """Writes an import of a folder (or of archives) down."""

    def create(*roots: Path, owner: User = owner, **options: Any) -> ImportJob:
        return create_job(roots, owner=owner, started_by=owner, options=ImportOptions(**options))

    return create


@pytest.fixture
def bring(begin: Callable[..., ImportJob]) -> Callable[..., ImportJob]:
    """Imports a folder (or archives) from beginning to end."""

    def run(*roots: Path, **options: Any) -> ImportJob:
        return finish_import(begin(*roots, **options))

    return run
