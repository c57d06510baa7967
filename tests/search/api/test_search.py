"""Searches over the API by words, photo and picture, and search data of photos."""

from datetime import datetime
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Photo
from search.encoders.client import EncoderBusy, QueryVector
from search.models import PhotoText, ResultList
from search.query import parser
from search.ranking import hybrid, ranker
from search.vectors import examples
from tests.drawing import picture
from tests.factories import ApiClient, add_photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database", "encoder")]
SEARCH = "/api/v1/search/"
BOX = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.2], [0.1, 0.2]]


@pytest.fixture
def program(user) -> ApiClient:
    return ApiClient(user)


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [hit["photo"]["filename"] for hit in response.json()["results"]]


def test_returns_reason_of_text_match(program, user):
    add_photo(user, "boarding.png", text="Flight <b>NH961</b> to Tokyo")
    add_photo(user, "other.png", text="Flight NH916 to Tokyo")
    response = program.get(SEARCH, {"q": "NH961"})
    assert names(response) == ["boarding.png"]
    (reason,) = response.json()["results"][0]["reasons"]
    assert reason["kind"] == "text"
    assert "<mark>NH961</mark>" in reason["snippet"]
    assert "<b>" not in reason["snippet"]


def test_returns_score_of_similar_photo(program, user):
    add_photo(user, "alike.png", angle=0)
    (hit,) = program.get(SEARCH, {"q": "circle"}).json()["results"]
    (reason,) = hit["reasons"]
    assert (reason["kind"], reason["encoder"]) == ("picture", "Shapes")
    assert 0.9 < reason["score"] <= 1
    assert reason["cosine"] == pytest.approx(1)


def test_combines_filters_of_parameters_and_query(program, user):
    add_photo(user, "small.png", text="tea", width=10)
    add_photo(user, "large.png", text="tea", width=900, importance=4)
    add_photo(user, "large.jpg", text="tea", width=900, importance=4, extension="jpg")
    assert set(names(program.get(SEARCH, {"q": "tea", "min_width": 500}))) == {"large.png", "large.jpg"}
    assert names(program.get(SEARCH, {"q": "tea ext:png", "min_width": 500})) == ["large.png"]
    assert names(program.get(SEARCH, {"min_importance": 4, "extension": "jpg"})) == ["large.jpg"]
    Photo.objects.filter(filename="large.png").update(kind="meme", metadata={"make": "Ricoh"})
    assert names(program.get(SEARCH, {"kind": "meme", "camera": "ricoh"})) == ["large.png"]
    assert names(program.get(SEARCH, {"kind": "meme", "source": "phone"})) == []
    assert set(names(program.get(SEARCH))) == {"small.png", "large.png", "large.jpg"}


def test_continues_results_at_cursor(program, user):
    for number in range(7):
        add_photo(user, f"{number}.png", text="tea")
    found, cursor = [], {}
    while True:
        page = program.get(SEARCH, {"q": "tea", "page_size": 3} | cursor)
        found += names(page)
        if page.json()["next_cursor"] is None:
            break
        cursor = {"cursor": page.json()["next_cursor"]}
    assert sorted(found) == [f"{number}.png" for number in range(7)]
    assert ResultList.objects.count() == 1


def test_stores_no_result_list_of_single_page(program, user):
    for number in range(3):
        add_photo(user, f"{number}.png", text="tea")
    page = program.get(SEARCH, {"q": "tea", "page_size": 3})
    assert (len(names(page)), page.json()["next_cursor"]) == (3, None)
    assert not ResultList.objects.exists()


def test_answers_404_for_expired_result_list(program):
    gone = program.get(SEARCH, {"q": "tea", "cursor": "00000000-0000-0000-0000-000000000000.60"})
    assert gone.status_code == 404
    assert "Search again" in gone.json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "importance:lots"}, "q"),
        ({"q": "ext:abc"}, "q"),
        ({"date": "someday"}, "date"),
        ({"q": "x" * 1001}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"min_width": "wide"}, "min_width"),
        ({"cursor": "1000"}, "cursor"),
        ({"taken_from": ""}, "taken_from"),
        ({"page": "2"}, "page"),
    ],
)
def test_names_field_of_invalid_search(program, query, field):
    response = program.get(SEARCH, query)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_finds_photos_similar_to_picture(program, user):
    add_photo(user, "alike.png", angle=0)
    add_photo(user, "small.png", angle=0, width=10)
    response = program.post(
        f"{SEARCH}by-picture/", {"picture": SimpleUploadedFile("x.png", picture()), "min_width": 50}
    )
    assert names(response) == ["alike.png"]


def test_continues_picture_search_without_picture(program, user):
    for number in range(3):
        add_photo(user, f"{number}.png", angle=20 * number)
    page = program.post(f"{SEARCH}by-picture/", {"picture": SimpleUploadedFile("x.png", picture()), "page_size": 2})
    rest = program.get(SEARCH, {"cursor": page.json()["next_cursor"]})
    assert sorted(names(page) + names(rest)) == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"picture": SimpleUploadedFile("x.png", b"words")}, 415),
        ({"picture": SimpleUploadedFile("x.png", picture(size=(300, 300)))}, 413),
        ({"picture": "words"}, 400),
        ({"picture": SimpleUploadedFile("x.png", picture()), "cursor": ""}, 400),
        ({"picture": SimpleUploadedFile("x.png", picture()), "min_width": "wide"}, 400),
    ],
    ids=["none", "no picture", "too large", "no file", "cursor", "filter"],
)
def test_refuses_file_that_is_no_picture(program, settings, form, status):
    settings.MAX_IMAGE_PIXELS = 50_000
    response = program.post(f"{SEARCH}by-picture/", form)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_searches_by_photo_or_region(program, user, monkeypatch):
    photo = add_photo(user, "one.png", angle=90)
    add_photo(user, "alike.png", angle=85, text="tea")
    add_photo(user, "upright.png", angle=0)
    assert names(program.get(SEARCH, {"photo": photo.pk})) == ["alike.png"]
    assert names(program.get(SEARCH, {"photo": photo.pk, "q": "-tea"})) == []
    upright = QueryVector(vector=np.array([1.0, 0.0], dtype=np.float32), baseline=0.0)
    regions = []
    monkeypatch.setattr(
        examples, "encode_region", lambda path, region, *, model, asker, rotation: regions.append(region) or upright
    )
    part = {"photo": photo.pk, "region": "0.1,0.2,0.5,0.6"}
    assert names(program.get(SEARCH, part)) == ["upright.png"]
    assert regions == [(0.1, 0.2, 0.5, 0.6)]
    stranger = ApiClient(User.objects.create_user("stranger"))
    assert stranger.get(SEARCH, part).status_code == 404
    for query in (
        {"region": "0,0,1,1"},
        {"photo": photo.pk, "region": "0,0,0,1"},
        {"photo": photo.pk, "region": "0,0"},
    ):
        response = program.get(SEARCH, query)
        assert [error["field"] for error in response.json()["errors"]] == ["region"]


def test_says_to_wait_while_other_picture_searches_run(program, user, monkeypatch):
    def refuse(*_arguments, **_fields):
        raise EncoderBusy("Two are under way.")

    monkeypatch.setattr(hybrid, "encode_query_image", refuse)
    monkeypatch.setattr(examples, "encode_region", refuse)
    photo = add_photo(user, "one.png", angle=90)
    region = program.get(SEARCH, {"photo": photo.pk, "region": "0.1,0.2,0.5,0.6"})
    sent = program.post(f"{SEARCH}by-picture/", {"picture": SimpleUploadedFile("x.png", picture())})
    for response in (region, sent):
        assert (response.status_code, response["Retry-After"]) == (429, "5")
        assert response.json()["type"].endswith("throttled")
        assert response.json()["detail"] == "Two are under way."


def test_returns_boxes_of_words_and_relevance_cutoff(program, user, monkeypatch):
    add_photo(user, "words.png", text="tea")
    PhotoText.objects.update(lines=[{"text": "tea", "confidence": 1.0, "box": BOX}])
    add_photo(user, "vague.png", angle=0)
    monkeypatch.setattr(ranker, "count_relevant", lambda *_scores, **_sample: 0)
    answer = program.get(SEARCH, {"q": "tea"}).json()
    assert [hit["photo"]["filename"] for hit in answer["results"]] == ["words.png", "vague.png"]
    assert answer["relevance_cutoff"] == 1
    (box,) = answer["results"][0]["boxes"]
    assert len(box) == 4
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in box)
    assert answer["results"][1]["boxes"] == []


def test_counts_found_photos_on_every_page(program, user):
    for number in range(5):
        add_photo(user, f"{number}.png", text="tea")
    add_photo(user, "other.png", text="coffee")
    page = program.get(SEARCH, {"q": "tea", "page_size": 3}).json()
    rest = program.get(SEARCH, {"cursor": page["next_cursor"]}).json()
    assert [(answer["found"], answer["is_cut"]) for answer in (page, rest)] == [(5, False)] * 2
    assert program.get(SEARCH, {"extension": "png", "page_size": 1}).json()["found"] == 6


def test_says_that_only_punctuation_was_typed(program, user):
    add_photo(user, "any.png", text="tea")
    for query in ({"q": "?!"}, {"q": "。。。", "extension": "png"}):
        answer = program.get(SEARCH, query).json()
        assert (answer["results"], answer["found"]) == ([], 0)
        assert answer["notices"][0].startswith("Only punctuation")
    assert names(program.get(SEARCH, {"q": "-coffee"})) == ["any.png"]


def test_offers_dates_that_words_may_mean(program, user):
    add_photo(user, "taken.png", taken_at=datetime(2019, 5, 1))
    add_photo(user, "says.png", text="2019", taken_at=datetime(2021, 1, 1))
    answer = program.get(SEARCH, {"q": "2019"}).json()
    assert [hit["photo"]["filename"] for hit in answer["results"]] == ["says.png"]
    assert answer["date_offers"] == [{"text": "2019", "query": "date:2019", "photos": 1}]
    assert names(program.get(SEARCH, {"q": "date:2019"})) == ["taken.png"]


@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("2019", {"may.png", "july.png"}),
        ("2019-05", {"may.png"}),
        ("2019..2021-06", {"may.png", "july.png", "later.png"}),
        ("may", {"may.png", "later.png"}),
        ("五月", {"may.png", "later.png"}),
        ("1 July", {"july.png"}),
        ("summer", {"july.png"}),
        ("today", {"undated.png"}),
    ],
)
def test_filters_by_date(program, user, date, found):
    add_photo(user, "may.png", taken_at=datetime(2019, 5, 1))
    add_photo(user, "july.png", taken_at=datetime(2019, 7, 1))
    add_photo(user, "later.png", taken_at=datetime(2021, 5, 31))
    add_photo(user, "undated.png")
    assert set(names(program.get(SEARCH, {"date": date}))) == found
    listed = program.get("/api/v1/photos/", {"date": date}).json()["results"]
    assert {photo["filename"] for photo in listed} == found


def test_lists_similar_photos(program, user):
    photo = add_photo(user, "one.png", angle=0)
    add_photo(user, "two.png", angle=5)
    assert names(program.get(f"/api/v1/photos/{photo.pk}/similar/")) == ["two.png"]


def test_returns_text_with_boxes(program, user):
    photo = add_photo(user, "one.png", text="航班 NH961")
    PhotoText.objects.update(lines=[{"text": "航班 NH961", "confidence": 0.9, "box": BOX}])
    answer = program.get(f"/api/v1/photos/{photo.pk}/text/").json()
    assert (answer["state"], answer["text"]) == ("done", "航班 NH961")
    assert answer["lines"] == [{"text": "航班 NH961", "confidence": 0.9, "script": "", "box": BOX}]
    PhotoText.objects.all().delete()
    assert program.get(f"/api/v1/photos/{photo.pk}/text/").json()["state"] == "waiting"
    Photo.objects.update(wants_text=False)
    assert program.get(f"/api/v1/photos/{photo.pk}/text/").json()["state"] == "off"


def test_parses_query_once_per_request(program, user, monkeypatch):
    for number in range(3):
        add_photo(user, f"tea {number}.png", angle=20 * number)
    tokenize = Mock(wraps=parser.tokenize)
    monkeypatch.setattr(parser, "tokenize", tokenize)
    page = program.get(SEARCH, {"q": "tea ext:png", "page_size": 2})
    assert tokenize.call_count == 1
    rest = program.get(SEARCH, {"cursor": page.json()["next_cursor"], "page_size": 2})
    assert (len(names(page)), len(names(rest))) == (2, 1)
    assert tokenize.call_count == 2


def test_searches_within_album_of_own_only(program, user):
    own, stranger = add_photo(user, "own.png", text="tea"), User.objects.create_user("stranger")
    add_photo(user, "other.png", text="tea")
    album, theirs = make_album("Summer", owner=user), make_album("Theirs", owner=stranger)
    add_photos(album.pk, Photo.objects.filter(pk=own.pk), user=user)
    for query in ({"album": album.pk}, {"album": album.pk, "q": "tea"}, {"album_name": "sum"}, {"q": "album:SUMMER"}):
        response = program.get(SEARCH, query)
        assert names(response) == ["own.png"]
        assert response.json()["results"][0]["photo"]["albums"] == [{"id": album.pk, "name": "Summer"}]
    answers = [program.get(SEARCH, {"album": number, "q": "tea"}) for number in (theirs.pk, theirs.pk + 1)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert program.get(SEARCH, {"q": "album:theirs"}).json()["notices"] == ["You have no album “theirs”."]
    assert program.get(SEARCH, {"album": "x"}).status_code == 400
