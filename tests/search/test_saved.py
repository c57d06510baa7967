"""Tests of saved and recent searches."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from search.models import RecentSearch, SavedSearch
from search.saved import (
    MAX_RECENT_SEARCHES,
    MAX_SAVED_SEARCHES,
    TooManySavedSearches,
    example_photos,
    recent_searches,
    record_search,
    save_search,
)
from tests.factories import add_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("owner")


@pytest.fixture
def client(user, settings) -> Client:
    settings.ELASTICSEARCH_URL = ""
    client = Client()
    client.force_login(user)
    return client


def page(response) -> str:
    return response.content.decode()


def test_saves_shows_replaces_and_deletes(client, user):
    response = client.post("/search/saved", {"name": "My tea", "address": "q=tea&min_width=5"}, follow=True)
    assert response.redirect_chain[-1][0] == "/search?q=tea&min_width=5"
    assert "My tea" in page(response)
    client.post("/search/saved", {"name": "My tea", "address": "q=coffee"})
    saved = SavedSearch.objects.get()
    assert saved.address == "q=coffee"
    client.post(f"/search/saved/{saved.pk}/delete")
    assert not SavedSearch.objects.exists()


def test_saves_only_fields_of_search_form(client):
    client.post("/search/saved", {"name": "x", "address": "q=tea&next=//evil.example&list=1"})
    assert SavedSearch.objects.get().address == "q=tea"


def test_refuses_search_without_name(client):
    response = client.post("/search/saved", {"name": " ", "address": "q=tea"}, follow=True)
    assert "Enter a name of at most 100" in page(response)
    assert not SavedSearch.objects.exists()


def test_refuses_too_many_saved_searches(user, client):
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=user, name=str(n), address="q=x") for n in range(MAX_SAVED_SEARCHES)
    )
    with pytest.raises(TooManySavedSearches):
        save_search("one more", user=user, address="q=y")
    save_search("5", user=user, address="q=y")
    response = client.post("/search/saved", {"name": "one more", "address": "q=y"}, follow=True)
    assert "Delete one first" in page(response)


def test_replaced_search_is_new_row(user):
    first, is_new = save_search("Trips", user=user, address="q=boat")
    assert is_new
    assert save_search("Trips", user=user, address="q=boat") == (first, False)
    second, is_new = save_search("Trips", user=user, address="q=diary")
    assert (is_new, second.address, second.pk != first.pk) == (False, "q=diary", True)
    assert SavedSearch.objects.get() == second


def test_lists_recent_searches_once_latest_first(user):
    for number in range(MAX_RECENT_SEARCHES + 3):
        record_search(f"q={number}", user=user)
    record_search(f"q={MAX_RECENT_SEARCHES}", user=user)
    addresses = [recent.address for recent in recent_searches(user=user)]
    assert addresses[:2] == [f"q={MAX_RECENT_SEARCHES}", f"q={MAX_RECENT_SEARCHES + 2}"]
    assert len(addresses) == len(set(addresses)) == MAX_RECENT_SEARCHES


def test_records_and_clears_recent_searches_with_results(client, user):
    add_photo(user, "tea.png")
    client.get("/search", {"q": "tea ext:png", "min_width": "5"})
    client.get("/search", {"q": "foo:bar"})
    client.get("/search", {"q": "importance:lots"})
    assert "tea ext:png · Min. width: 5 px" in page(client.get("/search"))
    assert RecentSearch.objects.count() == 1
    client.post("/search/recent/clear")
    assert not RecentSearch.objects.exists()


def test_shows_picture_of_search_for_similar_ones(user):
    other, own = add_photo(User.objects.create_user("other"), "other.png"), add_photo(user, "own.png")
    addresses = [f"photo={photo.pk}{rest}" for photo in (own, other) for rest in ("", "&q=tea")]
    addresses += ["q=tea", "photo=", "photo=x", "photo=²", f"photo={own.pk + 1000}"]
    assert example_photos(addresses, user=user) == dict.fromkeys(addresses[:2], own)
    assert example_photos(["q=tea"], user=user) == {}


def test_deletion_of_saved_search_can_be_undone(client, user):
    saved, _is_new = save_search("Trips & more", user=user, address="q=boat&min_width=5")
    answer = page(client.post(f"/search/saved/{saved.pk}/delete", {"address": "q=tea"}, follow=True))
    assert not SavedSearch.objects.exists()
    undo = html.unescape(re.search(r'action="(/search/saved\?[^"]*)"', answer)[1])
    client.post(undo, {"moment": undo, "next": "/search"})
    restored = SavedSearch.objects.get()
    assert (restored.name, restored.address, restored.owner) == ("Trips & more", "q=boat&min_width=5", user)


def test_hides_searches_of_other_users(client, user):
    other = User.objects.create_user("other")
    saved, _created = save_search("secret name", user=other, address="q=secret")
    record_search("q=secret+words", user=other)
    assert "secret" not in page(client.get("/search"))
    assert client.post(f"/search/saved/{saved.pk}/delete").status_code == 404
    client.post("/search/recent/clear")
    assert RecentSearch.objects.count() == SavedSearch.objects.count() == 1
