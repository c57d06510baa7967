"""The processing state of one photo, step by step, and retries on request."""

from dataclasses import dataclass, replace
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import PIXEL_STEPS, RETRY_DELAY, Photo, Step, StepAttempt
from gallery.processing.steps import BlockedStep, CurrentStep, current_steps
from gallery.processing.tasks import enqueue_step

FAILURES = {
    Step.THUMBNAILS: gettext_lazy("The preview could not be made."),
    Step.METADATA: gettext_lazy("The details in the file could not be read."),
    Step.EMBEDDING: gettext_lazy("The contents of the picture could not be recognised."),
    Step.TEXT: gettext_lazy("The text in the picture could not be read."),
    Step.INDEX: gettext_lazy("The photo could not be added to the search."),
}
"""Sentences for users, without the names of steps and models."""


@dataclass(frozen=True)
class StepState:
    """The state of one step; `reason` is a sentence for the user, often empty, on why it failed or waits.

    `version` is the version of the step's output (an encoder's model, an OCR engine), empty if the step is blocked. A
    step is "off" if the import of the photo disabled it.
    """

    step: Step
    version: str
    title: str
    state: Literal["done", "waiting", "failed", "off"]
    reason: str = ""

    @property
    def failure(self) -> str:
        """The sentence for a failed step, without its reason."""
        return str(FAILURES[self.step])

    @property
    def is_awaited(self) -> bool:
        """True if the step will run by itself: a blocked step waits for an administrator."""
        return self.state == "waiting" and bool(self.version)


def states(photo: Photo) -> list[StepState]:
    """Return the state of each step; reasons may contain hints for the administrator."""
    attempts = {(attempt.step, attempt.version): attempt for attempt in photo.step_attempts.all()}
    return [_state(photo, step, attempts) for step in current_steps()]


def states_for(photo: Photo, *, is_administrator: bool) -> list[StepState]:
    """Return the states as a user may see them: only administrators see hints that name files and settings."""
    found = states(photo)
    return found if is_administrator else [_without_hint(state) for state in found]


def retry(photo: Photo, step: Step, *, user: AbstractBaseUser) -> None:
    """Forget the failed attempts at `step` and enqueue the photo again.

    Raises Photo.DoesNotExist if `user` does not own the photo.
    """
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
        crashed = _("Processing stopped every time. The picture may be damaged or too large.")
        return StepState(step.step, version, step.title, "failed", _translated(attempt.reason) or crashed)
    if photo.defect and step.step in PIXEL_STEPS:
        return StepState(step.step, version, step.title, "failed", _translated(photo.defect))
    # A photo that was begun recently does not count as missing, though it is not done.
    is_recent = attempt is not None and attempt.failed_at > timezone.now() - RETRY_DELAY
    if is_recent or step.missing().filter(pk=photo.pk).exists():
        return StepState(step.step, version, step.title, "waiting", _translated(attempt.reason) if attempt else "")
    return StepState(step.step, version, step.title, "done")


def _without_hint(state: StepState) -> StepState:
    if state.state != "waiting" or not state.reason:
        return state
    return replace(state, reason=_("Not available at the moment. Administrators find the reason on the status page."))


def _translated(reason: str) -> str:
    """Return a stored reason in the active language."""
    return _(reason) if reason else ""
