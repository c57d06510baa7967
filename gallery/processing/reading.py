"""Counts the new photos of a user that are still being processed, for the line after an upload."""

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from gallery.models import MAX_ATTEMPTS, RETRY_DELAY, StepAttempt
from gallery.processing.steps import CurrentStep, current_steps

# Older photos that lack a step wait for a new model, not for their first reading.
NEW_FOR = timedelta(days=1)


def count_photos_being_read(*, user: AbstractBaseUser) -> int:
    """Return the number of photos that the user added within NEW_FOR and that a step is still to process.

    Blocked steps and final failures don't count: they would keep the number above zero for ever.
    """
    now = timezone.now()
    unread: set[int] = set()
    for step in current_steps():
        if isinstance(step, CurrentStep):
            found = step.missing().filter(owner_id=user.pk, trashed_at=None, uploaded_at__gte=now - NEW_FOR)
            unread.update(found.order_by().values_list("pk", flat=True))
    running = StepAttempt.objects.filter(
        photo__owner_id=user.pk,
        photo__trashed_at=None,
        photo__uploaded_at__gte=now - NEW_FOR,
        attempts__lt=MAX_ATTEMPTS,
        failed_at__gt=now - RETRY_DELAY,
    )
    unread.update(running.values_list("photo_id", flat=True))
    return len(unread)
