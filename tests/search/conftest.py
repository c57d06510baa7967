"""What the tests of search share: a keyword index of their own, and photos that need no files."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from gallery.models import Photo
from search.keywords.index import connected, ensure_index, index_photos
from search.models import PhotoText

AddPhoto = Callable[..., Photo]


@pytest.fixture
def user(django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("owner")


@pytest.fixture
def keyword_index(elasticsearch: str, settings: Any, db: None) -> Iterator[str]:
    """An empty index; its alias."""
    settings.ELASTICSEARCH_INDEX = f"test-{uuid4().hex[:12]}"
    ensure_index()
    yield settings.ELASTICSEARCH_INDEX
    with connected() as client:
        client.indices.delete(index=list(client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}-*")))


@pytest.fixture
def add_photo(user: User) -> AddPhoto:
    """Makes a photo of `user` (or `owner`) whose picture says `text`."""

    def add(text: str = "", *, owner: User = user, filename: str = "photo.png", **more: Any) -> Photo:
        digest = hashlib.sha256(uuid4().bytes).hexdigest()
        more = {"extension": "png", "width": 100, "height": 100, "file_size": 1, "md5": "", "sha1": ""} | more
        photo = Photo.objects.create(owner=owner, filename=filename, file=digest, sha256=digest, **more)
        PhotoText.objects.create(photo=photo, owner=owner, engine="drawn", text=text)
        return photo

    return add


def index_all(*photos: Photo) -> None:
    """Index `photos`, or all there are, and wait until they can be found."""
    assert index_photos([photo.pk for photo in photos or Photo.objects.all()]) == {}
    refresh()


def refresh() -> None:
    """Wait until what was written can be found."""
    from django.conf import settings

    with connected() as client:
        client.indices.refresh(index=settings.ELASTICSEARCH_INDEX)
