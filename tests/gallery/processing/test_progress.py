"""The photo page shows the state of each step, and a retry starts it again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone, translation

from gallery.models import Photo, Step, StepAttempt
from gallery.processing import progress, tasks
from gallery.processing.progress import StepState, retry, states
from gallery.processing.steps import BlockedStep, thumbnails_step
from tests.processes import queued_messages

pytestmark = pytest.mark.usefixtures("broker")
LONG_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture(autouse=True)
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps: thumbnails, and an encoder that waits for its weights."""
    blocked = BlockedStep(Step.EMBEDDING, "features", "Put the weights there.")
    monkeypatch.setattr(progress, "current_steps", lambda: [thumbnails_step(), blocked])


def state_of_thumbnails(photo: Photo) -> tuple[str, str]:
    photo.refresh_from_db()
    thumbnails, _embedding = states(photo)
    return thumbnails.state, thumbnails.reason


def attempt(photo: Photo, count: int, error: str = "", *, at: Any = LONG_AGO) -> None:
    step = thumbnails_step()
    StepAttempt.objects.update_or_create(
        photo=photo, step=step.step, version=step.version, defaults={"attempts": count, "error": error}
    )
    StepAttempt.objects.update(failed_at=at)


def test_shows_waiting_then_done(store: Callable[..., Photo]) -> None:
    photo = store()
    assert state_of_thumbnails(photo) == ("waiting", "")
    tasks.make_thumbnails([photo.pk])
    assert state_of_thumbnails(photo) == ("done", "")
    assert states(photo)[1] == StepState(Step.EMBEDDING, "", "features", "waiting", "Put the weights there.")


def test_shows_waiting_while_attempts_are_left(store: Callable[..., Photo]) -> None:
    photo = store()
    attempt(photo, 1, at=timezone.now())
    assert state_of_thumbnails(photo) == ("waiting", "")
    attempt(photo, 2, "It hiccuped.")
    assert state_of_thumbnails(photo) == ("waiting", "It hiccuped.")


def test_shows_reason_of_third_failure(store: Callable[..., Photo]) -> None:
    photo = store()
    attempt(photo, 3, "It broke.")
    assert state_of_thumbnails(photo) == ("failed", "It broke.")
    attempt(photo, 3)
    state, reason = state_of_thumbnails(photo)
    assert state == "failed"
    assert "Processing stopped every time" in reason


def test_translates_defect_that_fails_steps_with_pixels(
    store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store()
    Photo.objects.update(defect="It is damaged.")
    monkeypatch.setattr(progress, "_", lambda text: {"It is damaged.": "已损坏。"}.get(text, text))
    with translation.override("zh-hans"):
        assert state_of_thumbnails(photo) == ("failed", "已损坏。")


def test_forgets_failures_on_retry(store: Callable[..., Photo], owner: User, broker: Any) -> None:
    photo = store()
    attempt(photo, 3, "It broke.")
    StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="ocr", attempts=3)
    Photo.objects.update(defect="It is damaged.")
    broker.flush_all()
    retry(photo, Step.THUMBNAILS, user=owner)
    photo.refresh_from_db()
    assert photo.defect == ""
    assert list(photo.step_attempts.values_list("step", flat=True)) == [Step.TEXT]
    assert queued_messages(broker, "default") == [("make_thumbnails", [[photo.pk]])]


def test_refuses_to_retry_another_users_photo(store: Callable[..., Photo], broker: Any) -> None:
    photo = store()
    attempt(photo, 3)
    broker.flush_all()
    with pytest.raises(Photo.DoesNotExist):
        retry(photo, Step.THUMBNAILS, user=User.objects.create_superuser("root"))
    assert photo.step_attempts.exists()
    assert queued_messages(broker, "default") == []
