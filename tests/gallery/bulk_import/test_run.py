"""An import gives every file a verdict, imports no file twice, and survives errors."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import import import_pass, read_ahead, reading
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.models import ImportJob, Photo, PhotoSource
from gallery.photos.editing import edit_photo
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import files_below, write_file

State = ImportJob.State


def test_copies_folder_with_verdict_for_each_file(
    bring: Callable[..., ImportJob], folder: Path, media_root: Path
) -> None:
    job = bring(folder, importance=3, wants_text=False)
    assert verdicts(job) == {
        "a.png": "new",
        "b.png": "new",
        "copy of a.png": "duplicate",
        "notes.png": "failed",
        ".hidden.png": "skipped",
    }
    assert (job.state, job.expected_files, job.seen) == (State.FINISHED, 5, 5)
    assert {name: job.import_counts[name] for name in ("new", "duplicate", "failed", "skipped")} == {
        "new": 2,
        "duplicate": 1,
        "failed": 1,
        "skipped": 1,
    }
    assert job.import_counts["bytes"] == len(picture(1)) + len(picture(2))
    assert job.import_counts["reasons"] == {"hidden": 1}
    assert job.import_counts["dates"] == {"file": 2}
    photo = Photo.objects.get(filename="a.png")
    assert (photo.importance, photo.wants_text, photo.wants_embedding) == (3, False, True)
    assert (photo.taken_at, photo.date_source) == (datetime(2020, 9, 13, 12, 26, 40), "file")
    assert photo.path.read_bytes() == picture(1)
    assert {Path(source.path).name for source in photo.sources.all()} == {"a.png", "copy of a.png"}
    assert len(files_below(media_root)) == 2


def test_keeps_fields_of_existing_photo(
    bring: Callable[..., ImportJob], store: Callable[..., Photo], folder: Path
) -> None:
    photo = store(picture(1), filename="mine.png")
    edit_photo(photo, user=photo.owner, description="my own words", importance=5)
    job = bring(folder, importance=2)
    photo.refresh_from_db()
    assert verdicts(job)["a.png"] == "duplicate"
    assert (photo.filename, photo.description, photo.importance) == ("mine.png", "my own words", 5)
    assert photo.date_source == "file"
    assert photo.sources.count() == 3


def test_reads_nothing_again_in_second_import(
    bring: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(folder)
    monkeypatch.setattr(read_ahead, "read_file", lambda found, **_options: pytest.fail(found.path))
    (folder / "notes.png").unlink()
    job = bring(folder)
    assert set(verdicts(job).values()) == {"known", "skipped"}
    assert Photo.objects.count() == 2


def test_does_not_import_deleted_photos_again(bring: Callable[..., ImportJob], folder: Path, owner: User) -> None:
    job = bring(folder, watch=True)
    assert job.state == State.WATCHING
    Photo.objects.filter(filename="b.png").delete()
    write_file(folder / "c.png", picture(5))
    ImportJob.objects.update(state=State.RUNNING)
    finish_import(job)
    assert set(Photo.objects.values_list("filename", flat=True)) == {"a.png", "c.png"}


def test_predicts_import_in_check_without_changes(
    begin: Callable[..., ImportJob], store: Callable[..., Photo], folder: Path, media_root: Path
) -> None:
    store(picture(2))
    before = files_below(media_root), list(Photo.objects.values()), list(PhotoSource.objects.values())
    job = finish_import(begin(folder, state=State.CHECKING))
    assert job.state == State.READY
    assert (files_below(media_root), list(Photo.objects.values()), list(PhotoSource.objects.values())) == before
    foreseen = verdicts(job)
    assert foreseen["b.png"] == foreseen["copy of a.png"] == "duplicate"
    report = job.preview_counts
    assert apply_action(job, ImportAction.START, user=job.owner)
    finish_import(job)
    assert verdicts(job) == foreseen
    assert job.import_counts == report
    assert not job.items.filter(is_preview=True).exists()


def test_fails_on_full_disk_and_resumes(
    begin: Callable[..., ImportJob], folder: Path, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_blocks: Any) -> Path:
        raise OSError(28, "No space left on device")

    job = begin(folder)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "write_temporary", full)
        finish_import(job)
    assert job.state == State.FAILED
    assert "No space left" in job.error
    assert files_below(media_root) == []
    assert apply_action(job, ImportAction.START, user=job.owner)
    assert verdicts(finish_import(job))["a.png"] == "new"


def test_names_folder_that_is_gone(begin: Callable[..., ImportJob], folder: Path) -> None:
    job = begin(folder)
    folder.rename(folder.parent / "elsewhere")
    assert finish_import(job).state == State.FAILED
    assert f"“{folder.name}”" in job.error


def test_stays_cancelled_when_error_follows(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(folder)

    def cancel_and_lose(*_arguments: Any, **_options: Any) -> None:
        apply_action(job, ImportAction.CANCEL, user=job.owner)
        raise FileNotFoundError(folder)

    monkeypatch.setattr(import_pass, "plan_batch", cancel_and_lose)
    assert finish_import(job).state == State.CANCELLED
    assert job.error == ""
