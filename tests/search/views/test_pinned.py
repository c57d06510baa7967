"""Tests of pinned searches over HTTP, and of their nightly evaluation."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from search.evaluation import pinned as pins
from search.evaluation.runs import evaluate_pinned
from search.models import PinnedSearch, ResultList, SearchEvaluation
from tests.factories import add_photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database")]


@pytest.fixture
def client(client: Client, user) -> Client:
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def pin(client: Client, query: str, *photos, **more):
    ids = ",".join(str(photo.pk) for photo in photos)
    return client.post("/search/pinned/add", {"query": query, "photo": ids, "next": "/search?q=tea"}, **more)


def test_pins_adds_and_removes(client, user):
    one, other = add_photo(user, "one.png"), add_photo(user, "other.png")
    response = pin(client, "tea <b>", one)
    assert response.url == "/search?q=tea"
    message = pin(client, "tea <b>", one, other, headers={"Accept": "application/json"}).json()["message"]
    assert message == "Pinned 1 photo to “tea <b>”"
    page = client.get("/search/pinned").content.decode()
    assert "tea &lt;b&gt;" in page
    assert "Not checked yet." in page
    assert {f'data-photo="{photo.pk}"' in page for photo in (one, other)} == {True}
    pinned = PinnedSearch.objects.get()
    assert client.post(f"/search/pinned/{pinned.pk}/remove", follow=True).status_code == 200
    assert not PinnedSearch.objects.exists()


@pytest.mark.parametrize("query", ["", "x" * 1001, "width:nonsense"])
def test_refuses_impossible_queries(client, user, query):
    assert pin(client, query, add_photo(user, "one.png")).status_code == 400
    assert not PinnedSearch.objects.exists()


def test_refuses_photos_of_others_and_deleted_ones(client, user):
    stranger = User.objects.create_user("stranger")
    assert pin(client, "tea", add_photo(stranger, "theirs.png")).status_code == 400
    assert not PinnedSearch.objects.exists()
    own = add_photo(user, "own.png")
    pin(client, "tea", own)
    client.force_login(stranger)
    pinned = PinnedSearch.objects.get()
    assert "own.png" not in client.get("/search/pinned").content.decode()
    assert client.post(f"/search/pinned/{pinned.pk}/remove").status_code == 404


def test_limits_pins_and_their_photos(client, user, monkeypatch):
    monkeypatch.setattr(pins, "MAX_PINNED_SEARCHES", 1)
    monkeypatch.setattr(pins, "MAX_PHOTOS", 2)
    photos = [add_photo(user, f"{number}.png") for number in range(3)]
    assert pin(client, "tea", *photos).status_code == 400
    assert pin(client, "tea", *photos[:2]).status_code == 302
    assert pin(client, "tea", photos[2]).status_code == 400
    assert pin(client, "coffee", photos[2]).status_code == 400
    assert [pinned.query for pinned in PinnedSearch.objects.all()] == ["tea"]


def test_evaluates_as_owner_and_stores_only_numbers(client, user):
    stranger = User.objects.create_user("stranger")
    found, missing = add_photo(user, "a.png", text="green tea"), add_photo(user, "b.png", text="coffee")
    add_photo(stranger, "c.png", text="green tea")
    pin(client, "green tea", found, missing)
    pin(client, "green", found)
    assert evaluate_pinned() is not None
    call_command("evaluate_search", verbosity=0)
    figures = SearchEvaluation.objects.get(subject="pinned").figures
    assert {name: figures[name] for name in ("queries", "found", "first", "wrong")} == {
        "queries": 2,
        "found": 1,
        "first": 2,
        "wrong": 0,
    }
    assert "green" not in str(figures)
    assert "On the first page: 1 of 2 photos." in client.get("/search/pinned").content.decode()
    assert not ResultList.objects.exists()


def test_evaluates_nothing_without_pins(user):
    add_photo(user, "a.png", text="green tea")
    assert evaluate_pinned() is None
