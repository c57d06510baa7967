"""Failed photos: listed for their owner, retried, and dismissed.

A photo failed if a step used up its attempts or its file is broken. A dismissed failure is neither listed nor counted;
another try, or a new version of the step, takes the dismissal back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from gallery.models import MAX_ATTEMPTS, PIXEL_STEPS, Photo, StepAttempt


@dataclass(frozen=True)
class FailedPhoto:
    """A photo and a sentence on each of its failures."""

    photo: Photo
    sentences: tuple[str, ...]


def failed_attempts() -> QuerySet[StepAttempt]:
    """Return the attempts of failed photos outside the trash, without dismissed ones.

    A broken file has one too: the attempt that found it broken.
    """
    exhausted = Q(attempts__gte=MAX_ATTEMPTS)
    broken = Q(step__in=PIXEL_STEPS) & ~Q(error="") & ~Q(photo__defect="")
    return StepAttempt.objects.filter(exhausted | broken, dismissed_at=None, photo__trashed_at=None)


def failed_photos(*, user: AbstractBaseUser) -> QuerySet[Photo]:
    """Return the failed photos of `user`, the latest failure first."""
    own = failed_attempts().filter(photo__owner_id=user.pk)
    latest = own.filter(photo=OuterRef("pk")).order_by("-failed_at").values("failed_at")[:1]
    photos = Photo.objects.visible_to(user).filter(pk__in=own.order_by().values("photo"))
    return photos.annotate(failed_at=latest).order_by("-failed_at", "-pk")


def count_failed_photos(*, user: AbstractBaseUser | None = None) -> int:
    """Return the number of failed photos of `user`, or of all users."""
    attempts = failed_attempts() if user is None else failed_attempts().filter(photo__owner_id=user.pk)
    return attempts.order_by().values("photo").distinct().count()


def describe_failures(photos: Iterable[Photo]) -> list[FailedPhoto]:
    """Return the photos with sentences on their failures; a broken file has one sentence."""
    listed = list(photos)
    by_photo: dict[int, list[StepAttempt]] = {photo.pk: [] for photo in listed}
    for attempt in failed_attempts().filter(photo__in=listed).order_by("step"):
        by_photo[attempt.photo_id].append(attempt)
    return [FailedPhoto(photo, tuple(dict.fromkeys(_sentences(photo, by_photo[photo.pk])))) for photo in listed]


def retry_failures(attempts: QuerySet[StepAttempt]) -> int:
    """Forget these failed attempts, so that the clock enqueues their photos; return the number of photos."""
    with transaction.atomic():
        photo_ids = _lock_photos(attempts)
        StepAttempt.objects.filter(pk__in=attempts.filter(photo__in=photo_ids).values("pk")).delete()
        Photo.objects.filter(pk__in=photo_ids).exclude(defect="").update(defect="")
    return len(photo_ids)


def dismiss_failures(attempts: QuerySet[StepAttempt]) -> int:
    """Take these failures off the lists and out of the counts; return the number of photos."""
    with transaction.atomic():
        photo_ids = _lock_photos(attempts)
        found = attempts.filter(photo__in=photo_ids).values("pk")
        StepAttempt.objects.filter(pk__in=found).update(dismissed_at=timezone.now())
    return len(photo_ids)


def failure_sentence(attempt: StepAttempt) -> str:
    """Return why the step failed, in the active language, without the message of an exception."""
    if not attempt.error:
        return _("Processing stopped every time. The picture may be damaged or too large.")
    reason = attempt.reason
    if reason.isidentifier():
        return _("An unexpected error stopped the processing (%(error)s).") % {"error": reason}
    return _(reason)


def group_failures() -> QuerySet[StepAttempt, Any]:
    """Return the failures of all users as rows of owner, step, error, number of photos and latest time."""
    return (
        failed_attempts()
        .values("photo__owner__username", "step", "error")
        .annotate(photos=Count("photo", distinct=True), latest=Max("failed_at"))
        .order_by("-latest", "photo__owner__username", "step", "error")
    )


def _sentences(photo: Photo, attempts: list[StepAttempt]) -> Iterable[str]:
    if photo.defect:
        yield _(photo.defect)
    for attempt in attempts:
        if not (photo.defect and attempt.step in PIXEL_STEPS):
            words = {"step": capfirst(attempt.get_step_display()), "reason": failure_sentence(attempt)}
            yield _("%(step)s failed: %(reason)s") % words


def _lock_photos(attempts: QuerySet[StepAttempt]) -> list[int]:
    """Return the ids of the photos, locked in the same order as by other transactions."""
    photos = Photo.objects.filter(pk__in=attempts.order_by().values("photo")).order_by("pk")
    return list(photos.select_for_update(no_key=True).values_list("pk", flat=True))
