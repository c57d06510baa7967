"""The forms that change dates and places, of one photo and of a selection, and undo."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Photo, PhotoEdit
from gallery.photos.dating import set_moment
from gallery.photos.statements import apply_statement
from gallery.photos.trash import move_to_trash
from tests.factories import make_photos

JSON = {"Accept": "application/json"}
SET = {"change": "set", "day": "2024-05-01", "time": "18:30:05"}


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def photos(owner) -> list[Photo]:
    """Three photos, of which the last has no date."""
    photos = make_photos(owner, 3)
    for photo in photos[:2]:
        statement = set_moment(datetime(2020, 1, 31, 12, 0, 0, 5), zone=None)
        apply_statement(Photo.objects.filter(pk=photo.pk), user=owner, statement=statement)
    return photos


def taken(photo: Photo) -> tuple:
    return Photo.objects.values_list("taken_at", "taken_offset").get(pk=photo.pk)


def ids(photos: list[Photo]) -> str:
    return ",".join(str(photo.pk) for photo in photos)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (SET, (datetime(2024, 5, 1, 18, 30, 5), None)),
        (SET | {"zone": "berlin"}, (datetime(2024, 5, 1, 18, 30, 5), 120)),
        ({"change": "set", "day": "2024-05-01"}, (datetime(2024, 5, 1, 12, 0, 0, 5), None)),
        ({"change": "set", "day": "2024-05-01", "time": "12:00:00"}, (datetime(2024, 5, 1, 12, 0, 0, 5), None)),
        ({"change": "shift", "direction": "earlier", "years": "1"}, (datetime(2019, 1, 31, 12, 0, 0, 5), None)),
        ({"change": "shift", "months": "1", "minutes": "45"}, (datetime(2020, 2, 29, 12, 45, 0, 5), None)),
        ({"change": "clear"}, (None, None)),
        ({"change": "automatic"}, (None, None)),
    ],
)
def test_changes_date_of_photo(client, photos, fields, expected):
    answer = client.post(f"/photos/{photos[0].pk}/date", fields, headers=JSON).json()
    assert taken(photos[0]) == expected
    assert taken(photos[1])[0] == datetime(2020, 1, 31, 12, 0, 0, 5)
    client.post(answer["revert"])
    assert taken(photos[0]) == (datetime(2020, 1, 31, 12, 0, 0, 5), None)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({}, "change", "This field is required."),
        ({"change": "forget"}, "change", "not one of the available choices"),
        ({"change": "set"}, "day", "Enter a date."),
        ({"change": "set", "day": "2023-02-29"}, "day", "Enter a valid date."),
        ({"change": "set", "day": "0999-01-01"}, "day", "Enter a year from 1000 to 2999."),
        ({"change": "set", "day": "3000-01-01"}, "day", "Enter a year from 1000 to 2999."),
        ({"change": "set", "day": "2024-05-01", "time": "24:61"}, "time", "Enter a valid time."),
        ({"change": "set", "day": "2024-05-01", "zone": "nowhere at all"}, "zone", "Unknown time zone."),
        ({"change": "shift"}, "years", "Enter an amount of time."),
        ({"change": "shift", "hours": "-1"}, "hours", "greater than or equal to 0"),
        ({"change": "shift", "days": "100000"}, "days", "less than or equal to 99999"),
    ],
)
@pytest.mark.parametrize("scope", ["photo", "selection"])
def test_states_errors_beside_fields(client, photos, fields, field, sentence, scope):
    path = f"/photos/{photos[0].pk}/date" if scope == "photo" else "/selection/dates"
    answer = client.post(path, fields | {"photo": ids(photos)}, headers=JSON)
    assert answer.status_code == 400
    assert sentence in " ".join(answer.json()["errors"][field])
    assert PhotoEdit.objects.count() == 2
    assert taken(photos[0])[0] == datetime(2020, 1, 31, 12, 0, 0, 5)


def test_shows_page_with_errors_without_scripts(client, photos):
    answer = client.post(f"/photos/{photos[0].pk}/date", {"change": "shift"})
    assert answer.status_code == 400
    assert "Enter an amount of time." in answer.content.decode()
    assert client.post("/selection/dates", {"change": "shift", "photo": ids(photos)}).status_code == 400


def test_shifts_selection_and_names_what_is_left_out(client, photos):
    sent = {"change": "shift", "hours": "6", "photo": ids(photos)}
    answer = client.post("/selection/dates", sent, headers=JSON).json()
    assert answer["message"] == "Dates shifted for 2 photos · 1 photo without a date was left out"
    assert {taken(photo)[0] for photo in photos[:2]} == {datetime(2020, 1, 31, 18, 0, 0, 5)}
    client.post(f"/photos/{photos[0].pk}/date", SET)
    undone = client.post(answer["revert"], headers=JSON).json()
    assert undone["message"] == "Undone for 1 photo · 1 photo was left as it is: it was edited since"
    assert client.post(answer["revert"]).status_code == 404


def test_selection_keeps_zones_and_times(client, photos):
    client.post("/selection/dates", SET | {"zone": "+8", "photo": ids(photos)})
    client.post("/selection/dates", {"change": "set", "day": "1999-12-31", "photo": ids(photos)})
    assert {taken(photo) for photo in photos} == {(datetime(1999, 12, 31, 18, 30, 5), 480)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hangzhou, Zhejiang, China (30.25000, 120.16000)", (30.25, 120.16)),
        ("30.25, 120.16", (30.25, 120.16)),
        ("https://www.google.com/maps/@30.25,120.16,15z", (30.25, 120.16)),
    ],
)
def test_sets_and_clears_place(client, photos, text, expected):
    sent = {"change": "set", "place": text, "photo": ids(photos)}
    answer = client.post("/selection/places", sent, headers=JSON).json()
    assert set(Photo.objects.values_list("latitude", "longitude", "place_source")) == {(*expected, "person")}
    client.post(f"/photos/{photos[0].pk}/place", {"change": "clear"})
    assert Photo.objects.get(pk=photos[0].pk).latitude is None
    client.post(answer["revert"])
    assert set(Photo.objects.values_list("latitude", flat=True)) == {None}
    assert set(Photo.objects.values_list("place_source", flat=True)) == {"person", ""}


@pytest.mark.parametrize("place", ["", "nowhere at all", "91, 0", "x" * 3000])
def test_refuses_unknown_place(client, photos, place):
    answer = client.post(f"/photos/{photos[0].pk}/place", {"change": "set", "place": place}, headers=JSON)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["place"]


@pytest.mark.parametrize(("path", "sent"), [("date", SET), ("place", {"change": "set", "place": "1, 2"})])
def test_refuses_other_users_photos(client, path, sent):
    (foreign,) = make_photos(User.objects.create_user("ben"), 1)
    before = Photo.objects.values().get()
    assert client.post(f"/photos/{foreign.pk}/{path}", sent).status_code == 404
    answer = client.post(f"/selection/{path}s", sent | {"photo": foreign.pk}, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("This photo is no longer in your gallery")
    assert Photo.objects.values().get() == before


def test_refuses_other_users_edits(client, photos, owner):
    revert = client.post(f"/photos/{photos[0].pk}/date", SET, headers=JSON).json()["revert"]
    stranger = Client()
    stranger.force_login(User.objects.create_user("ben"))
    assert stranger.post(revert).status_code == 404
    assert taken(photos[0])[0] == datetime(2024, 5, 1, 18, 30, 5)


def test_reports_photos_in_trash(client, photos, owner):
    move_to_trash(Photo.objects.filter(pk=photos[0].pk), user=owner)
    assert client.post(f"/photos/{photos[0].pk}/date", SET).status_code == 404
    answer = client.post("/selection/dates", SET | {"photo": photos[0].pk}, headers=JSON)
    assert answer.json()["message"].startswith("This photo is no longer in your gallery")


def test_suggests_zones(client):
    options = client.get("/edits/zones", {"q": "shang"}).json()["options"]
    assert options[0] == {"value": "Asia/Shanghai", "note": "UTC+8:00"}
    places = client.get("/edits/places", {"q": "hangzhou"}).json()["options"]
    assert places[0]["value"].startswith("Hangzhou, Zhejiang, China (30.")
    chinese = client.get("/edits/places", {"q": "hangzhou"}, headers={"Accept-Language": "zh-Hans"}).json()["options"]
    assert chinese[0]["value"].startswith("杭州")
    assert client.get("/edits/zones").json()["options"] == []
    assert client.get("/edits/places", {"q": "x" * 5000}).json()["options"] == []
