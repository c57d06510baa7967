"""Tests of paging through result lists, over HTTP."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from search.models import ResultList
from search.ranking.result_lists import LIFETIME
from tests.factories import add_photo
from tests.html import condensed
from tests.search.result_pages import names, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database", "encoder")]


@pytest.fixture
def client(client: Client, user) -> Client:
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def test_pages_neither_repeat_nor_skip_photos(client, user):
    photos = [add_photo(user, f"{number}.png", text="tea") for number in range(150)]
    first = client.get("/search", {"q": "tea"})
    assert "Show more" in page(first)
    assert len(names(first)) == 60
    shown = names(first)
    add_photo(user, "new.png", text="tea")
    gone = next(photo for photo in photos if photo.filename not in shown)
    gone.delete()
    following = {"q": "tea", "list": first.context["page"].key, "start": "60"}
    second = client.get("/search", following, headers={"HX-Request": "true"})
    assert "<html" not in page(second)
    assert "<ol" not in page(second)
    third = client.get("/search", following | {"start": "120"})
    everything = shown + names(second) + names(third)
    assert sorted(everything) == sorted(photo.filename for photo in photos if photo != gone)
    assert "Show more" not in page(third)


def test_next_page_takes_few_queries(client, user, django_assert_max_num_queries):
    for number in range(130):
        add_photo(user, f"{number}.png", text="tea")
    key = client.get("/search", {"q": "tea"}).context["page"].key
    with django_assert_max_num_queries(6):
        client.get("/search", {"q": "tea", "list": key, "start": "60"}, headers={"HX-Request": "true"})


def test_hides_lists_of_other_users(client, user, django_user_model):
    for number in range(70):
        add_photo(user, f"{number}.png", text="tea")
    key = client.get("/search", {"q": "tea"}).context["page"].key
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    response = stranger.get("/search", {"q": "tea", "list": key, "start": "60"})
    assert names(response) == []


def test_searches_again_when_list_has_expired(client, user):
    for number in range(70):
        add_photo(user, f"{number}.png", text="tea")
    key = client.get("/search", {"q": "tea"}).context["page"].key
    ResultList.objects.update(created_at=timezone.now() - LIFETIME - timedelta(seconds=1))
    asked = {"q": "tea", "list": key, "start": "60"}
    fragment = page(client.get("/search", asked, headers={"HX-Request": "true"}))
    assert "Search again" in fragment
    assert "photo-" not in fragment
    assert len(names(client.get("/search", asked))) == 60
    assert str(ResultList.objects.get().pk) != key


def beside(client: Client, address: str) -> list[str]:
    """The addresses before and after a photo on its page."""
    return re.findall(
        r'class="turn" rel="\w+" href="([^"]+)"', condensed(page(client.get(address))).replace("&amp;", "&")
    )


def test_photo_pages_follow_results(client, user):
    found = [add_photo(user, f"{number}.png", text="tea") for number in range(3)]
    add_photo(user, "between.png", text="coffee")
    results = client.get("/search", {"q": "tea"})
    first, second, third = (hit.photo.pk for hit in results.context["page"].hits)
    query = f"?q=tea&list={results.context['page'].key}"
    assert f'href="/photos/{second}{query}"' in page(results).replace("&amp;", "&")
    assert beside(client, f"/photos/{second}{query}") == [f"/photos/{first}{query}", f"/photos/{third}{query}"]
    assert beside(client, f"/photos/{first}{query}") == [f"/photos/{second}{query}"]
    next(photo for photo in found if photo.pk == second).delete()
    assert beside(client, f"/photos/{first}{query}") == [f"/photos/{third}{query}"]


def test_photo_pages_follow_timeline_without_list(client, user, django_user_model):
    older, newer = (add_photo(user, name, text="tea") for name in ("a.png", "b.png"))
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    someone = django_user_model.objects.get(username="stranger")
    for name in ("c.png", "d.png"):
        add_photo(someone, name, text="tea")
    foreign = stranger.get("/search", {"q": "tea"}).context["page"].key
    for key in (foreign, "6a1f0f0e-0000-4000-8000-000000000000", "no-key"):
        assert beside(client, f"/photos/{newer.pk}?q=tea&list={key}") == [f"/photos/{older.pk}"]
