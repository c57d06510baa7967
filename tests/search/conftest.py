"""Fixtures for the tests of search: a keyword index, photos without files, and an encoder."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.contrib.auth.models import User

from gallery.models import Photo
from search.encoders.client import EncoderInfo, QueryVector
from search.keywords.index import connected, ensure_index
from search.models import PhotoText
from search.ranking import fusion, hybrid, ranker
from tests.factories import ENCODER

AddPhoto = Callable[..., Photo]


@pytest.fixture
def user(django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("owner")


@pytest.fixture
def keyword_index(elasticsearch: str, settings: Any, db: None) -> Iterator[str]:
    """Create an empty index and return its alias."""
    settings.ELASTICSEARCH_INDEX = f"test-{uuid4().hex[:12]}"
    ensure_index()
    yield settings.ELASTICSEARCH_INDEX
    with connected() as client:
        client.indices.delete(index=list(client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}-*")))


@pytest.fixture
def add_photo(user: User) -> AddPhoto:
    """Return a function that creates a photo of `user` (or `owner`) with the recognised `text`."""

    def add(text: str = "", *, owner: User = user, filename: str = "photo.png", **more: Any) -> Photo:
        digest = hashlib.sha256(uuid4().bytes).hexdigest()
        more = {"extension": "png", "width": 100, "height": 100, "file_size": 1, "md5": "", "sha1": ""} | more
        photo = Photo.objects.create(owner=owner, filename=filename, file=digest, sha256=digest, **more)
        PhotoText.objects.create(photo=photo, owner=owner, engine="drawn", text=text)
        return photo

    return add


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> EncoderInfo:
    """Replace the encoders by one that gives every query the vector (1, 0)."""
    query = QueryVector(vector=np.array([1.0, 0.0], dtype=np.float32), baseline=0.0)
    monkeypatch.setattr(ranker, "describe_encoders", lambda: [ENCODER])
    for module in (ranker, hybrid, fusion):
        monkeypatch.setattr(
            module, "choose_encoder", lambda scripts, *, user: ENCODER if scripts <= {"latin"} else None
        )
    monkeypatch.setattr(ranker, "encode_text", lambda text, *, model: query)
    monkeypatch.setattr(hybrid, "encode_query_image", lambda data, *, model, asker: query)
    return ENCODER


@pytest.fixture
def words_from_database(settings):
    """Search words in PostgreSQL; the keyword index has its own tests."""
    settings.ELASTICSEARCH_URL = ""
