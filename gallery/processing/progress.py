"""How far a photo has come, step by step and with the reason where one failed; and another try where somebody asks."""

from dataclasses import dataclass, replace
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.models import RETRY_DELAY, Photo, Step, StepAttempt
from gallery.processing.steps import BlockedStep, CurrentStep, current_steps
from gallery.processing.tasks import enqueue_step


@dataclass(frozen=True)
class StepState:
    """State of one step; `reason` is a sentence that says why it failed or waits, often empty.

    `version` is that of the step's output (an encoder's model, an engine), empty if the step is unavailable. A step is
    "off" if the photo's import skipped it.
    """

    step: Step
    version: str
    title: str
    state: Literal["done", "waiting", "failed", "off"]
    reason: str = ""


def states(photo: Photo) -> list[StepState]:
    """Return the state of each step from the database; reasons may contain hints on the set-up."""
    attempts = {(attempt.step, attempt.version): attempt for attempt in photo.step_attempts.all()}
    return [_state(photo, step, attempts) for step in current_steps()]


def states_for(photo: Photo, *, is_administrator: bool) -> list[StepState]:
    """Return the states for `user`: only administrators see hints on the set-up, which name files and settings."""
    found = states(photo)
    return found if is_administrator else [_without_hint(state) for state in found]


def retry(photo: Photo, step: Step, *, user: AbstractBaseUser) -> None:
    """Forget that `step` failed for a photo of `user`, and have it done again; Photo.DoesNotExist if not theirs."""
    photo = Photo.objects.visible_to(user).get(pk=photo.pk)
    photo.step_attempts.filter(step=step).delete()
    if photo.defect:
        photo.defect = ""
        photo.save(update_fields=["defect"])
    for current in current_steps():
        if current.step == step and isinstance(current, CurrentStep):
            enqueue_step(current, [photo.pk])


def _state(photo: Photo, step: CurrentStep | BlockedStep, attempts: dict[tuple[str, str], StepAttempt]) -> StepState:
    version = step.version if isinstance(step, CurrentStep) else ""
    if (step.step == Step.EMBEDDING and not photo.wants_embedding) or (step.step == Step.TEXT and not photo.wants_text):
        return StepState(step.step, version, step.title, "off")
    if isinstance(step, BlockedStep):
        return StepState(step.step, version, step.title, "waiting", step.reason)
    attempt = attempts.get((step.step, step.version))
    if attempt and attempt.is_final:
        broke_off = _("Processing stopped every time. The picture may be damaged or too large.")
        return StepState(step.step, version, step.title, "failed", _in_words(attempt.reason) or broke_off)
    if photo.defect:
        return StepState(step.step, version, step.title, "failed", _in_words(photo.defect))
    # For a moment after it was begun a photo does not count as missing, though it is not done.
    is_recent = attempt is not None and attempt.failed_at > timezone.now() - RETRY_DELAY
    if is_recent or step.missing().filter(pk=photo.pk).exists():
        return StepState(step.step, version, step.title, "waiting", _in_words(attempt.reason) if attempt else "")
    return StepState(step.step, version, step.title, "done")


def _without_hint(state: StepState) -> StepState:
    if state.state != "waiting" or not state.reason:
        return state
    return replace(
        state, reason=_("This server cannot do this at the moment; administrators see why on its status page.")
    )


def _in_words(reason: str) -> str:
    """A stored reason in the language of the person who reads it."""
    return _(reason) if reason else ""
