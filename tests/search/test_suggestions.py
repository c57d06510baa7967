"""Tests of suggestions for the search box."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from search.saved import record_search, save_search
from search.suggestions import MAX_SUGGESTIONS, suggest
from tests.factories import add_photo

pytestmark = pytest.mark.django_db


def test_suggests_searches_then_cameras_then_names(user):
    add_photo(user, "Tea.png", metadata={"model": "Teapot 3"})
    add_photo(user, "tea house.png", metadata={"model": "Teapot 3"})
    save_search("x", user=user, address="q=green+tea")
    record_search("q=tea+cup&min_width=5", user=user)
    record_search("q=coffee", user=user)
    assert suggest("TEA", user=user) == ["tea cup", "green tea", 'camera:"Teapot 3"', "tea house.png", "Tea.png"]


def test_suggests_earlier_searches_for_empty_query(user):
    add_photo(user, "tea.png")
    record_search("q=调休", user=user)
    record_search("min_width=5", user=user)
    assert suggest("", user=user) == ["调休"]


def test_limits_suggestions_and_omits_query_itself(user):
    for number in range(MAX_SUGGESTIONS + 5):
        add_photo(user, f"tea {number}")
    assert len(suggest("tea", user=user)) == MAX_SUGGESTIONS
    assert suggest("tea 1", user=user) == ["tea 12", "tea 11", "tea 10"]


def test_hides_data_of_other_users(user):
    other = User.objects.create_user("other")
    add_photo(other, "secret.png", metadata={"model": "secret"})
    record_search("q=secret", user=other)
    client = Client()
    client.force_login(user)
    assert "secret" not in client.get("/search/suggestions", {"q": "sec"}).content.decode()


def test_escapes_names(user):
    add_photo(user, "<img src=x>.png")
    client = Client()
    client.force_login(user)
    assert "&lt;img src=x&gt;" in client.get("/search/suggestions", {"q": "img"}).content.decode()
