"""The backlog of each processing step, and failed attempts, for the status page and the API."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gallery.models import MAX_ATTEMPTS, PIXEL_STEPS, StepAttempt
from gallery.processing.steps import BlockedStep, CurrentStep, current_steps


@dataclass(frozen=True)
class Backlog:
    """A step and the number of photos that lack its output of this version; `reason` is why the step is blocked."""

    step: str
    title: str
    version: str = ""
    missing: int | None = None
    reason: str = ""


def backlogs() -> list[Backlog]:
    """Return the backlog of each step; counts the photos in the database."""
    return [_backlog(step) for step in current_steps()]


def failures() -> QuerySet[StepAttempt]:
    """Return failed attempts, the latest first, without those that wait for a dependency.

    An attempt without an error is running; if it was the last allowed one, its worker may have died. Damaged pictures
    are no failures: their pages and imports tell what is wrong with them, and another attempt would not help.
    """
    failed = Q(attempts__gt=0) & ~Q(error="") | Q(attempts__gte=MAX_ATTEMPTS)
    final = Q(step__in=PIXEL_STEPS) & ~Q(photo__defect="")
    return StepAttempt.objects.filter(failed).exclude(final).select_related("photo__owner").order_by("-failed_at")


def _backlog(step: CurrentStep | BlockedStep) -> Backlog:
    if isinstance(step, BlockedStep):
        return Backlog(step.step, step.title, reason=step.reason)
    return Backlog(step.step, step.title, version=step.version, missing=step.missing().count())
