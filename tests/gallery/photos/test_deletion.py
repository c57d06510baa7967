"""A deleted photo leaves nothing behind, and other users' photos and files left in place are never deleted."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from gallery.intake.upload import store_upload
from gallery.models import Photo, PhotoSource
from gallery.photos import deletion
from gallery.photos.deletion import delete_photos, sweep_strays
from gallery.processing import tasks
from gallery.storage.files import THUMBNAIL_SIDES, thumbnail_path, write_file
from tests.drawing import picture
from tests.processes import queued_messages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broker")]


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_deletes_rows_files_and_index_entry(
    store: Callable[..., Photo], owner: User, media_root: Path, broker: Any
) -> None:
    photo, kept = store(), store()
    tasks.make_thumbnails([photo.pk])
    assert delete_photos(Photo.objects.filter(pk=photo.pk), user=owner) == 1
    assert list(Photo.objects.all()) == [kept]
    assert files_below(media_root) == [kept.path]
    assert ("unindex_photos", [[photo.pk]]) in queued_messages(broker, "default")


def test_keeps_other_users_photos(store: Callable[..., Photo], media_root: Path, broker: Any) -> None:
    photo = store()
    stranger = User.objects.create_superuser("root")
    assert delete_photos(Photo.objects.all(), user=stranger) == 0
    assert files_below(media_root) == [photo.path]
    assert Photo.objects.count() == 1
    assert "unindex_photos" not in [name for name, _arguments in queued_messages(broker, "default")]


def test_keeps_same_bytes_of_other_owner(store: Callable[..., Photo], owner: User, media_root: Path) -> None:
    store(picture())
    twin = store(picture(), owner=User.objects.create_user("ben"))
    delete_photos(Photo.objects.all(), user=owner)
    assert files_below(media_root) == [twin.path]


def test_keeps_file_imported_in_place(store: Callable[..., Photo], owner: User, tmp_path: Path) -> None:
    photo = store()
    elsewhere = tmp_path / "camera" / "DSC_0001.png"
    elsewhere.parent.mkdir()
    photo.path.rename(elsewhere)
    Photo.objects.filter(pk=photo.pk).update(file=str(elsewhere))
    PhotoSource.objects.update(path=str(elsewhere), is_copy=False)
    photo.refresh_from_db()
    assert photo.path == elsewhere
    delete_photos(Photo.objects.all(), user=owner)
    list(sweep_strays())
    assert elsewhere.exists()
    assert not Photo.objects.exists()


def test_keeps_files_when_transaction_fails(
    store: Callable[..., Photo], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store()

    def fail(*_args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(deletion, "partial", fail)
    with pytest.raises(ConnectionError):
        delete_photos(Photo.objects.all(), user=owner)
    assert Photo.objects.count() == 1
    assert photo.path.exists()


def test_sweep_deletes_only_files_without_photo(store: Callable[..., Photo], owner: User, media_root: Path) -> None:
    dead, alive = store(), store()
    for photo in (dead, alive):
        tasks.make_thumbnails([photo.pk])
    write_file(media_root / "originals" / "notes.txt", [b"not ours"])
    Photo.objects.filter(pk=dead.pk).delete()
    list(sweep_strays())
    thumbnails = [thumbnail_path(size, owner_id=owner.pk, sha256=alive.sha256) for size in THUMBNAIL_SIDES]
    assert files_below(media_root) == sorted([media_root / "originals" / "notes.txt", alive.path, *thumbnails])


def test_keeps_file_uploaded_again_during_deletion(
    store: Callable[..., Photo], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store(picture())
    remove = deletion._remove_files_of
    monkeypatch.setattr(deletion, "_remove_files_of", lambda photos: (store(picture()), remove(photos)))
    delete_photos(Photo.objects.all(), user=owner)
    assert Photo.objects.get().pk != photo.pk
    assert Photo.objects.get().path.exists()


@pytest.mark.parametrize("seed", range(3))
def test_concurrent_changes_leave_one_file_per_photo(seed: int, owner: User, media_root: Path) -> None:
    def upload(number: int) -> None:
        store_upload(BytesIO(picture(number)), owner=owner, filename="a.png")

    def delete(number: int) -> None:
        delete_photos(Photo.objects.filter(sha256=hashlib.sha256(picture(number)).hexdigest()), user=owner)

    def sweep(_number: int) -> None:
        list(sweep_strays())

    def act(thread: int) -> None:
        random = Random(f"{seed} {thread}")
        try:
            for _ in range(25):
                random.choice([upload, upload, delete, sweep])(random.randrange(2))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(6)))
    assert files_below(media_root) == sorted(photo.path for photo in Photo.objects.all())
