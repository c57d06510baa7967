"""The time left follows from the photos finished in the last minutes."""

import pytest

from gallery.models import Step
from gallery.processing import speed
from gallery.processing.attempts import run_step
from gallery.processing.speed import record_progress, seconds_left


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [6_000_000.0]
    monkeypatch.setattr(speed.time, "time", lambda: now[0])
    return now


def test_time_is_unknown_without_finished_photos(clock):
    assert seconds_left("text", "v", 5) is None
    record_progress("text", "v")
    assert seconds_left("text", "v", 5) is None
    assert seconds_left("text", "v", 0) == 0


def test_estimates_from_start_of_work(clock):
    record_progress("text", "v")
    clock[0] += 90
    record_progress("text", "v", finished=20)
    clock[0] += 10
    record_progress("text", "v", finished=5)
    assert seconds_left("text", "v", 100) == 400  # 25 in 100 seconds
    assert seconds_left("text", "other", 100) is None


def test_forgets_old_work(clock):
    record_progress("text", "v", finished=1000)
    clock[0] += speed.MINUTES * 60
    assert seconds_left("text", "v", 10) is None
    record_progress("text", "v")
    clock[0] += 60
    record_progress("text", "v", finished=6)
    assert seconds_left("text", "v", 10) == 100


def test_counts_photos_of_a_step_that_succeeded(store, monkeypatch):
    counted = []
    monkeypatch.setattr("gallery.processing.attempts.record_progress", lambda *_, finished=0: counted.append(finished))
    photos = [store() for _ in range(3)]
    run_step(Step.TEXT, "v", photos, work=lambda batch: {batch[0].pk: "unreadable"})
    assert counted == [0, 2]
