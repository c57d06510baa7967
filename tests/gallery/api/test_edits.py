"""Dates and places by hand over the API, of one photo and of many, and undo."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User

from gallery.models import Photo
from tests.factories import ApiClient, make_photos, state_claims

EXIF = {"date": {"at": "2024-02-29T18:30:00", "offset": 60}, "place": {"latitude": 1.5, "longitude": 2.5}}


@pytest.fixture
def photos(owner) -> list[Photo]:
    """Three photos; the file of the last one states nothing."""
    photos = make_photos(owner, 3)
    for photo in photos[:2]:
        state_claims(photo, witness="exif", **EXIF)
    return photos


def change(program, photo: Photo, **fields):
    return program.patch(f"/api/v1/photos/{photo.pk}/", fields, "application/json")


def change_all(program, photos: list[Photo], **fields):
    return program.post(
        "/api/v1/photos/change/", {"photos": [photo.pk for photo in photos], **fields}, "application/json"
    )


def undo(program, code: str):
    return program.post("/api/v1/photos/undo/", {"undo": code}, "application/json").json()


UNCHANGED = {"taken_at": "2024-02-29T18:30:00", "taken_offset": 60, "date_source": "exif"}
BY_HAND = {"date_source": "person"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"taken_at": "2020-01-02T03:04:05.678"}, {"taken_at": "2020-01-02T03:04:05.678000", "taken_offset": 60}),
        ({"taken_at": "2020-07-01T12:00:00", "time_zone": "Europe/Berlin"}, {"taken_offset": 120}),
        ({"taken_at": "1838-07-01T12:00:00", "taken_offset": None}, {"taken_offset": None}),
        ({"taken_offset": 345}, {"taken_at": "2024-02-29T18:30:00", "taken_offset": 345}),
        ({"shift": {"years": -1, "minutes": 45}}, {"taken_at": "2023-02-28T19:15:00", "taken_offset": 60}),
        ({"shift": {"months": 5}, "time_zone": "berlin"}, {"taken_at": "2024-07-29T18:30:00", "taken_offset": 120}),
        ({"taken_at": None}, {"taken_at": None, "taken_offset": None}),
        ({"automatic": ["date"]}, UNCHANGED),
        ({"latitude": 30.25, "longitude": 120}, {"latitude": 30.25, "longitude": 120.0, "place_source": "person"}),
        ({"latitude": None, "longitude": None}, {"latitude": None, "place_source": "person"}),
        ({"place": "30.25N 120.16E"}, {"latitude": 30.25, "longitude": 120.16}),
        ({"place": "Hangzhou"}, {"place_source": "person"}),
        ({"place": None}, {"latitude": None, "longitude": None}),
        ({"automatic": ["place"], "importance": 3}, {"latitude": 1.5, "place_source": "exif", "importance": 3}),
        ({"taken_at": None, "place": None, "description": "tea"}, {"taken_at": None, "description": "tea"}),
    ],
)
def test_changes_photo(program, photos, fields, expected):
    answer = change(program, photos[0], **fields)
    assert answer.status_code == 200, answer.content
    assert answer.json() | expected == answer.json()
    again = change(program, photos[0], automatic=["date", "place"]).json()
    assert again | UNCHANGED | {"latitude": 1.5, "longitude": 2.5} == again


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"taken_at": "2024-02-30T00:00:00"}, "taken_at"),
        ({"taken_at": "2024-02-29T00:00:00Z"}, "taken_at"),
        ({"taken_offset": 2000}, "taken_offset"),
        ({"time_zone": "nowhere at all"}, "time_zone"),
        ({"time_zone": "+8", "taken_offset": 480}, "time_zone"),
        ({"taken_at": "2024-02-29T00:00:00", "shift": {"days": 1}}, "shift"),
        ({"shift": {"days": "1"}}, "shift.days"),
        ({"shift": {"weeks": 1}}, "shift.weeks"),
        ({"latitude": 1}, "longitude"),
        ({"longitude": 1}, "latitude"),
        ({"latitude": 1, "longitude": None}, "longitude"),
        ({"latitude": "1", "longitude": 2}, "latitude"),
        ({"latitude": 90.1, "longitude": 2}, "latitude"),
        ({"latitude": True, "longitude": 2}, "latitude"),
        ({"place": "nowhere at all"}, "place"),
        ({"place": "1, 2", "latitude": 1, "longitude": 2}, "place"),
        ({"automatic": ["zone"]}, "automatic.0"),
        ({"automatic": ["date"], "taken_at": None}, "automatic"),
        ({"automatic": ["place"], "place": "1, 2"}, "automatic"),
    ],
)
def test_refuses_invalid_changes(program, photos, fields, field):
    for answer in (change(program, photos[0], **fields), change_all(program, photos, **fields)):
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert set(Photo.objects.values_list("date_source", flat=True)) == {"exif", ""}


def test_shifts_and_undoes_many(program, photos):
    answer = change_all(program, photos, shift={"hours": 6}, latitude=3, longitude=4).json()
    assert (answer["count"], answer["left_out"]) == (2, 1)
    moved = Photo.objects.filter(taken_at=datetime(2024, 3, 1, 0, 30), latitude=3)
    assert moved.count() == 2
    change(program, photos[0], place=None)
    assert undo(program, answer["undo"]) == {"restored": 1, "kept": 1}
    assert undo(program, answer["undo"]) == {"restored": 0, "kept": 0}
    assert list(moved.values_list("pk", flat=True)) == []
    assert Photo.objects.get(pk=photos[1].pk).date_source == "exif"


@pytest.mark.parametrize("fields", [{"shift": {"days": 1}}, {"taken_offset": 60}])
def test_refuses_to_change_unknown_date(program, photos, fields):
    answer = change(program, photos[2], **fields, importance=3)
    assert answer.status_code == 409
    assert Photo.objects.get(pk=photos[2].pk).importance == 0
    assert change_all(program, photos[2:], **fields).json() == {"count": 0, "left_out": 1, "undo": None}


def test_ignores_photos_and_edits_of_others(program, photos, owner):
    stranger = User.objects.create_user("ben")
    (foreign,) = make_photos(stranger, 1)
    answer = change_all(program, [*photos, foreign], taken_at="2020-01-01T00:00:00").json()
    assert answer["count"] == 3
    assert Photo.objects.get(pk=foreign.pk).taken_at is None
    assert undo(ApiClient(stranger), answer["undo"]) == {"restored": 0, "kept": 0}
    assert set(Photo.objects.filter(owner=owner).values_list("date_source", flat=True)) == {"person"}
