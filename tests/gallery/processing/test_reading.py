"""The number of photos that are still being read, for the line after an upload."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.models import Photo, Step, StepAttempt
from gallery.processing import reading, tasks
from gallery.processing.reading import count_photos_being_read
from gallery.processing.steps import BlockedStep, thumbnails_step
from tests.drawing import picture

pytestmark = pytest.mark.usefixtures("broker")


@pytest.fixture(autouse=True)
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps: thumbnails, and an encoder that waits for its weights."""
    blocked = BlockedStep(Step.EMBEDDING, "features", "Put the weights there.")
    monkeypatch.setattr(reading, "current_steps", lambda: [thumbnails_step(), blocked])


def test_counts_new_photos_until_they_are_read(store: Callable[..., Photo], owner: User) -> None:
    first, second = store(picture(1)), store(picture(2))
    assert count_photos_being_read(user=owner) == 2
    tasks.make_thumbnails([first.pk])
    assert count_photos_being_read(user=owner) == 1
    step = thumbnails_step()
    attempt = StepAttempt.objects.create(photo=second, step=step.step, version=step.version, attempts=1)
    assert count_photos_being_read(user=owner) == 1  # it is running
    attempt.attempts = 3
    attempt.save()
    assert count_photos_being_read(user=owner) == 0


@pytest.mark.parametrize("field", ["uploaded_at", "trashed_at"])
def test_leaves_out_old_photos_and_the_trash(store: Callable[..., Photo], owner: User, field: str) -> None:
    store()
    Photo.objects.update(**{field: timezone.now() - timedelta(days=2)})
    assert count_photos_being_read(user=owner) == 0


def test_page_counts_only_photos_of_the_user(store: Callable[..., Photo], owner: User, client: Any) -> None:
    store()
    client.force_login(User.objects.create_user("stranger"))
    assert client.get("/uploads/reading").json() == {"photos": 0}
    client.force_login(owner)
    assert client.get("/uploads/reading").json() == {"photos": 1}
