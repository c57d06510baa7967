"""Undoing an import restores database and folders, and keeps photos that have other sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.bulk_import import undo
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.run import run_job
from gallery.intake.upload import store_upload
from gallery.models import ImportJob, Photo, PhotoSource
from gallery.photos.editing import edit_photo
from gallery.photos.merging import merge_photos
from tests.drawing import picture
from tests.factories import finish_import
from tests.folders import files_below, write_file

pytestmark = pytest.mark.django_db(transaction=True)


def state(media_root: Path) -> tuple[Any, ...]:
    """Return all rows of photos and all files, without fields that only ever grow."""
    photos = [{**row, "revision": 0, "changed_at": None} for row in Photo.objects.order_by("pk").values()]
    return (
        photos,
        list(PhotoSource.objects.order_by("pk").values()),
        {p: p.read_bytes() for p in files_below(media_root)},
    )


def take_back(job: ImportJob) -> ImportJob:
    assert apply_action(job, ImportAction.UNDO, user=job.owner)
    return finish_import(job)


@pytest.mark.parametrize("mode", ["copy", "in_place"])
def test_restores_everything_after_mixed_import(
    bring: Callable[..., ImportJob], store: Callable[..., Photo], folder: Path, media_root: Path, mode: str
) -> None:
    store(picture(1), filename="mine.png")
    store(picture(200))
    before, files = state(media_root), {p: p.read_bytes() for p in files_below(folder)}
    job = bring(folder, mode=mode, importance=4)
    assert job.import_counts["new"] == 1
    assert state(media_root) != before
    assert take_back(job).state == ImportJob.State.UNDONE
    assert state(media_root) == before
    assert {p: p.read_bytes() for p in files_below(folder)} == files


def test_keeps_fields_edited_since(bring: Callable[..., ImportJob], store: Callable[..., Photo], folder: Path) -> None:
    photo = store(picture(1))
    job = bring(folder, importance=4)
    edit_photo(photo, user=photo.owner, importance=2)
    take_back(job)
    photo.refresh_from_db()
    assert (photo.importance, photo.taken_at) == (2, None)


def test_keeps_photo_that_was_uploaded_too(bring: Callable[..., ImportJob], folder: Path, owner: User) -> None:
    from io import BytesIO

    job = bring(folder)
    photo, _ = store_upload(BytesIO(picture(1)), owner=owner, filename="again.png")
    take_back(job)
    assert list(Photo.objects.all()) == [photo]
    assert photo.path.read_bytes() == picture(1)
    assert list(photo.sources.values_list("path", flat=True)) == [PhotoSource.UPLOAD]


def test_restores_photos_merged_into_imported_one(
    bring: Callable[..., ImportJob], folder: Path, store: Callable[..., Photo], owner: User
) -> None:
    own = store(picture(200))
    job = bring(folder)
    kept = Photo.objects.exclude(pk=own.pk).order_by("pk")[0]
    merge_photos(kept.pk, [own.pk], user=owner, moment=timezone.now())
    take_back(job)
    assert list(Photo.objects.visible_to(owner)) == [own]


def test_hands_photos_over_to_later_import(bring: Callable[..., ImportJob], folder: Path) -> None:
    first = bring(folder)
    (folder / "summer" / "b.png").unlink()
    second = bring(folder)
    take_back(first)
    photo = Photo.objects.get()
    assert photo.path.read_bytes() == picture(1)
    assert {source.job for source in photo.sources.all()} == {second}
    take_back(second)
    assert not Photo.objects.exists()


def test_removes_copy_of_photo_that_is_also_in_place(
    bring: Callable[..., ImportJob], folder: Path, media_root: Path
) -> None:
    elsewhere = write_file(folder.parent / "elsewhere" / "a.png", picture(1))
    bring(elsewhere.parent, mode="in_place")
    photo = Photo.objects.get()
    job = bring(folder)
    photo.refresh_from_db()
    assert not photo.is_in_place
    take_back(job)
    photo.refresh_from_db()
    assert photo.path == elsewhere
    assert files_below(media_root) == []


def test_resumes_interrupted_undo(
    bring: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch, media_root: Path
) -> None:
    monkeypatch.setattr(undo, "BATCH_SIZE", 1)
    job = bring(folder)
    apply_action(job, ImportAction.UNDO, user=job.owner)
    assert not run_job(job.pk, seconds=1e-6)
    assert Photo.objects.count() == 1
    finish_import(job)
    assert not Photo.objects.exists()
    assert files_below(media_root) == []
