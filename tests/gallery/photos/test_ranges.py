"""Ids of months, days and ranges, against Python."""

from collections import Counter
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.models import Album, AlbumPhoto, Photo
from tests.factories import make_photos

DATES = [
    "2023-05-14 00:00",
    "2023-05-14 23:59",
    "2023-05-31 23:59",
    "2023-06-01 00:00",
    "2023-12-31 12:00",
    "2024-01-01 00:00",
]


@pytest.fixture
def photos(client, owner) -> list[Photo]:
    """Six photos with DATES, the latest first; others of another user, the trash and the archive."""
    client.force_login(owner)
    stranger = User.objects.create_user("bela")
    make_photos(stranger, 1)
    make_photos(owner, len(DATES) + 2)
    own = list(Photo.objects.filter(owner=owner).order_by("pk"))
    for photo, text in zip(own, DATES, strict=False):
        Photo.objects.filter(pk=photo.pk).update(taken_at=datetime.fromisoformat(text))
    middle = datetime.fromisoformat(DATES[1])
    Photo.objects.filter(pk=own[-1].pk).update(taken_at=middle, trashed_at=timezone.now())
    Photo.objects.filter(pk=own[-2].pk).update(taken_at=middle, is_archived=True)
    Photo.objects.filter(owner=stranger).update(taken_at=middle)
    return own[: len(DATES)][::-1]


def send(client, query: str) -> dict:
    response = client.get(f"/selection/photos?{query}")
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize("group", ["", "2023-05", "2023-05-14", "2023-06", "2023-12", "2024-01-01", "2022-01"])
def test_sends_ids_of_group(client, photos, group):
    dates = dict(zip([photo.pk for photo in photos], DATES[::-1], strict=True))
    days = Counter(date[:10] for date in dates.values() if date.startswith(group))
    assert send(client, f"group={group}") == {
        "ids": [pk for pk, date in dates.items() if date.startswith(group)],
        "days": [[day, count] for day, count in days.items()],
        "message": "",
    }


def test_sends_ids_of_range_in_both_directions(client, photos):
    ids = [photo.pk for photo in photos]
    for first in range(len(ids)):
        for last in range(len(ids)):
            found = send(client, f"one={ids[first]}&other={ids[last]}")["ids"]
            assert found == ids[min(first, last) : max(first, last) + 1]


def test_sends_nothing_of_strangers_range(client, photos):
    foreign = Photo.objects.get(owner__username="bela").pk
    assert send(client, f"one={photos[0].pk}&other={foreign}")["ids"] == []


def test_hides_strangers_albums_and_photos(client, photos):
    foreign = Photo.objects.get(owner__username="bela")
    album = Album.objects.create(owner=foreign.owner, name="Theirs")
    AlbumPhoto.objects.create(album=album, photo=foreign, by_hand=True)
    for query in ("", "group=2023-05", "group=2023-05-14", f"one={photos[0].pk}&other={photos[1].pk}"):
        assert client.get(f"/selection/photos?{query}&album={album.pk}").status_code == 404
    for query in (f"one={foreign.pk}&other={foreign.pk}", f"one={foreign.pk}&other={photos[0].pk}"):
        assert send(client, query) == {"ids": [], "days": [], "message": ""}
    # The overview knows no albums.
    assert f"/photos/{foreign.pk}/" not in client.get(f"/years?album={album.pk}").content.decode()


def test_states_limit(client, photos, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("gallery.views.selection.MAX_SELECTED", 3)
    with django_assert_max_num_queries(6):
        answer = send(client, "")
    assert answer["ids"] == [photo.pk for photo in photos[:3]]
    assert sum(count for _day, count in answer["days"]) == 3
    assert "first 3 photos" in answer["message"]


@pytest.mark.parametrize(
    "query", ["group=2023-13", "group=2023-02-30", "group=x", "one=x&other=1", "view=x", "album=1"]
)
def test_refuses_wrong_range(client, photos, query):
    assert client.get(f"/selection/photos?{query}").status_code == 404
