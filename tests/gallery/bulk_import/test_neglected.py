"""Imports whose archive waits too long are cancelled; their page says so before and afterwards."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.bulk_import.actions import ImportAction, apply_action, cancel_neglected
from gallery.bulk_import.creation import ImportOptions, create_job, create_upload_job
from gallery.bulk_import.run import run_job
from gallery.clock import Clock
from gallery.models import ImportItem, ImportJob, Photo
from tests.drawing import picture
from tests.factories import ApiClient
from tests.folders import archive_of

State = ImportJob.State
DAY = timedelta(days=1)


def bring(owner: User, *, state: str = State.CHECKING, number: int = 1) -> ImportJob:
    data = archive_of(picture(number))
    job = create_upload_job(
        [data], filename="a.zip", size=len(data), owner=owner, started_by=owner, options=ImportOptions(state=state)
    )
    assert run_job(job.pk)
    job.refresh_from_db()
    return job


def age(job: ImportJob, time: timedelta) -> None:
    ImportJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - time)


@pytest.fixture
def page(client: Client, owner: User, media_root: Path, broker: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.mark.parametrize(
    ("state", "patience"), [(State.READY, DAY), (State.PAUSED, 7 * DAY), (State.FAILED, 7 * DAY)], ids=str
)
def test_cancels_import_that_waits_too_long(page, owner, media_root, state, patience):
    job = bring(owner)
    ImportJob.objects.filter(pk=job.pk).update(state=state)
    age(job, patience - timedelta(minutes=1))
    assert cancel_neglected() == 0
    assert "this import is cancelled and its archive removed on" in page.get(f"/imports/{job.pk}").content.decode()
    details = ApiClient(owner).get(f"/api/v1/imports/{job.pk}/").json()
    assert details["removed_at"] is not None

    age(job, patience + timedelta(minutes=1))
    Clock()._sweep()
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert not list((media_root / "imports").iterdir())
    shown = page.get(f"/imports/{job.pk}").content.decode()
    assert "its archive was removed" in shown
    assert "removed on" not in shown
    assert cancel_neglected() == 0
    assert ApiClient(owner).get(f"/api/v1/imports/{job.pk}/").json()["removed_at"] is None


def test_counts_waiting_time_from_pause(owner, media_root, broker):
    job = bring(owner)
    age(job, 20 * DAY)
    ImportJob.objects.filter(pk=job.pk).update(state=State.RUNNING)
    job.refresh_from_db()
    assert apply_action(job, ImportAction.PAUSE, user=job.owner)
    assert cancel_neglected() == 0
    assert apply_action(job, ImportAction.START, user=job.owner)
    assert run_job(job.pk)
    assert Photo.objects.count() == 1


def test_keeps_imports_that_need_no_archive_or_are_over(owner, media_root, broker, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture(2))
    checked = create_job([folder], owner=owner, started_by=owner, options=ImportOptions(state=State.CHECKING))
    assert run_job(checked.pk)
    finished = bring(owner, state=State.RUNNING)
    for job in (checked, finished):
        age(job, 100 * DAY)
    assert cancel_neglected() == 0
    assert set(ImportJob.objects.values_list("state", flat=True)) == {State.READY, State.FINISHED}
    assert ImportItem.objects.filter(job=finished).count() == 1


def test_keeps_stored_photos_of_neglected_import_undoable(owner, media_root, broker):
    job = bring(owner, state=State.RUNNING)
    ImportJob.objects.filter(pk=job.pk).update(state=State.PAUSED)
    age(job, 8 * DAY)
    assert cancel_neglected() == 1
    assert Photo.objects.count() == 1
    job.refresh_from_db()
    assert apply_action(job, ImportAction.UNDO, user=job.owner)
    assert run_job(job.pk)
    assert not Photo.objects.exists()
