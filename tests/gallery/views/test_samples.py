"""The card that introduces the sample pictures: shown until it is dismissed or the samples are removed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.models import ImportJob, Photo, PhotoSource

pytestmark = pytest.mark.usefixtures("broker")
TITLE = "This is 1 sample picture"


@pytest.fixture
def job(owner: User, store: Callable[..., Photo]) -> ImportJob:
    """A finished import of a sample."""
    job = ImportJob.objects.create(
        owner=owner, started_by=owner, roots=["a.zip"], is_sample=True, state=ImportJob.State.FINISHED
    )
    store(filename="poster-jazz.jpg")
    PhotoSource.objects.update(job=job)
    return job


def test_shows_card_until_dismissed(job: ImportJob, client: Any) -> None:
    client.force_login(job.owner)
    page = client.get("/").content.decode()
    assert TITLE in page
    assert f"/photos/{Photo.objects.get().pk}/similar" in page
    assert TITLE not in client.post("/samples/dismiss", follow=True).content.decode()


def test_card_removes_samples(job: ImportJob, client: Any) -> None:
    client.force_login(job.owner)
    client.post(f"/imports/{job.pk}/action", {"action": "undo"})
    job.refresh_from_db()
    assert job.state == ImportJob.State.UNDOING
    assert TITLE not in client.get("/").content.decode()


def test_shows_no_card_to_others_nor_for_other_imports(job: ImportJob, client: Any) -> None:
    client.force_login(User.objects.create_user("stranger"))
    assert TITLE not in client.get("/").content.decode()
    ImportJob.objects.update(is_sample=False)
    client.force_login(job.owner)
    assert TITLE not in client.get("/").content.decode()
