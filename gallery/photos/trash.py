"""The bin: where photos wait for some weeks before they are deleted for good, in case they are missed."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.utils import timezone

from gallery.models import Photo, PhotoMerge, PhotoQuerySet
from gallery.photos.deletion import delete_photos

DAYS_IN_TRASH = 30
# So many at a time are deleted by the clock: nobody waits for it, and it has other things to do.
PURGE_BATCH_SIZE = 100


def move_to_trash(
    photos: PhotoQuerySet, *, user: AbstractBaseUser, moment: datetime | None = None
) -> tuple[int, datetime]:
    """Put those of `photos` that `user` sees into the bin; how many they were, and the moment they have in common.

    It is now, or a `moment` that they share with others.

    They stay in the keyword index: the database has the last word on what is found, and who takes them out again
    finds them at once.
    """
    moment = moment or timezone.now()
    return _move(photos.visible_to(user), moment), moment


def trashed_together(moment: datetime, *, user: AbstractBaseUser) -> PhotoQuerySet:
    """The photos that `user` put into the bin together, at `moment`, and that still lie there."""
    return Photo.objects.trashed_by(user).filter(trashed_at=moment)


def restore_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Take those of `photos` that are in the bin of `user` out of it; how many they were."""
    return _move(photos.trashed_by(user), None)


def delete_from_trash(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Delete those of `photos` that are in the bin of `user` for good; how many they were."""
    return delete_photos(photos.trashed_by(user), user=user)


def purge_trash() -> None:
    """Delete some of the photos that have been in their bins for long enough, whoever they belong to."""
    deadline = timezone.now() - timedelta(days=DAYS_IN_TRASH)
    expired = Photo.objects.filter(trashed_at__lt=deadline)
    due = list(expired.order_by("trashed_at").values_list("pk", "owner_id")[:PURGE_BATCH_SIZE])
    for owner in User.objects.filter(pk__in={owner_id for _photo_id, owner_id in due}):
        delete_from_trash(
            expired.filter(pk__in=[photo_id for photo_id, owner_id in due if owner_id == owner.pk]), user=owner
        )
    PhotoMerge.objects.filter(merged_at__lt=deadline).delete()


def _move(photos: PhotoQuerySet, moment: datetime | None) -> int:
    """Put `photos` into the bin, or out of it; locked in one order, so that two who do so take turns."""
    with transaction.atomic():
        photo_ids = list(photos.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return Photo.objects.filter(pk__in=photo_ids).update(trashed_at=moment)
