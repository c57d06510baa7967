"""Workers run imports turn by turn, and the clock resumes imports without a worker."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from gallery.bulk_import import import_pass, run, tasks
from gallery.bulk_import.tasks import resume_imports, run_import
from gallery.models import ImportJob
from gallery.storage.locks import Lock
from tests.processes import queued_messages


def test_enqueues_unfinished_import_again(
    begin: Callable[..., ImportJob],
    folder: Path,
    broker: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 3)
    monkeypatch.setattr(tasks, "SECONDS_PER_MESSAGE", 1e-6)
    job = begin(folder)
    run_import(job.pk)
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    job.refresh_from_db()
    assert job.seen == 3


def test_resumes_stale_imports_once(
    begin: Callable[..., ImportJob],
    folder: Path,
    broker: Any,
) -> None:
    stale = timezone.now() - timedelta(minutes=5)
    lost = begin(folder)
    ImportJob.objects.filter(pk=begin(folder).pk).update(heartbeat=timezone.now())
    begin(folder, state=ImportJob.State.PAUSED)
    resume_imports()
    resume_imports()
    ImportJob.objects.filter(pk=lost.pk).update(heartbeat=stale)
    resume_imports()
    assert queued_messages(broker, "import") == [("run_import", [lost.pk])]


@pytest.mark.django_db(transaction=True)
def test_runs_import_in_one_worker_only(
    begin: Callable[..., ImportJob],
    folder: Path,
) -> None:
    job = begin(folder)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s::int, %s::int)", [int(Lock.RUNNING_IMPORT), job.pk])
            assert run.run_job(job.pk)
            assert not job.items.exists()
            # Closed alone, the server would take its time to let go.
            cursor.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", [int(Lock.RUNNING_IMPORT), job.pk])
    finally:
        other.close()
    run.run_job(job.pk)
    assert job.items.count() == 5
