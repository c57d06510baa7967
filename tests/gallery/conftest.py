"""What the gallery's tests share: an owner, a folder of their own for pictures, an empty queue."""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dramatiq
import pytest
from django.contrib.auth.models import User
from django.db import connection
from PIL import Image

from gallery.intake.upload import store_upload
from gallery.models import Photo


@pytest.fixture
def media_root(tmp_path: Path, settings: Any) -> Path:
    """A folder of the test's own for pictures."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def owner(db: None) -> User:
    """A person with a gallery."""
    return User.objects.create_user("anna", password="x")


@pytest.fixture
def store(media_root: Path, owner: User) -> Callable[..., Photo]:
    """Stores a picture of one colour, each call another one, or the bytes that are given."""
    colours = iter(range(256))

    def store_picture(data: bytes | None = None, *, filename: str = "picture.png", owner: User = owner) -> Photo:
        return store_upload(BytesIO(data or picture(next(colours))), owner=owner, filename=filename)[0]

    return store_picture


@pytest.fixture
def broker() -> Iterator[Any]:
    """The broker, nothing waiting in it before and after the test."""
    broker = dramatiq.get_broker()
    broker.flush_all()
    yield broker
    broker.flush_all()


def process_environment(media_root: Path) -> dict[str, str]:
    """For a process beside the tests that shall see their database and pictures."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "photosearch.settings",
        "DATABASE_URL": database.geturl(),
        "DATA_DIR": str(media_root.parent),
    }


def picture(red: int = 0, *, size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """A picture file of one colour."""
    file = BytesIO()
    Image.new("RGB", size, (red, 0, 0)).save(file, kind)
    return file.getvalue()
