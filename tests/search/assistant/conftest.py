"""Fixtures: a user with a photo, a token, and access for assistants."""

from io import BytesIO

import pytest
from django.db import connections
from PIL import Image

from gallery.access.tokens import Scope, issue_token
from gallery.assistants import AssistantAccess
from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from search.models import PhotoText

LINES = ["身份证 11010519491231002X", "Flight NH961 to Tokyo", "call 138 0013 8000"]
BOXES = [[[0.0, top], [1.0, top], [1.0, top + 0.2], [0.0, top + 0.2]] for top in (0.1, 0.4, 0.7)]


@pytest.fixture(autouse=True)
def short_connections(monkeypatch, settings):
    """Close the database connections of the server's threads, which outlive a test."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    settings.ELASTICSEARCH_URL = ""


@pytest.fixture
def owner(transactional_db, django_user_model):
    return django_user_model.objects.create_user("anna", password="x")


@pytest.fixture
def token(owner) -> str:
    return issue_token("assistant", user=owner, scopes=[Scope.ASSISTANT])[1]


@pytest.fixture
def allowed(owner) -> AssistantAccess:
    return AssistantAccess.objects.create(user=owner, extent=AssistantAccess.Extent.GALLERY)


@pytest.fixture
def photo(store, owner, broker) -> Photo:
    """Store a white picture whose recognised text is LINES."""
    file = BytesIO()
    Image.new("RGB", (300, 300), "white").save(file, "PNG")
    photo = store(file.getvalue(), filename="papers.png", owner=owner)
    make_thumbnails([photo.pk])
    lines = [{"text": text, "confidence": 1.0, "box": box} for text, box in zip(LINES, BOXES, strict=True)]
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="\n".join(LINES), lines=lines)
    return photo
