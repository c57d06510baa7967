"""New files in a watched folder are imported once they have settled."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import import reading, watching
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.run import run_job
from gallery.bulk_import.watching import Watcher, is_on_network
from gallery.models import ImportJob, Photo
from tests.drawing import picture

PATIENCE = 60  # seconds


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    """A watcher that runs imports itself, with short waiting times."""
    monkeypatch.setattr(watching, "SECONDS_OF_QUIET", 0.2)
    monkeypatch.setattr(reading, "SECONDS_TO_SETTLE", 0.3)
    watcher = Watcher(wake=lambda job_id: run_job(job_id) or None)
    yield watcher
    for watch in watcher._watches.values():
        watch.stop()


def run_rounds_until(watcher: Watcher, is_true: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not is_true() and time.monotonic() < give_up_at:
        watcher.run_round()
        time.sleep(0.05)
    assert is_true()


@pytest.mark.parametrize("is_remote", [False, True], ids=["events", "polling"])
def test_imports_new_file(
    bring: Callable[..., ImportJob],
    folder: Path,
    watcher: Watcher,
    is_remote: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "is_on_network", lambda _path: is_remote)
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_POLLS", 0.1)
    bring(folder, watch=True)
    run_rounds_until(watcher, lambda: ImportJob.objects.get().state == ImportJob.State.WATCHING)
    watcher.run_round()
    (folder / "winter").mkdir()
    (folder / "winter" / "new.png").write_bytes(picture(50))
    run_rounds_until(watcher, lambda: Photo.objects.filter(filename="new.png").exists())


def test_imports_files_added_before_watching(
    bring: Callable[..., ImportJob],
    folder: Path,
    watcher: Watcher,
) -> None:
    bring(folder, watch=True)
    (folder / "new.png").write_bytes(picture(50))
    run_rounds_until(watcher, lambda: Photo.objects.filter(filename="new.png").exists())


def test_watches_no_paused_or_other_imports(
    bring: Callable[..., ImportJob],
    folder: Path,
    watcher: Watcher,
) -> None:
    bring(folder)
    watcher.run_round()
    assert watcher._watches == {}
    job = bring(folder, watch=True)
    watcher.run_round()
    assert set(watcher._watches) == {job.pk}
    job.refresh_from_db()
    apply_action(job, ImportAction.PAUSE, user=job.owner)
    watcher.run_round()
    assert watcher._watches == {}


def test_watches_folder_again_when_it_is_back(
    bring: Callable[..., ImportJob],
    folder: Path,
    watcher: Watcher,
    owner: User,
) -> None:
    job = bring(folder, watch=True)
    folder.rename(folder.parent / "away")
    ImportJob.objects.update(state=ImportJob.State.RUNNING)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.error)) == (ImportJob.State.WATCHING, True)
    (folder.parent / "away").rename(folder)
    (folder / "new.png").write_bytes(picture(50))
    run_rounds_until(watcher, lambda: Photo.objects.filter(filename="new.png").exists())


def test_finds_local_disk_not_on_network(tmp_path: Path) -> None:
    assert not is_on_network(tmp_path)
