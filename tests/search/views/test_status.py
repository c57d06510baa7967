"""Tests of the search part of the status page."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.models import Step, StepAttempt
from photosearch.embedded.elasticsearch_build import home_of
from photosearch.embedded.elasticsearch_download import FALLBACK_VERSION, VERSION
from search.encoders.client import EncoderUnavailable
from search.ocr.reader import TextRecognitionUnavailable
from search.views import status
from tests.factories import ENCODER, add_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    """A browser in which an administrator is logged in."""
    client.force_login(User.objects.create_user("root", is_staff=True))
    return client


def test_refuses_ordinary_users(client, user):
    client.force_login(user)
    assert client.get("/status/search").status_code == 403


def test_shows_number_of_processed_photos(client, user, monkeypatch):
    monkeypatch.setattr(status, "describe_encoders", lambda: [ENCODER])
    add_photo(user, "secret.png", angle=0, text="a secret")
    add_photo(user, "other.png")
    page = client.get("/status/search").content.decode()
    assert "Shapes" in page
    assert "1 / 2" in page
    assert "PP-OCR" in page
    assert "secret" not in page


def test_does_not_count_dismissed_failures(client, user, monkeypatch):
    monkeypatch.setattr(status, "describe_encoders", lambda: [ENCODER])
    add_photo(user, "fine.png", angle=0)
    failed = add_photo(user, "failed.png")
    attempt = StepAttempt.objects.create(photo=failed, step=Step.EMBEDDING, version=ENCODER.model, attempts=3)
    assert "1 / 2" in client.get("/status/search").content.decode()
    attempt.dismissed_at = timezone.now()
    attempt.save()
    assert "1 / 1" in client.get("/status/search").content.decode()


def test_shows_unavailable_engines(client, monkeypatch, settings):
    def refuse() -> None:
        raise EncoderUnavailable("The encoder process does not answer.")

    def no_weights() -> None:
        raise TextRecognitionUnavailable("Put the weights there.")

    monkeypatch.setattr(status, "describe_encoders", refuse)
    monkeypatch.setattr(status.reader, "engine_version", no_weights)
    settings.ELASTICSEARCH_URL = ""
    response = client.get("/status/search")
    assert response.status_code == 200
    for words in ("The encoder process does not answer.", "Put the weights there.", "Elasticsearch is not configured"):
        assert words in response.content.decode()


def test_names_the_scripts_that_are_read(client, monkeypatch, settings):
    monkeypatch.setattr(status, "describe_encoders", lambda: [ENCODER])
    settings.OCR_SCRIPTS = ["korean", "thai"]
    page = " ".join(client.get("/status/search").content.decode().split())
    assert re.findall(r"(Korean|Thai|Greek)\b.*?(Tesseract|Not read: turned off)", page) == [
        ("Korean", "Tesseract"),
        ("Greek", "Not read: turned off"),
        ("Thai", "Tesseract"),
    ]


def test_reports_missing_fixes_of_registry_version(client, elasticsearch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.ELASTICSEARCH_URL = elasticsearch
    page = client.get("/status/search").content.decode()
    assert f"Elasticsearch {FALLBACK_VERSION} lacks later security fixes. Replace it with {VERSION}." in page
    home = home_of(FALLBACK_VERSION, tmp_path / "servers")
    home.mkdir(parents=True)
    page = client.get("/status/search").content.decode()
    assert f"let this machine reach artifacts.elastic.co, stop photosearch, delete {home}" in page


def test_gives_no_advice_on_current_version():
    assert status._advice(VERSION) == ""
