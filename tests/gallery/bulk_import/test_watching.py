"""New files in a watched folder come in by themselves, once they have settled."""

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
    """One that does the work of the imports itself, and waits but a moment for files to settle."""
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
def test_a_new_file_comes_in_by_itself(
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


def test_what_came_while_nobody_watched_comes_in_at_the_start(
    bring: Callable[..., ImportJob],
    folder: Path,
    watcher: Watcher,
) -> None:
    bring(folder, watch=True)
    (folder / "new.png").write_bytes(picture(50))
    run_rounds_until(watcher, lambda: Photo.objects.filter(filename="new.png").exists())


def test_nothing_is_watched_that_was_paused_or_never_asked_for(
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


def test_a_folder_that_is_away_for_a_while_is_watched_again(
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


def test_this_machines_own_disks_are_not_on_the_network(tmp_path: Path) -> None:
    assert not is_on_network(tmp_path)
