"""Turns alternate between people, then between the imports of each."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.bulk_import.scheduling import MAX_RUNNING_PER_PERSON, Turn, next_job
from gallery.models import ImportJob


def set_last_turn(job: ImportJob, *, seconds_ago: int) -> None:
    ImportJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(seconds=seconds_ago))


@pytest.mark.django_db
def test_takes_turns_by_person_before_import(begin: Callable[..., ImportJob], folder: Path) -> None:
    ben = User.objects.create_user("ben")
    first, second, third, bens = begin(folder), begin(folder), begin(folder), begin(folder, owner=ben)
    paused = begin(folder, state=ImportJob.State.PAUSED)
    for job, seconds in ((first, 30), (second, 20), (third, 10), (bens, 15), (paused, 99)):
        set_last_turn(job, seconds_ago=seconds)
    # Anna had a turn 10 seconds ago, Ben 15.
    assert next_job() == bens.pk
    assert next_job(excluding=[bens.pk]) == first.pk
    # People with the fewest running imports come first, whenever their last turn was.
    ImportJob.objects.filter(pk=bens.pk).update(heartbeat=timezone.now())
    assert next_job(excluding=[first.pk]) == bens.pk
    # The other imports of one person leave threads for other people.
    assert MAX_RUNNING_PER_PERSON == 2
    assert next_job(excluding=[first.pk, second.pk]) == bens.pk
    assert next_job(excluding=[first.pk, second.pk, bens.pk]) is None
    assert next_job(excluding=[first.pk, second.pk, bens.pk], replacing=first.pk) == third.pk
    assert next_job(excluding=[first.pk, second.pk, bens.pk], replacing=bens.pk) is None


def test_yields_to_others_only_after_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 100.0, 104.0, 150.0, 201.0, 202.0])
    monkeypatch.setattr("gallery.bulk_import.scheduling.time.monotonic", lambda: next(clock))
    turn = Turn(300.0, lambda: True)
    # It took 100 seconds to reach the first new file, so the turn lasts as long after it.
    assert [turn.is_over() for _batch in range(5)] == [False, False, False, True, True]


def test_continues_when_no_import_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 200.0, 301.0])
    monkeypatch.setattr("gallery.bulk_import.scheduling.time.monotonic", lambda: next(clock))
    turn = Turn(300.0, lambda: False)
    assert [turn.is_over() for _batch in range(3)] == [False, False, True]
