"""The search page over HTTP."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.images import InvalidImage
from search import examples, hybrid, ranking
from search.chips import Chip
from search.encoders.client import EncoderUnavailable, QueryVector
from search.models import ResultList, SearchExample
from search.query import MAX_QUERY_LENGTH
from search.result_lists import LIFETIME
from tests.gallery.conftest import picture
from tests.search.test_hybrid import add_photo, encoder, user, words_from_database  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database", "encoder")]


@pytest.fixture
def client(client: Client, user) -> Client:  # noqa: F811
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def page(response) -> str:
    return response.content.decode()


def names(response) -> list[str]:
    return [hit.photo.filename for hit in response.context["page"].hits]


def test_without_a_question_the_page_says_how_to_ask(client, user):  # noqa: F811
    add_photo(user, "any.png")
    response = client.get("/search")
    assert "Find a picture by…" in page(response)
    assert "any.png" not in page(response)


def test_words_are_found_and_shown_where_they_stand(client, user):  # noqa: F811
    add_photo(user, "boarding.png", text="Flight NH961 to Tokyo")
    add_photo(user, "other.png", text="Flight NH916 to Tokyo")
    response = client.get("/search", {"q": "NH961"})
    assert names(response) == ["boarding.png"]
    assert "<mark>NH961</mark>" in page(response) or "<em>NH961</em>" in page(response)
    assert 'value="NH961"' in page(response)


def test_likeness_is_shown_in_per_cent_and_the_cosine_in_a_tooltip(client, user):  # noqa: F811
    add_photo(user, "alike.png", angle=0)
    response = client.get("/search", {"q": "circle"})
    assert "<b>99%</b> Shapes" in page(response)
    assert 'title="cosine 1.0000"' in page(response)


def test_what_was_typed_or_read_is_escaped(client, user):  # noqa: F811
    hostile = "<img src=x onerror=alert(1)>"
    add_photo(user, f"{hostile}.png", text=f"look {hostile} here", description=hostile)
    response = client.get("/search", {"q": hostile})
    assert names(response) == [f"{hostile}.png"]
    assert "<img src=x" not in page(response)
    assert "<script" not in page(client.get("/search", {"q": '"><script>alert(1)</script>'})).split("<body")[1]


def test_the_filters_of_form_and_box_add_up(client, user):  # noqa: F811
    add_photo(user, "small.png", text="tea", width=10)
    add_photo(user, "large.png", text="tea", width=900, importance=4)
    add_photo(user, "large.jpg", text="tea", width=900, importance=4, extension="jpg")
    assert set(names(client.get("/search", {"q": "tea"}))) == {"small.png", "large.png", "large.jpg"}
    assert set(names(client.get("/search", {"q": "tea", "min_width": "500"}))) == {"large.png", "large.jpg"}
    assert names(client.get("/search", {"q": "tea ext:png", "min_width": "500"})) == ["large.png"]
    assert names(client.get("/search", {"min_importance": "4", "extension": "jpg"})) == ["large.jpg"]


def test_every_filter_can_be_taken_away(client, user):  # noqa: F811
    response = client.get("/search", {"q": "tea", "min_width": "500", "after": "2023-05-01", "top": "20"})
    assert response.context["chips"] == [
        Chip("Width from", "500 px", "q=tea&after=2023-05-01&top=20"),
        Chip("Taken from", "May 1, 2023", "q=tea&min_width=500&top=20"),
        Chip("How many", "20", "q=tea&min_width=500&after=2023-05-01"),
    ]


def test_typed_filters_and_dates_can_be_taken_away_too(client):
    response = client.get("/search", {"q": "tea 2023-05 camera:fuji", "min_width": "5"})
    date, camera, width = response.context["chips"]
    assert date == Chip(
        "Taken", "May 2023", "q=tea+camera%3Afuji&min_width=5", "q=tea+%222023-05%22+camera%3Afuji&min_width=5"
    )
    assert camera == Chip("camera", "fuji", "q=tea+2023-05&min_width=5")
    assert width.rest == "q=tea+2023-05+camera%3Afuji"
    assert "search for it as text" in page(response)


def test_a_date_finds_what_was_taken_then_and_in_quotes_what_says_so(client, user):  # noqa: F811
    add_photo(user, "taken.png", text="tea", taken_at=datetime(2023, 5, 20, 23, 59))
    add_photo(user, "says.png", text="tea 2023-05", taken_at=datetime(2022, 1, 1))
    assert names(client.get("/search", {"q": "tea 2023-05"})) == ["taken.png"]
    assert names(client.get("/search", {"q": "2023年5月的tea"})) == ["taken.png"]
    assert names(client.get("/search", {"q": 'tea "2023-05"'})) == ["says.png"]


def test_an_order_by_date_can_be_asked_for(client, user):  # noqa: F811
    for year in (2021, 2023, 2022):
        add_photo(user, f"{year}.png", text="tea", taken_at=datetime(year, 1, 1))
    newest = client.get("/search", {"q": "tea", "order": "newest"})
    assert names(newest) == ["2023.png", "2022.png", "2021.png"]
    assert names(client.get("/search", {"q": "tea", "order": "oldest"})) == ["2021.png", "2022.png", "2023.png"]
    assert ("Best first", "q=tea", False) in newest.context["orders"]


def test_pages_neither_repeat_nor_skip_while_photos_come_and_go(client, user):  # noqa: F811
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


def test_the_next_page_costs_few_queries(client, user, django_assert_max_num_queries):  # noqa: F811
    for number in range(130):
        add_photo(user, f"{number}.png", text="tea")
    key = client.get("/search", {"q": "tea"}).context["page"].key
    with django_assert_max_num_queries(6):
        client.get("/search", {"q": "tea", "list": key, "start": "60"}, headers={"HX-Request": "true"})


def test_anothers_list_is_not_shown(client, user, django_user_model):  # noqa: F811
    for number in range(70):
        add_photo(user, f"{number}.png", text="tea")
    key = client.get("/search", {"q": "tea"}).context["page"].key
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    response = stranger.get("/search", {"q": "tea", "list": key, "start": "60"})
    assert names(response) == []


def test_a_list_that_is_too_old_is_made_anew(client, user):  # noqa: F811
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


def test_how_many_there_may_be_is_kept_to(client, user):  # noqa: F811
    for number in range(25):
        add_photo(user, f"{number}.png", text="tea")
    response = client.get("/search", {"q": "tea", "top": "20"})
    assert len(names(response)) == 20
    assert "Show more" not in page(response)


def test_nothing_found_is_no_dead_end(client):
    assert "Try fewer words" in page(client.get("/search", {"q": "xyzzy"}))
    assert "Try without the filters" in page(client.get("/search", {"q": "xyzzy", "min_width": "5"}))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"q": "importance:lots"}, "“importance:” takes a whole number"),
        ({"q": "x" * (MAX_QUERY_LENGTH + 1)}, f"at most {MAX_QUERY_LENGTH} characters"),
        ({"q": "a\0b"}, "Null characters are not allowed."),
        ({"min_width": "wide"}, "Width from: Enter a whole number."),
        ({"min_height": "-1"}, "Height from: Ensure this value is greater than or equal to 1."),
        ({"after": "yesterday"}, "Taken from: Enter a valid date."),
        ({"min_importance": "9"}, "Importance from: Select a valid choice."),
        ({"extension": "exe"}, "Type: Select a valid choice."),
        ({"top": "1000000"}, "How many: Select a valid choice."),
    ],
)
def test_a_senseless_search_is_refused_with_a_sentence(client, address, sentence):
    response = client.get("/search", address)
    assert response.status_code == 400
    assert sentence in page(response)


def test_what_cannot_be_asked_is_said(client, user, monkeypatch):  # noqa: F811
    def nobody() -> None:
        raise EncoderUnavailable("Nobody there.")

    monkeypatch.setattr(ranking, "describe_encoders", nobody)
    add_photo(user, "tea.png", text="tea house")
    response = client.get("/search", {"q": "tea"})
    assert names(response) == ["tea.png"]
    assert "only words are searched" in page(response)


def send(client: Client, data: bytes | None = None, **fields: str):
    files = {"picture": SimpleUploadedFile("query.png", data)} if data is not None else {}
    return client.post("/search/picture", {**files, **fields}, follow=True)


def test_a_picture_finds_those_that_look_like_it(client, user, tmp_path, settings):  # noqa: F811
    settings.MEDIA_ROOT = tmp_path
    add_photo(user, "far.png", angle=80)
    add_photo(user, "near.png", angle=10)
    add_photo(user, "near-but-small.png", angle=5, width=10)
    response = send(client, picture(), min_width="50")
    assert names(response) == ["near.png"]
    assert "Like your picture" in page(response)
    assert not list(tmp_path.iterdir())


def test_htmx_gets_the_results_alone(client, user):  # noqa: F811
    add_photo(user, "near.png", angle=10)
    address = send(client, picture()).redirect_chain[-1][0]
    response = client.get(address, headers={"HX-Request": "true"})
    assert "near.png" in page(response)
    assert "<html" not in page(response)
    assert response["HX-Push-Url"] == address


def test_a_search_with_a_picture_is_a_link_of_ones_own_for_a_day(client, user, django_user_model):  # noqa: F811
    add_photo(user, "near.png", angle=10)
    address = send(client, picture()).redirect_chain[-1][0]
    assert names(client.get(address)) == ["near.png"]
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    assert "kept no longer" in page(stranger.get(address))
    SearchExample.objects.update(created_at=timezone.now() - timedelta(days=2))
    late = client.get(address)
    assert late.status_code == 410
    assert "choose it again" in page(late)


def test_a_stored_photo_and_a_part_of_it_can_be_searched_with(client, user, monkeypatch, django_user_model):  # noqa: F811
    regions = []

    def encode_region(path, region, *, model):
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
def test_a_part_that_is_none_is_refused(client, user, region):  # noqa: F811
    photo = add_photo(user, "this.png", angle=0)
    response = client.get("/search", {"photo": photo.pk, "region": region})
    assert response.status_code == 400
    assert "Four numbers from 0 to 1" in page(response)


def test_no_picture_is_said(client):
    response = send(client)
    assert response.status_code == 400
    assert "Choose a picture to search with." in page(response)


def test_what_is_no_picture_is_refused_with_a_sentence(client, monkeypatch):
    def refuse(data: bytes, *, model: str) -> None:
        raise InvalidImage("This is no picture.")

    monkeypatch.setattr(hybrid, "encode_query_image", refuse)
    response = send(client, b"words")
    assert response.status_code == 400
    assert "This is no picture." in page(response)


def test_a_picture_that_is_too_large_is_refused_unread(client, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = client.generic(
        "POST", "/search/picture", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**9)
    )
    assert response.status_code == 413
    assert "too large to search with" in page(response)


def test_another_site_cannot_search(user):  # noqa: F811
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert send(client, picture()).status_code == 403
