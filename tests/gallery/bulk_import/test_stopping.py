"""An import stops on command, with its worker, or when listing its files hangs."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import import heartbeat, read_ahead, reading, run
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.models import MAX_ATTEMPTS, ImportJob
from gallery.sources.skip_rules import SkipRules
from tests.drawing import picture
from tests.folders import write_file
from tests.processes import process_environment

State = ImportJob.State

SET_UP = """
import sys, time
import django
django.setup()
from gallery.bulk_import import heartbeat, run
from gallery.models import ImportJob
from gallery.sources.skip_rules import SkipRules
judge = SkipRules.file_reason
"""
HANGING = """
heartbeat.MAX_SECONDS_WITHOUT_PROGRESS = 2
def hang(self, name):
    while name.endswith("3.png"):
        (10**9) ** (10**9)
    return judge(self, name)
SkipRules.file_reason = hang
while not run.run_job(ImportJob.objects.get().pk):
    pass
"""
ENDLESS = """
def judge_slowly(self, name):
    while name.endswith("endless.png"):
        time.sleep(0.05)
        self.on_progress()
    return judge(self, name)
SkipRules.file_reason = judge_slowly
from django.core.management import call_command
call_command("worker", "import", threads=2)
"""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    for number in range(30):
        write_file(tmp_path / "many" / f"{number:02}.png", picture(number))
    return tmp_path / "many"


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["cancel", "pause"])
def test_stops_listing_on_command(
    begin: Callable[..., ImportJob], many: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    job, judged, judge = begin(many), [], SkipRules.file_reason

    def judge_and_tell(self: SkipRules, name: str) -> Any:
        judged.append(name)
        if len(judged) == 5:
            apply_action(job, ImportAction(action), user=job.owner)
        return judge(self, name)

    monkeypatch.setattr(SkipRules, "file_reason", judge_and_tell)
    monkeypatch.setattr(heartbeat, "SECONDS_BETWEEN_HEARTBEATS", 0)
    assert run.run_job(job.pk)
    assert len(judged) == 5
    assert not job.items.exists()


@pytest.mark.django_db(transaction=True)
def test_stops_reading_on_command(begin: Callable[..., ImportJob], many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, opened = begin(many), []

    def read_endlessly(_found: object, *, on_progress: Callable[[], None], **_options: object) -> None:
        opened.append(1)
        while True:
            on_progress()
            time.sleep(0.01)

    monkeypatch.setattr(read_ahead, "read_file", read_endlessly)
    monkeypatch.setattr(heartbeat, "SECONDS_BETWEEN_HEARTBEATS", 0)

    def cancel_when_asked(self: heartbeat.Heartbeat) -> None:
        if opened:
            ImportJob.objects.filter(pk=job.pk).update(state=State.CANCELLED)
        beat(self)

    beat = heartbeat.Heartbeat.beat
    monkeypatch.setattr(heartbeat.Heartbeat, "beat", cancel_when_asked)
    assert run.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.unfinished_reads, job.items.count()) == (State.CANCELLED, {}, 0)


@pytest.mark.django_db
def test_stops_pass_with_its_worker_without_attempts(
    begin: Callable[..., ImportJob], many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(many)
    monkeypatch.setattr(heartbeat, "_is_stopping", Event())
    heartbeat.stop_passes()
    assert not run.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.unfinished_reads) == (State.RUNNING, {})


def test_counts_blocks_of_a_file_as_progress(tmp_path: Path, owner: User, begin: Callable[..., ImportJob]) -> None:
    from gallery import sources

    write_file(tmp_path / "pictures" / "a.png", picture())
    job, calls = begin(tmp_path / "pictures"), []
    (found,) = sources.scan(tmp_path / "pictures")
    reading.read_file(found, job=job, copy=False, on_progress=lambda: calls.append(1))
    assert calls


@pytest.mark.django_db(transaction=True)
def test_fails_import_when_listing_hangs_three_times(
    begin: Callable[..., ImportJob], many: Path, media_root: Path
) -> None:
    job = begin(many)
    command, deaths = [sys.executable, "-c", SET_UP + HANGING], 0
    while subprocess.run(command, env=process_environment(media_root), capture_output=True, timeout=120).returncode:
        deaths += 1
        assert deaths <= MAX_ATTEMPTS
    job.refresh_from_db()
    assert deaths == MAX_ATTEMPTS
    assert (job.state, job.unfinished_reads) == (State.FAILED, {})
    assert "three times" in job.error


@pytest.mark.django_db(transaction=True)
def test_runs_other_imports_and_stops_on_sigterm(
    begin: Callable[..., ImportJob], many: Path, media_root: Path, tmp_path: Path, broker: Any
) -> None:
    write_file(tmp_path / "endless" / "endless.png", picture())
    endless = [begin(tmp_path / "endless") for _again in range(3)]
    bens = begin(many, owner=User.objects.create_user("ben"))
    command = [sys.executable, "-c", SET_UP + ENDLESS.replace("threads=2", "threads=3")]
    with _running(command, env=process_environment(media_root)) as worker:
        while bens.state != State.FINISHED:
            assert worker.poll() is None
            time.sleep(0.2)
            bens.refresh_from_db()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=120) == 0
    assert bens.import_counts["new"] == 30
    for job in endless:
        job.refresh_from_db()
        assert (job.state, job.unfinished_reads, job.expected_files) == (State.RUNNING, {}, None)


@contextmanager
def _running(command: list[str], *, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
