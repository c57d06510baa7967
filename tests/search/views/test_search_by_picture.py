"""Tests of searches with a picture or a region of one, over HTTP."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.pictures.images import InvalidImage
from search.encoders.client import EncoderBusy, QueryVector
from search.models import SearchExample
from search.ranking import hybrid
from search.vectors import examples
from tests.drawing import picture
from tests.factories import add_photo
from tests.search.result_pages import names, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database", "encoder")]


@pytest.fixture
def client(client: Client, user) -> Client:
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def send(client: Client, data: bytes | None = None, **fields: str):
    files = {"picture": SimpleUploadedFile("query.png", data)} if data is not None else {}
    return client.post("/search/picture", {**files, **fields}, follow=True)


def test_finds_similar_photos(client, user, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    add_photo(user, "far.png", angle=80)
    add_photo(user, "near.png", angle=10)
    add_photo(user, "near-but-small.png", angle=5, width=10)
    response = send(client, picture(), min_width="50")
    assert names(response) == ["near.png"]
    assert "Similar to your picture" in page(response)
    assert not list(tmp_path.iterdir())


def test_link_to_picture_search_is_private_and_expires(client, user, django_user_model):
    add_photo(user, "near.png", angle=10)
    address = send(client, picture()).redirect_chain[-1][0]
    assert names(client.get(address)) == ["near.png"]
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    assert "has expired" in page(stranger.get(address))
    SearchExample.objects.update(created_at=timezone.now() - timedelta(days=2))
    late = client.get(address)
    assert late.status_code == 410
    assert "Select it again" in page(late)


def test_searches_with_photo_and_region(client, user, monkeypatch, django_user_model):
    regions = []

    def encode_region(path, region, *, model, asker, rotation):
        regions.append(region)
        return QueryVector(np.array([0.0, 1.0], dtype=np.float32))

    monkeypatch.setattr(examples, "encode_region", encode_region)
    photo = add_photo(user, "this.png", angle=0)
    add_photo(user, "near.png", angle=10)
    add_photo(user, "upright.png", angle=88)
    assert names(client.get("/search", {"photo": photo.pk})) == ["near.png"]
    assert names(client.get("/search", {"photo": photo.pk, "region": "0.1,0.2,0.5,0.6"})) == ["upright.png"]
    assert regions == [(0.1, 0.2, 0.5, 0.6)]
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    assert stranger.get("/search", {"photo": photo.pk}).status_code == 404


@pytest.mark.parametrize("region", ["1,2", "0,0,0,0", "0,0,2,1", "a,b,c,d", "nan,0,1,1"])
def test_refuses_invalid_region(client, user, region):
    photo = add_photo(user, "this.png", angle=0)
    response = client.get("/search", {"photo": photo.pk, "region": region})
    assert response.status_code == 400
    assert "Enter four numbers from 0 to 1" in page(response)


def test_refuses_search_without_picture(client):
    response = send(client)
    assert response.status_code == 400
    assert "Select a picture to search with." in page(response)


def test_refuses_other_files(client, monkeypatch):
    def refuse(data: bytes, *, model: str, asker: int) -> None:
        raise InvalidImage("Not a picture.")

    monkeypatch.setattr(hybrid, "encode_query_image", refuse)
    response = send(client, b"words")
    assert response.status_code == 400
    assert "Not a picture." in page(response)


def test_says_to_wait_while_other_picture_searches_run(client, user, monkeypatch):
    def refuse(*_arguments, asker, **_fields):
        assert asker == user.pk
        raise EncoderBusy("Two searches are running.")

    monkeypatch.setattr(hybrid, "encode_query_image", refuse)
    monkeypatch.setattr(examples, "encode_region", refuse)
    photo = add_photo(user, "this.png", angle=0)
    region = client.get("/search", {"photo": photo.pk, "region": "0.1,0.2,0.5,0.6"})
    for response in (region, send(client, b"picture")):
        assert (response.status_code, response["Retry-After"]) == (429, "5")
        assert "Two searches are running." in page(response)


def test_refuses_too_large_picture_before_reading(client, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = client.generic(
        "POST", "/search/picture", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**9)
    )
    assert response.status_code == 413
    assert "This file is too large. The limit is" in page(response)


def test_refuses_requests_of_other_sites(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert send(client, picture()).status_code == 403


def test_returns_only_results_to_htmx(client, user):
    add_photo(user, "near.png", angle=10)
    address = send(client, picture()).redirect_chain[-1][0]
    response = client.get(address, headers={"HX-Request": "true"})
    assert "near.png" in page(response)
    assert "<html" not in page(response)
    assert response["HX-Push-Url"] == address
