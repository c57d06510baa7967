"""Tests of the search page, over HTTP."""

import re
from dataclasses import replace
from datetime import datetime
from unittest.mock import Mock

import pytest
from django.test import Client
from django.utils.safestring import mark_safe

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Photo
from search.chips import Chip
from search.encoders.client import EncoderUnavailable
from search.query import parser
from search.query.parser import MAX_QUERY_LENGTH
from search.ranking import ranker
from search.ranking.results import PAGE_SIZE, Hit, Reason, SearchPage
from search.views import nothing_found, search
from tests.factories import ENCODER, add_photo
from tests.search.result_pages import names, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database", "encoder")]


@pytest.fixture
def client(client: Client, user) -> Client:
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def test_shows_tips_without_query(client, user):
    add_photo(user, "any.png")
    response = client.get("/search")
    assert "Find a picture by…" in page(response)
    assert "any.png" not in page(response)


def test_finds_and_marks_words(client, user):
    add_photo(user, "boarding.png", text="Flight NH961 to Tokyo")
    add_photo(user, "other.png", text="Flight NH916 to Tokyo")
    response = client.get("/search", {"q": "NH961"})
    assert names(response) == ["boarding.png"]
    assert "<mark>NH961</mark>" in page(response) or "<em>NH961</em>" in page(response)
    assert 'value="NH961"' in page(response)


def test_shows_likeness_in_percent_with_cosine(client, user):
    add_photo(user, "alike.png", angle=0)
    response = client.get("/search", {"q": "circle"})
    assert "<b>99%</b> similar to “circle”" in page(response)
    assert 'title="Shapes, cosine 1.0000"' in page(response)


def test_escapes_query_and_texts(client, user):
    hostile = "<img src=x onerror=alert(1)>"
    add_photo(user, f"{hostile}.png", text=f"look {hostile} here", description=hostile)
    response = client.get("/search", {"q": hostile})
    assert names(response) == [f"{hostile}.png"]
    assert "<img src=x" not in page(response)
    assert "<script" not in page(client.get("/search", {"q": '"><script>alert(1)</script>'})).split("<body")[1]


def test_combines_filters_of_form_and_query(client, user):
    add_photo(user, "small.png", text="tea", width=10)
    add_photo(user, "large.png", text="tea", width=900, importance=4)
    add_photo(user, "large.jpg", text="tea", width=900, importance=4, extension="jpg")
    assert set(names(client.get("/search", {"q": "tea"}))) == {"small.png", "large.png", "large.jpg"}
    assert set(names(client.get("/search", {"q": "tea", "min_width": "500"}))) == {"large.png", "large.jpg"}
    assert names(client.get("/search", {"q": "tea ext:png", "min_width": "500"})) == ["large.png"]
    assert names(client.get("/search", {"min_importance": "4", "extension": "jpg"})) == ["large.jpg"]


def test_marks_archived_hits(client, user):
    add_photo(user, "kept.png", text="tea")
    add_photo(user, "away.png", text="tea", is_archived=True)
    response = client.get("/search", {"q": "tea"})
    assert set(names(response)) == {"kept.png", "away.png"}
    assert page(response).count('aria-label="Archived"') == 1
    assert names(client.get("/search", {"q": "-is:archived"})) == ["kept.png"]
    assert "takes one of these: archived, starred" in page(client.get("/search", {"q": "is:lost"}))
    assert "cannot be excluded" in page(client.get("/search", {"q": "-ext:png"}))


def test_chips_remove_form_filters(client, user):
    response = client.get("/search", {"q": "tea", "min_width": "500", "after": "2023-05-01", "top": "20"})
    assert response.context["chips"] == [
        Chip("Min. width", "500 px", "q=tea&after=2023-05-01&top=20"),
        Chip("Taken from", "May 1, 2023", "q=tea&min_width=500&top=20"),
        Chip("Max. results", "20", "q=tea&min_width=500&after=2023-05-01"),
    ]


def test_chips_remove_typed_filters_and_dates(client):
    response = client.get("/search", {"q": "tea 2023-05 camera:fuji", "min_width": "5"})
    date, camera, width = response.context["chips"]
    assert date == Chip(
        "Taken or shown",
        "May 2023",
        rest="q=tea+camera%3Afuji&min_width=5",
        as_words="q=tea+%222023-05%22+camera%3Afuji&min_width=5",
        as_filter="q=tea+date%3A2023-05+camera%3Afuji&min_width=5",
    )
    assert camera == Chip("camera", "fuji", "q=tea+2023-05&min_width=5")
    assert width.rest == "q=tea+2023-05+camera%3Afuji"
    assert "only as text" in page(response)
    assert "only taken then" in page(response)


def test_date_finds_photos_that_have_or_show_it(client, user):
    add_photo(user, "taken.png", text="tea", taken_at=datetime(2023, 5, 20, 23, 59))
    add_photo(user, "says.png", text="tea 2023-05", taken_at=datetime(2022, 1, 1))
    assert set(names(client.get("/search", {"q": "tea 2023-05"}))) == {"taken.png", "says.png"}
    assert set(names(client.get("/search", {"q": "2023年5月的tea"}))) == {"taken.png", "says.png"}
    assert names(client.get("/search", {"q": "tea date:2023-05"})) == ["taken.png"]
    assert names(client.get("/search", {"q": 'tea "2023-05"'})) == ["says.png"]


def test_offers_photos_taken_at_date_that_word_may_mean(client, user):
    add_photo(user, "taken.png", taken_at=datetime(2019, 5, 20))
    add_photo(user, "says.png", text="2019", taken_at=datetime(2022, 1, 1))
    response = client.get("/search", {"q": "2019"})
    assert names(response) == ["says.png"]
    assert re.search(r"Taken: 2019\s*<small>\s*1 photo\s*</small>", page(response))
    (offer,) = response.context["offers"]
    assert names(client.get(f"/search?{offer.target}")) == ["taken.png"]
    assert client.get("/search", {"q": "May", "ext": "png"}).context["offers"] == []


def test_orders_by_date(client, user):
    for year in (2021, 2023, 2022):
        add_photo(user, f"{year}.png", text="tea", taken_at=datetime(year, 1, 1))
    newest = client.get("/search", {"q": "tea", "order": "newest"})
    assert names(newest) == ["2023.png", "2022.png", "2021.png"]
    assert names(client.get("/search", {"q": "tea", "order": "oldest"})) == ["2021.png", "2022.png", "2023.png"]
    assert ("Most relevant", "q=tea", False) in newest.context["orders"]


def test_order_by_date_links_to_omitted_photos(client, user):
    for number in range(40):
        add_photo(user, f"{number}.png", angle=65 + number / 30, text=f"{number * 7919} unlike")
    assert "No close match. Nearest results:" in page(client.get("/search", {"q": "porsche"}))
    add_photo(user, "said.png", text="porsche")
    best_first = client.get("/search", {"q": "porsche"})
    assert "Less relevant" in page(best_first)
    assert "left out" not in page(best_first)
    newest = page(client.get("/search", {"q": "porsche", "order": "newest"}))
    assert "40 less relevant photos are hidden" in newest
    assert '<a href="/search?q=porsche">Show all by relevance</a>' in newest


def test_limits_results(client, user):
    for number in range(25):
        add_photo(user, f"{number}.png", text="tea")
    response = client.get("/search", {"q": "tea", "top": "20"})
    assert len(names(response)) == 20
    assert "Show more" not in page(response)


def test_suggests_next_steps_when_nothing_is_found(client, user):
    assert "Your gallery is empty." in page(client.get("/search", {"q": "xyzzy"}))
    add_photo(user, "1.png")
    assert "Try fewer words" in page(client.get("/search", {"q": "xyzzy"}))
    assert "Try removing filters" in page(client.get("/search", {"q": "xyzzy", "min_width": "5"}))
    assert "Try fewer words" not in page(client.get("/search", {"q": "?!"}))
    assert client.get("/search").context["recent_searches"] == []


def test_explains_too_long_search(client):
    response = client.get("/search", {"q": "x" * 1001})
    assert (response.status_code, "Search: Enter at most 1000 characters." in page(response)) == (400, True)


def relaxed(client: Client, **address: str) -> dict[str, tuple[str, int]]:
    """Return the address and the number of photos of each search with one part less, by its title."""
    found = client.get("/search", address).context["relaxations"]
    return {relaxation.title: (relaxation.address, relaxation.found) for relaxation in found}


def test_counts_photos_without_one_part_of_the_search(client, user):
    for number in range(3):
        add_photo(user, f"{number}.png", text="10.56 kettle")
    add_photo(user, "4.png", text="kettle 10.57", kind="meme", taken_at=datetime(2021, 5, 5))
    assert relaxed(client, q="kettle 10.56 kind:photo") == {"without kind: photo": ("q=kettle+10.56", 3)}
    assert relaxed(client, q="kettle 10.56", kind="photo") == {"without Kind: photo": ("q=kettle+10.56", 3)}
    assert relaxed(client, q='"kettle" -10.56 -10.57') == {
        "without -10.56": ("q=%22kettle%22+-10.57", 3),
        "without -10.57": ("q=%22kettle%22+-10.56", 1),
    }
    assert relaxed(client, q='"kettle" "10.5x"') == {"without “10.5x”": ("q=%22kettle%22", 4)}
    assert relaxed(client, q="10.56 10.57 ext:gif") == {"only “10.56”": ("q=10.56", 3), "only “10.57”": ("q=10.57", 1)}
    assert relaxed(client, q="xyzzy99") == {}
    response = client.get("/search", {"q": "kettle 10.56 kind:photo"})
    assert '<a href="/search?q=kettle+10.56">without kind: photo</a>: 3 photos' in " ".join(page(response).split())


def test_shows_number_of_photos(client, user):
    for number in range(25):
        add_photo(user, f"{number}.png", text="NH961")
    assert "25 photos" in page(client.get("/search", {"q": "NH961"}))
    assert "(the first 20 are listed)" in page(client.get("/search", {"q": "NH961", "top": "20"}))


def test_links_to_better_spelling(client, user, monkeypatch):
    found = SearchPage(did_you_mean='boarding "a&b"')
    monkeypatch.setattr(search, "search_by_text", lambda *_arguments, **_more: found)
    response = page(client.get("/search", {"q": "bording", "min_width": "5"}))
    assert '<a href="/search?q=boarding+%22a%26b%22&amp;min_width=5">boarding &quot;a&amp;b&quot;</a>?' in response


@pytest.mark.parametrize(("tier", "mark"), [("exact", ""), ("similar", "similar spelling"), ("form", "other form")])
def test_marks_weaker_hits(client, user, monkeypatch, tier, mark):
    photo = add_photo(user, "a.png", text="boarding")
    reasons = (Reason("description", snippet=mark_safe("<mark>boarding</mark>"), tier=tier),)
    found = SearchPage(hits=[Hit(photo, reasons)], found=1)
    monkeypatch.setattr(search, "search_by_text", lambda *_arguments, **_more: found)
    marks = re.findall('class="tier">([^<]*)', page(client.get("/search", {"q": "bording"})))
    assert marks == [mark] * bool(mark)


@pytest.mark.parametrize(("name", "is_basic"), [("conse", True), ("clip", False)])
def test_says_that_recognition_is_basic_without_close_match(client, user, monkeypatch, name, is_basic):
    monkeypatch.setattr(nothing_found, "choose_encoder", lambda *_scripts, **_user: replace(ENCODER, name=name))
    add_photo(user, "kettle.png", text="kettle")
    assert ("content is basic" in page(client.get("/search", {"q": "tree"}))) == is_basic
    for query in ("kettle", "NH961", '"tree"', "ext:gif"):
        assert "content is basic" not in page(client.get("/search", {"q": query}))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"q": "importance:lots"}, "“importance:” takes a whole number"),
        ({"q": "x" * (MAX_QUERY_LENGTH + 1)}, f"at most {MAX_QUERY_LENGTH} characters"),
        ({"q": "a\0b"}, "Null characters are not allowed."),
        ({"min_width": "wide"}, "Min. width: Enter a whole number."),
        ({"min_height": "-1"}, "Min. height: Ensure this value is greater than or equal to 1."),
        ({"after": "yesterday"}, "Taken from: Enter a valid date."),
        ({"min_importance": "9"}, "Min. rating: Select a valid choice."),
        ({"extension": "exe"}, "File type: Select a valid choice."),
        ({"top": "1000000"}, "Max. results: Select a valid choice."),
    ],
)
def test_refuses_invalid_search_with_message(client, address, sentence):
    response = client.get("/search", address)
    assert response.status_code == 400
    assert sentence in page(response)


def test_notifies_when_encoder_is_unavailable(client, user, monkeypatch):
    def refuse(*_arguments: object, **_more: object) -> None:
        raise EncoderUnavailable("Connection refused.")

    monkeypatch.setattr(ranker, "choose_encoder", refuse)
    add_photo(user, "tea.png", text="tea house")
    response = client.get("/search", {"q": "tea"})
    assert names(response) == ["tea.png"]
    assert "only words are searched" in page(response)


@pytest.mark.parametrize("example", [False, True], ids=["words", "words and photo"])
def test_parses_query_once_per_request(client, user, monkeypatch, example):
    photos = [add_photo(user, f"tea {number}.png", angle=number) for number in range(PAGE_SIZE + 2)]
    tokenize = Mock(wraps=parser.tokenize)
    monkeypatch.setattr(parser, "tokenize", tokenize)
    address = {"q": "tea ext:png"} | ({"photo": photos[-1].pk} if example else {})
    first = client.get("/search", address)
    assert tokenize.call_count == 1
    following = address | {"list": first.context["page"].key, "start": PAGE_SIZE}
    client.get("/search", following, headers={"HX-Request": "true"})
    assert tokenize.call_count == 2


def test_searches_within_album(client, user, django_user_model):
    own, theirs = (
        make_album("Summer", owner=user),
        make_album("Theirs", owner=django_user_model.objects.create_user("b")),
    )
    photo = add_photo(user, "own.png", text="tea")
    add_photo(user, "other.png", text="tea")
    add_photos(own.pk, Photo.objects.filter(pk=photo.pk), user=user)
    response = client.get("/search", {"q": "tea", "album": own.pk})
    assert names(response) == ["own.png"]
    assert "Summer" in page(response)
    assert f'name="album" value="{own.pk}"' in page(response)
    answers = [client.get("/search", {"q": "tea", "album": number}) for number in (theirs.pk, theirs.pk + 1)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert all("This album does not exist any more." in page(answer) for answer in answers)
    assert all("Theirs" not in page(answer) for answer in answers)
