"""How the machinery does: queues, what is still to be done of each step, and what failed; nobody's pictures."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gallery.models import MAX_ATTEMPTS, StepAttempt
from gallery.processing.steps import BlockedStep, CurrentStep, current_steps


@dataclass(frozen=True)
class Backlog:
    """A step, the version of its output, and how many photos lack it; `reason` says why nothing is done about it."""

    step: str
    title: str
    version: str = ""
    missing: int | None = None
    reason: str = ""


def backlogs() -> list[Backlog]:
    """What is still to be done of each step."""
    return [_backlog(step) for step in current_steps()]


def failures() -> QuerySet[StepAttempt]:
    """Steps that failed, the latest first; those that only wait for a neighbour have no attempts counted.

    An attempt without an error may be going on; when it was the last, its worker died and could not say why.
    """
    failed = Q(attempts__gt=0) & ~Q(error="") | Q(attempts__gte=MAX_ATTEMPTS)
    return StepAttempt.objects.filter(failed).select_related("photo__owner").order_by("-failed_at")


def _backlog(step: CurrentStep | BlockedStep) -> Backlog:
    if isinstance(step, BlockedStep):
        return Backlog(step.step, step.title, reason=step.reason)
    return Backlog(step.step, step.title, version=step.version, missing=step.missing().count())
