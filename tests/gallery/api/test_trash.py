"""The trash over the API: list and restore."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.models import Photo, PhotoQuerySet
from gallery.photos.trash import delete_from_trash, move_to_trash, restore_photos
from tests.factories import ApiClient

TRASH = "/api/v1/trash/"


def test_lists_deleted_photo_and_restores_it(program, store):
    photo = store()
    path = f"/api/v1/photos/{photo.pk}/"
    assert program.get(TRASH).json() == {"results": [], "next_cursor": None}
    assert program.delete(path).status_code == 204
    (trashed,) = program.get(TRASH).json()["results"]
    assert trashed["id"] == photo.pk
    assert trashed["trashed_at"] == Photo.objects.get().trashed_at.isoformat().replace("+00:00", "Z")
    response = program.post(f"{path}restore/")
    assert response.status_code == 200
    assert response.json() == program.get(path).json()
    assert program.get(TRASH).json()["results"] == []


def test_restores_photo_twice_without_harm(program, store):
    photo = store()
    for _time in range(2):
        assert program.post(f"/api/v1/photos/{photo.pk}/restore/").status_code == 200
    assert Photo.objects.get().trashed_at is None


def test_answers_404_when_photo_is_deleted_during_restore(program, store, owner, monkeypatch):
    photo = store()
    move_to_trash(Photo.objects.all(), user=owner)

    def purge_first(photos: PhotoQuerySet, *, user: User) -> int:
        delete_from_trash(photos, user=user)
        return restore_photos(photos, user=user)

    monkeypatch.setattr("gallery.api.trash.restore_photos", purge_first)
    assert program.post(f"/api/v1/photos/{photo.pk}/restore/").status_code == 404


def test_continues_list_among_photos_of_the_same_time(program, store):
    photos = [store() for _number in range(5)]
    now = timezone.now()
    moments = [now - timedelta(hours=1), now, now, now, now - timedelta(microseconds=1)]
    for photo, moment in zip(photos, moments, strict=True):
        Photo.objects.filter(pk=photo.pk).update(trashed_at=moment)
    shown, cursor = [], {}
    while True:
        page = program.get(TRASH, {"page_size": 2} | cursor).json()
        shown += [photo["id"] for photo in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert shown == [photos[number].pk for number in (3, 2, 1, 4, 0)]


@pytest.mark.parametrize("query", [{"cursor": "yesterday"}, {"cursor": "1"}, {"page_size": "0"}, {"page": "2"}])
def test_refuses_invalid_page(program, query):
    response = program.get(TRASH, query)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == list(query)


def test_hides_trash_of_other_user(program, store, django_user_model):
    photo = store()
    program.delete(f"/api/v1/photos/{photo.pk}/")
    stranger = ApiClient(django_user_model.objects.create_user("stranger", is_staff=True))
    assert stranger.get(TRASH).json()["results"] == []
    assert stranger.post(f"/api/v1/photos/{photo.pk}/restore/").status_code == 404
    assert Photo.objects.get().trashed_at is not None
