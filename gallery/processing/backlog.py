"""The backlog of each processing step, and failed attempts, for the status page and the API."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.models import MAX_ATTEMPTS, PIXEL_STEPS, StepAttempt
from gallery.processing.failures import failed_attempts
from gallery.processing.speed import seconds_left
from gallery.processing.steps import BlockedStep, CurrentStep, current_steps


@dataclass(frozen=True)
class Backlog:
    """A step and the photos that lack its output of this version; `reason` is why the step is blocked.

    `missing` counts all of them, `running` those in work, `failed` those that are tried only on request, without broken
    files and dismissed failures. `seconds_left` is an estimate from the speed of the last minutes, None without any.
    """

    step: str
    title: str
    version: str = ""
    missing: int | None = None
    running: int = 0
    failed: int = 0
    seconds_left: int | None = None
    reason: str = ""

    @property
    def waiting(self) -> int:
        """The number of photos that no worker has begun."""
        return max(0, (self.missing or 0) - self.running)


def backlogs() -> list[Backlog]:
    """Return the backlog of each step; counts the photos in the database."""
    return [_backlog(step) for step in current_steps()]


def failures() -> QuerySet[StepAttempt]:
    """Return failed attempts, the latest first, without those that wait for a dependency and without dismissed ones.

    An attempt without an error is running; if it was the last allowed one, its worker may have died. Damaged pictures
    are no failures: their pages and imports tell what is wrong with them, and another attempt would not help.
    """
    failed = Q(attempts__gt=0) & ~Q(error="") | Q(attempts__gte=MAX_ATTEMPTS)
    final = Q(step__in=PIXEL_STEPS) & ~Q(photo__defect="")
    found = StepAttempt.objects.filter(failed, dismissed_at=None).exclude(final)
    return found.select_related("photo__owner").order_by("-failed_at")


def _backlog(step: CurrentStep | BlockedStep) -> Backlog:
    failed = failed_attempts().filter(step=step.step)
    if step.step in PIXEL_STEPS:
        failed = failed.filter(photo__defect="")
    if isinstance(step, BlockedStep):
        return Backlog(step.step, step.title, failed=failed.count(), reason=step.reason)
    running = StepAttempt.objects.filter(
        step=step.step, version=step.version, attempts__gt=0, attempts__lt=MAX_ATTEMPTS, error=""
    )
    in_work = running.count()
    # A photo begun some seconds ago is missing, too.
    missing = step.missing().exclude(Exists(running.filter(photo=OuterRef("pk")))).count() + in_work
    return Backlog(
        step.step,
        step.title,
        version=step.version,
        missing=missing,
        running=in_work,
        failed=failed.filter(version=step.version).count(),
        seconds_left=seconds_left(step.step, step.version, missing),
    )
