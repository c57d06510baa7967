"""Count attempts before the work begins, so that work which kills its worker is counted too."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from gallery.models import RETRY_DELAY, Photo, Step, StepAttempt

# For which photos (by id) the work was in vain, and why.
Failures = Mapping[int, str]
Work = Callable[[list[Photo]], Failures]


@dataclass(frozen=True, eq=False)
class _Underway:
    """A batch that is being worked on; another one is another, though it be of the same photos."""

    step: Step
    version: str
    photo_ids: frozenset[int]


# What this process has begun and not ended, nor taken back.
_begun: set[_Underway] = set()


class DependencyUnavailable(Exception):
    """A program or file that the step needs is unavailable, which is no photo's fault; the message is for the user."""


def run_step(step: Step, version: str, photos: Iterable[Photo], *, work: Work) -> None:
    """Do `work` for `photos`: all together that were never tried before, then one after another those that were.

    When a batch dies, in whatever way, its photos thus run alone the next time, and only the killer fails again.
    DependencyUnavailable from `work` takes the attempt back and ends the run; other exceptions count and propagate.
    """
    by_id = {photo.pk: photo for photo in photos}
    tried = set(_rows(step, version, by_id).filter(attempts__gt=0).values_list("photo_id", flat=True))
    fresh = [photo for photo in by_id.values() if photo.pk not in tried]
    alone = [[photo] for photo in by_id.values() if photo.pk in tried]
    for batch in [fresh, *alone]:
        begun = _begin(step, version, batch)
        underway = _Underway(step, version, frozenset(photo.pk for photo in begun))
        _begun.add(underway)
        try:
            failures = work(begun) if begun else {}
        except DependencyUnavailable as reason:
            _take_back(underway, reason=str(reason))
            return
        except Exception as error:
            _fail(step, version, {photo.pk: f"{type(error).__name__}: {error}" for photo in begun})
            raise
        finally:
            _begun.discard(underway)
        _rows(step, version, (photo.pk for photo in begun if photo.pk not in failures)).delete()
        _fail(step, version, failures)


def take_back_begun() -> None:
    """Forget the attempts that this process has begun and not ended: being stopped in order is no photo's fault."""
    for underway in list(_begun):
        _take_back(underway, reason="")


def was_down_lately(step: Step, version: str) -> bool:
    """Whether the step found a neighbour down so short a time ago that trying other photos is idle."""
    since = timezone.now() - RETRY_DELAY
    return StepAttempt.objects.filter(step=step, version=version, attempts=0, failed_at__gt=since).exists()


def _begin(step: Step, version: str, photos: list[Photo]) -> list[Photo]:
    """Count an attempt for each of `photos` that still exists, and commit it."""
    with transaction.atomic():
        # Locked, so that none is deleted between the look and the commit.
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
        _rows(step, version, existing).update(attempts=F("attempts") + 1, error="", failed_at=timezone.now())
    return begun


def _take_back(underway: _Underway, *, reason: str) -> None:
    """Once, whoever comes first: the thread that works, or the one that stops it."""
    try:
        _begun.remove(underway)
    except KeyError:
        return
    rows = _rows(underway.step, underway.version, underway.photo_ids)
    rows.update(attempts=F("attempts") - 1, error=reason, failed_at=timezone.now())


def _fail(step: Step, version: str, failures: Failures) -> None:
    for photo_id, reason in failures.items():
        _rows(step, version, [photo_id]).update(error=reason.replace("\0", ""), failed_at=timezone.now())


def _rows(step: Step, version: str, photo_ids: Iterable[int]) -> QuerySet[StepAttempt]:
    return StepAttempt.objects.filter(step=step, version=version, photo_id__in=list(photo_ids))
