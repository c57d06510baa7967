"""Files imported in place are never changed; moved files are found again, missing ones marked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.intake.upload import store_upload
from gallery.models import Arrival, ImportJob, Photo, PhotoSource
from gallery.photos.deletion import delete_photos
from gallery.processing.tasks import make_thumbnails
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import LONG_AGO, files_below, write_file


@pytest.fixture
def place(bring: Callable[..., ImportJob], folder: Path) -> Callable[[], ImportJob]:
    """Import the folder in place."""
    return lambda: bring(folder, mode="in_place")


def original(owner: User, photo: Photo) -> bytes | None:
    client = Client()
    client.force_login(owner)
    response = client.get(f"/photos/{photo.pk}/original")
    return b"".join(response) if response.status_code == 200 else None  # type: ignore[arg-type]


def test_reads_original_in_place_without_copy(
    place: Callable[[], ImportJob], folder: Path, media_root: Path, owner: User
) -> None:
    place()
    photo = Photo.objects.get(filename="b.png")
    assert files_below(media_root) == []
    assert photo.path == folder / "summer" / "b.png"
    assert original(owner, photo) == picture(2)
    make_thumbnails([photo.pk])
    photo.refresh_from_db()
    assert photo.thumbnail_version


@pytest.mark.django_db(transaction=True)
def test_keeps_file_when_photo_is_deleted(
    place: Callable[[], ImportJob], folder: Path, owner: User, media_root: Path
) -> None:
    place()
    make_thumbnails(list(Photo.objects.values_list("pk", flat=True)))
    before = {path: path.stat().st_mtime_ns for path in files_below(folder)}
    delete_photos(Photo.objects.all(), user=owner)
    assert {path: path.stat().st_mtime_ns for path in files_below(folder)} == before
    assert files_below(media_root) == []


def test_follows_moved_file(place: Callable[[], ImportJob], folder: Path) -> None:
    place()
    photo = Photo.objects.get(filename="b.png")
    moved = folder / "winter.png"
    photo.path.rename(moved)
    job = place()
    photo.refresh_from_db()
    assert verdicts(job)["winter.png"] == "duplicate"
    assert photo.path == moved
    assert dict(photo.sources.values_list("path", "is_present")) == {
        str(moved): True,
        str(folder / "summer" / "b.png"): False,
    }


def test_marks_missing_file_until_it_is_back(place: Callable[[], ImportJob], folder: Path) -> None:
    place()
    path = folder / "summer" / "b.png"
    path.rename(folder.parent / "away.png")
    place()
    source = PhotoSource.objects.get(path=path)
    assert not source.is_present
    (folder.parent / "away.png").rename(path)
    place()
    source.refresh_from_db()
    assert source.is_present
    assert Photo.objects.count() == 2


def test_switches_to_other_copy_of_missing_file(place: Callable[[], ImportJob], folder: Path) -> None:
    place()
    photo = Photo.objects.get(filename="a.png")
    photo.path.unlink()
    place()
    photo.refresh_from_db()
    assert photo.path == folder / "summer" / "copy of a.png"


def test_imports_changed_file_as_new_photo(place: Callable[[], ImportJob], folder: Path, owner: User) -> None:
    place()
    old = Photo.objects.get(filename="b.png")
    write_file(folder / "summer" / "b.png", picture(77), modified_at=LONG_AGO + 60)
    job = place()
    assert verdicts(job)["b.png"] == "new"
    old.refresh_from_db()
    assert original(owner, old) is None
    assert not old.sources.get().is_present
    new = Photo.objects.exclude(pk=old.pk).get(filename="b.png")
    assert original(owner, new) == picture(77)


def test_serves_no_link_that_replaced_the_file(place: Callable[[], ImportJob], folder: Path, owner: User) -> None:
    place()
    photo = Photo.objects.get(filename="b.png")
    secret = write_file(folder.parent / "secret.png", picture(99))
    photo.path.unlink()
    photo.path.symlink_to(secret)
    assert original(owner, photo) is None
    make_thumbnails([photo.pk])
    assert not Photo.objects.get(pk=photo.pk).thumbnail_version
    photo.path.unlink()
    photo.path.parent.rename(folder / "was summer")
    (folder.parent / "b.png").write_bytes(picture(98))
    (folder / "summer").symlink_to(folder.parent)
    assert original(owner, photo) is None


def test_keeps_uploaded_copy_when_file_vanishes(place: Callable[[], ImportJob], folder: Path, owner: User) -> None:
    from io import BytesIO

    place()
    photo, arrival = store_upload(BytesIO(picture(2)), owner=owner, filename="b.png")
    (folder / "summer" / "b.png").unlink()
    assert arrival is Arrival.DUPLICATE
    assert not photo.is_in_place
    assert original(owner, photo) == picture(2)


def test_skips_link_within_folder(place: Callable[[], ImportJob], folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "a.png")
    job = place()
    assert verdicts(job)["link.png"] == "skipped"
    assert job.import_counts["reasons"]["link"] == 1
    assert finish_import(job).state == ImportJob.State.FINISHED


def test_copies_file_whose_name_is_not_utf8(place: Callable[[], ImportJob], folder: Path, media_root: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(picture(11))
    place()
    photo = Photo.objects.get(filename__startswith="caf")
    assert not photo.is_in_place
    assert files_below(media_root) == [photo.path]
    assert photo.sources.get().is_copy
