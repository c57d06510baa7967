"""Count attempts before the work begins, so that work which kills its worker is counted too."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from gallery.models import RETRY_DELAY, Photo, Step, StepAttempt
from gallery.processing import unfinished
from gallery.processing.speed import record_progress

# Reasons of the photos that failed, by photo id.
Failures = Mapping[int, str]
Work = Callable[[list[Photo]], Failures]


class DependencyUnavailable(Exception):
    """A dependency does not answer, which is no photo's fault; the message is a sentence for the user."""


@dataclass(frozen=True, eq=False)
class _RunningBatch:
    """A batch in work, compared by identity."""

    step: Step
    version: str
    photo_ids: frozenset[int]

    def withdraw(self) -> None:
        _withdraw(self, reason="")


def run_step(step: Step, version: str, photos: Iterable[Photo], *, work: Work) -> None:
    """Do `work` for `photos`: those never tried before as one batch, then each of the others alone.

    When a batch kills its worker, its photos run alone the next time, and only the culprit fails again.
    DependencyUnavailable from `work` withdraws the attempt and ends the run; other exceptions count and propagate.
    """
    by_id = {photo.pk: photo for photo in photos}
    tried = set(_rows(step, version, by_id).filter(attempts__gt=0).values_list("photo_id", flat=True))
    untried = [photo for photo in by_id.values() if photo.pk not in tried]
    alone = [[photo] for photo in by_id.values() if photo.pk in tried]
    for photos_of_batch in [untried, *alone]:
        begun = _begin(step, version, photos_of_batch)
        batch = _RunningBatch(step, version, frozenset(photo.pk for photo in begun))
        unfinished.register(batch)
        record_progress(step, version)
        try:
            failures = work(begun) if begun else {}
        except DependencyUnavailable as reason:
            _withdraw(batch, reason=str(reason))
            return
        except Exception as error:
            _fail(step, version, {photo.pk: f"{type(error).__name__}: {error}" for photo in begun})
            raise
        finally:
            unfinished.unregister(batch)
        _rows(step, version, (photo.pk for photo in begun if photo.pk not in failures)).delete()
        _fail(step, version, failures)
        record_progress(step, version, finished=len(begun) - len(failures))


def was_unavailable_recently(step: Step, version: str) -> bool:
    """Return whether a dependency of the step was unavailable so recently that other photos need not be tried."""
    since = timezone.now() - RETRY_DELAY
    return StepAttempt.objects.filter(step=step, version=version, attempts=0, failed_at__gt=since).exists()


def _begin(step: Step, version: str, photos: list[Photo]) -> list[Photo]:
    """Count and commit an attempt for each of `photos` that still exists; return those."""
    with transaction.atomic():
        # Lock the rows, so that no photo is deleted before the commit.
        existing = set(
            Photo.objects.filter(pk__in=[photo.pk for photo in photos])
            .order_by("pk")
            .select_for_update(no_key=True)
            .values_list("pk", flat=True)
        )
        begun = [photo for photo in photos if photo.pk in existing]
        StepAttempt.objects.bulk_create(
            [StepAttempt(photo=photo, step=step, version=version) for photo in begun], ignore_conflicts=True
        )
        _rows(step, version, existing).update(
            attempts=F("attempts") + 1, error="", failed_at=timezone.now(), dismissed_at=None
        )
    return begun


def _withdraw(batch: _RunningBatch, *, reason: str) -> None:
    """Undo the count once, from the thread that works or from the one that stops the process."""
    if unfinished.unregister(batch):
        rows = _rows(batch.step, batch.version, batch.photo_ids)
        rows.update(attempts=F("attempts") - 1, error=reason, failed_at=timezone.now())


def _fail(step: Step, version: str, failures: Failures) -> None:
    for photo_id, reason in failures.items():
        _rows(step, version, [photo_id]).update(error=reason.replace("\0", ""), failed_at=timezone.now())


def _rows(step: Step, version: str, photo_ids: Iterable[int]) -> QuerySet[StepAttempt]:
    return StepAttempt.objects.filter(step=step, version=version, photo_id__in=list(photo_ids))
