"""Photos in the trash are found nowhere, can be restored unchanged, and are deleted after thirty days."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from gallery.intake.upload import store_upload
from gallery.models import Arrival, Photo
from gallery.photos import trash
from gallery.photos.deletion import delete_photos
from gallery.photos.trash import (
    DAYS_IN_TRASH,
    delete_from_trash,
    move_to_trash,
    purge_trash,
    restore_photos,
    trashed_together,
)
from gallery.processing.tasks import make_thumbnails
from tests.drawing import picture
from tests.factories import state_claims
from tests.processes import count_lock_waits

ALL = Photo.objects.all()


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_trashed_photo_appears_only_in_trash(store, owner, client):
    photo, kept = store(filename="gone.png"), store(filename="kept.png")
    make_thumbnails([photo.pk, kept.pk])
    assert move_to_trash(ALL.filter(pk=photo.pk), user=owner)[0] == 1
    assert list(Photo.objects.visible_to(owner)) == [kept]
    assert list(Photo.objects.trashed_by(owner)) == [photo]
    assert "gone.png" in client.get("/trash").content.decode()
    assert client.get(f"/photos/{photo.pk}/thumbnail").status_code == 200
    for path in ("", "/preview", "/original", "/tile", "/text", "/similar", "/progress"):
        assert client.get(f"/photos/{photo.pk}{path}").status_code == 404, path
    assert "gone.png" not in client.get("/").content.decode()


def test_undo_restores_photos_trashed_together(store, owner, client):
    first, second, third = store(), store(), store()
    move_to_trash(ALL.filter(pk=first.pk), user=owner)
    answer = client.post(
        "/selection/trash", {"photo": f"{second.pk},{third.pk}"}, headers={"Accept": "application/json"}
    ).json()
    assert answer["message"] == "2 photos moved to the trash"
    assert client.post("/trash/restore", {"moment": answer["undo"]}).status_code == 302
    assert list(Photo.objects.trashed_by(owner)) == [first]


def test_restores_or_deletes_selected_photos(store, client, django_capture_on_commit_callbacks):
    back, gone, kept = store(), store(), store()
    client.post("/selection/trash", {"photo": [back.pk, gone.pk]})
    client.post("/trash/restore", {"photo": [back.pk]})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/trash/delete", {"photo": [gone.pk, kept.pk]})
    assert set(Photo.objects.values_list("pk", flat=True)) == {back.pk, kept.pk}
    assert not gone.path.exists()


def test_empties_trash(store, owner, client):
    kept = store()
    store(), store()
    move_to_trash(ALL.exclude(pk=kept.pk), user=owner)
    page = client.post("/trash/empty", {"next": "/trash"}, follow=True).content.decode()
    assert "2 photos permanently deleted" in page
    assert "Trash is empty" in page
    assert list(ALL.all()) == [kept]


def test_refuses_to_change_another_users_trash(store, owner):
    photo = store()
    stranger = User.objects.create_superuser("root")
    assert move_to_trash(ALL.all(), user=stranger)[0] == 0
    _count, moment = move_to_trash(ALL.all(), user=owner)
    assert restore_photos(ALL.all(), user=stranger) == delete_from_trash(ALL.all(), user=stranger) == 0
    assert not trashed_together(moment, user=stranger).exists()
    assert list(Photo.objects.trashed_by(owner)) == [photo]


@pytest.mark.django_db(transaction=True)
def test_concurrent_moves_to_trash_do_not_deadlock(store, owner):
    first, second = store(), store()
    # An update moves its row behind the second one in the table.
    Photo.objects.filter(pk=first.pk).update(importance=1)

    def move_both() -> int:
        try:
            return move_to_trash(ALL, user=owner)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(ALL.filter(pk=first.pk).select_for_update(no_key=True))
            others = pool.submit(move_both)
            while not count_lock_waits():
                time.sleep(0.05)
            assert move_to_trash(ALL.filter(pk=second.pk), user=owner)[0] == 1
        assert others.result() == 1
    assert not Photo.objects.visible_to(owner).exists()


def test_purges_expired_photos_in_batches(store, owner, monkeypatch):
    monkeypatch.setattr(trash, "PURGE_BATCH_SIZE", 2)
    other = User.objects.create_user("ben")
    old = [store(), store(), store(owner=other)]
    young, kept = store(), store()
    limit, minute = timezone.now() - timedelta(days=DAYS_IN_TRASH), timedelta(minutes=1)
    Photo.objects.filter(pk__in=[photo.pk for photo in old]).update(trashed_at=limit - minute)
    Photo.objects.filter(pk=young.pk).update(trashed_at=limit + minute)
    purge_trash()
    assert Photo.objects.count() == 3
    purge_trash()
    assert set(ALL.all()) == {young, kept}


def test_upload_of_same_bytes_restores_photo(store, owner):
    photo = store(picture(5), filename="first.png")
    state_claims(photo, description="the old station", importance=4)
    move_to_trash(ALL.all(), user=owner)
    again, arrival = store_upload(BytesIO(picture(5)), owner=owner, filename="second.png")
    assert (again.pk, arrival, again.trashed_at) == (photo.pk, Arrival.RESTORED, None)
    back = Photo.objects.visible_to(owner).get()
    assert (back.filename, back.description, back.importance) == ("first.png", "the old station", 4)


def test_deletion_includes_trash(store, owner):
    store()
    move_to_trash(ALL.all(), user=owner)
    assert delete_photos(ALL.all(), user=owner) == 1


@pytest.mark.parametrize("moment", ["", "x", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z"])
def test_refuses_invalid_moment(client, moment):
    response = client.post("/trash/restore", {"moment": moment})
    assert response.status_code == 400
    assert "Nothing to undo." in response.content.decode()


def test_redirects_only_to_own_pages(store, client):
    assert client.post("/selection/trash", {"photo": store().pk, "next": "/search?q=a"})["Location"] == "/search?q=a"
    assert client.post("/selection/trash", {"photo": store().pk, "next": "https://example.org/"})["Location"] == "/"
