"""A pass works batch by batch: it can be paused and resumed, and blocks nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from gallery.bulk_import import import_pass
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.run import run_job
from gallery.models import ImportJob
from gallery.storage.partial_uploads import create_upload
from tests.drawing import picture
from tests.factories import finish_import
from tests.folders import write_file

State = ImportJob.State


def test_pauses_and_resumes(begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_works_in_turns(begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 1)
    job = begin(folder)
    slices = 1
    while not run_job(job.pk, seconds=1e-6):
        slices += 1
    job.refresh_from_db()
    assert (job.state, slices) == (State.FINISHED, 6)


def test_runs_queries_per_batch_not_per_file(begin: Callable[..., ImportJob], tmp_path: Path) -> None:
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
def test_lets_owner_upload_while_batch_is_stored(
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
