"""Many files come in at once, each of them with a verdict, and nothing comes in twice."""

import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from gallery.bulk_import import import_pass, read_ahead, reading
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.run import run_job
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.storage.partial_uploads import create_upload
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import LONG_AGO, files_below, write_file

State = ImportJob.State


def test_a_folder_is_copied_with_a_verdict_for_every_file(
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


def test_what_is_there_already_is_a_duplicate_and_keeps_what_it_has(
    bring: Callable[..., ImportJob], store: Callable[..., Photo], folder: Path
) -> None:
    photo = store(picture(1), filename="mine.png")
    Photo.objects.update(description="my own words", importance=5)
    job = bring(folder, importance=2)
    photo.refresh_from_db()
    assert verdicts(job)["a.png"] == "duplicate"
    assert (photo.filename, photo.description, photo.importance) == ("mine.png", "my own words", 5)
    assert photo.date_source == "file"
    assert photo.sources.count() == 3


def test_a_second_import_reads_nothing_again(
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


def test_a_check_foresees_what_the_import_then_does_and_changes_nothing(
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


def test_small_pictures_are_passed_over(bring: Callable[..., ImportJob], folder: Path) -> None:
    write_file(folder / "icon.png", picture(7, size=(64, 40)))
    job = bring(folder, min_side=48)
    assert verdicts(job)["icon.png"] == "skipped"
    assert job.import_counts["reasons"]["too_small"] == 1
    assert verdicts(job)["a.png"] == "new"


def test_patterns_are_passed_over(bring: Callable[..., ImportJob], folder: Path) -> None:
    assert verdicts(bring(folder, ignore=["summer/*"]))["b.png"] == "skipped"


def test_archives_are_read_without_being_unpacked(
    bring: Callable[..., ImportJob], tmp_path: Path, media_root: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.png", picture(1))
        archive.writestr("/etc/passwd.jpg", picture(2))
        archive.writestr("sub/broken.png", picture(3)[:20])
    job = bring(tmp_path / "a.zip")
    assert verdicts(job) == {"evil.png": "new", "passwd.jpg": "new", "broken.png": "failed"}
    assert set(Photo.objects.values_list("filename", flat=True)) == {"evil.png", "passwd.jpg"}
    assert len(files_below(tmp_path)) == 3
    assert len(files_below(media_root)) == 2


def test_an_archive_with_a_broken_member_loses_only_that(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.png", picture(1))
        archive.writestr("b.png", picture(2))
    data = bytearray(path.read_bytes())
    data[data.find(picture(1)) + 60] ^= 0xFF  # its checksum no longer fits
    path.write_bytes(data)
    assert verdicts(bring(path)) == {"a.png": "failed", "b.png": "new"}


def test_links_that_lead_out_of_the_folder_are_not_followed(bring: Callable[..., ImportJob], folder: Path) -> None:
    secret = write_file(folder.parent / "secret.png", picture(9))
    (folder / "link.png").symlink_to(secret)
    job = bring(folder)
    assert verdicts(job)["link.png"] == "skipped"
    assert job.import_counts["reasons"]["link"] == 1


def test_names_that_are_no_utf8_and_paths_without_end_stop_nothing(
    bring: Callable[..., ImportJob], folder: Path
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(picture(11))
    old = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(11):
            Path("x" * 200).mkdir()
            os.chdir("x" * 200)
        Path("deep.png").write_bytes(picture(12))
    finally:
        os.chdir(old)
    job = bring(folder)
    (odd,) = [name for name in verdicts(job) if name.startswith("caf")]
    assert verdicts(job)[odd] == "new"
    assert Photo.objects.filter(filename=odd).exists()
    assert verdicts(job)["a.png"] == "new"
    assert verdicts(job).get("deep.png") != "new"


def test_what_the_database_refuses_takes_nothing_else_with_it(
    bring: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = reading._described_fields

    def say(found: Any, header: Any, metadata: Any) -> dict[str, Any]:
        return said(found, header, metadata) | ({"description": "\0"} if found.filename == "b.png" else {})

    monkeypatch.setattr(reading, "_described_fields", say)
    job = bring(folder)
    assert verdicts(job)["b.png"] == "failed"
    assert verdicts(job)["a.png"] == "new"
    assert Photo.objects.get().path.read_bytes() == picture(1)


def test_a_full_disk_stops_the_import_and_room_lets_it_go_on(
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


def test_a_folder_that_is_gone_is_said(begin: Callable[..., ImportJob], folder: Path) -> None:
    job = begin(folder)
    folder.rename(folder.parent / "elsewhere")
    assert finish_import(job).state == State.FAILED
    assert f"“{folder.name}”" in job.error


def test_what_goes_wrong_after_an_import_was_cancelled_changes_nothing_about_that(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(folder)

    def cancel_and_lose(*_arguments: Any, **_options: Any) -> None:
        apply_action(job, ImportAction.CANCEL, user=job.owner)
        raise FileNotFoundError(folder)

    monkeypatch.setattr(import_pass, "plan_batch", cancel_and_lose)
    assert finish_import(job).state == State.CANCELLED
    assert job.error == ""


def test_a_paused_import_stops_and_goes_on(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 1)
    job = begin(folder)

    def pause(now: ImportJob) -> None:
        if now.seen == 2:
            apply_action(job, ImportAction.PAUSE, user=job.owner)

    assert run_job(job.pk, on_batch=pause)
    job.refresh_from_db()
    assert (job.state, job.seen) == (State.PAUSED, 2)
    assert apply_action(job, ImportAction.START, user=job.owner)
    assert finish_import(job).seen == 5


def test_an_import_works_in_slices(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 1)
    job = begin(folder)
    slices = 1
    while not run_job(job.pk, seconds=1e-6):
        slices += 1
    job.refresh_from_db()
    assert (job.state, slices) == (State.FINISHED, 6)


def test_sql_grows_with_batches_and_not_with_files(begin: Callable[..., ImportJob], tmp_path: Path) -> None:
    def queries(count: int, red: int) -> int:
        folder = tmp_path / str(count)
        for number in range(count):
            write_file(folder / f"{number}.png", picture(red + number))
        job = begin(folder)
        with CaptureQueriesContext(
            connection,
        ) as context:
            finish_import(job)
        return len(context)

    assert queries(40, 0) == queries(4, 100)


@pytest.mark.django_db(transaction=True)
def test_while_a_batch_is_stored_other_things_of_its_owner_are_stored_too(
    begin: Callable[..., ImportJob], folder: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_items = import_pass.save_items

    def upload() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            create_upload(owner=owner, filename="a.png", size=1, sha256="")
        finally:
            connections.close_all()

    def save_items_late(*arguments: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(upload).result()
        save_items(*arguments)

    monkeypatch.setattr(import_pass, "save_items", save_items_late)
    assert finish_import(begin(folder)).state == State.FINISHED


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_look(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = reading._read_header

    def grow(file: Any, found: Any, job: ImportJob) -> Any:
        if found.filename == "a.png":
            write_file(folder / "a.png", picture(1) + b"more", modified_at=LONG_AGO + 1)
        return head(file, found, job)

    job = begin(folder, watch=True)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_read_header", grow)
        finish_import(job)
    assert ImportItem.objects.get(job=job, path__endswith="/a.png").reason == "growing"
    ImportJob.objects.update(state=State.RUNNING)
    finish_import(job)
    assert verdicts(job)["a.png"] == "new"
    assert job.import_counts["reasons"] == {"hidden": 1, "growing": 0}
    assert job.seen == job.expected_files


def test_a_watched_folder_leaves_young_files_until_they_have_settled(
    bring: Callable[..., ImportJob], folder: Path
) -> None:
    (folder / "young.png").write_bytes(picture(30))
    job = bring(folder, watch=True)
    assert ImportItem.objects.get(job=job, path__endswith="/young.png").reason == "growing"
