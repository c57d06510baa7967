"""The trash: deleted photos can be restored for 30 days, then they are permanently deleted."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery.models import Photo, PhotoMerge, PhotoQuerySet
from gallery.photos.deletion import delete_photos

DAYS_IN_TRASH = 30
# Photos that the clock deletes in one round.
PURGE_BATCH_SIZE = 100


def move_to_trash(
    photos: PhotoQuerySet, *, user: AbstractBaseUser, moment: datetime | None = None
) -> tuple[int, datetime]:
    """Move the photos that `user` sees to the trash; return their number and their common `trashed_at`.

    `moment` (default: now) is the `trashed_at` that undo restores. Photos stay in the keyword index: the database
    filters them out, and a restored photo is found at once.
    """
    moment = moment or timezone.now()
    return _move(photos.visible_to(user), moment), moment


def trashed_together(moment: datetime, *, user: AbstractBaseUser) -> PhotoQuerySet:
    """Return the photos that `user` moved to the trash at `moment`, without restored ones."""
    return Photo.objects.trashed_by(user).filter(trashed_at=moment)


def neighbours_in_trash(photo: Photo, *, user: AbstractBaseUser) -> tuple[int | None, int | None]:
    """Return the ids of the photos before and after `photo` in the list of the trash, which starts with the latest."""
    photos = Photo.objects.trashed_by(user)
    moment = photo.trashed_at
    # The first condition is redundant, but lets PostgreSQL start at the right place in the index.
    before = photos.filter(trashed_at__gte=moment).filter(Q(trashed_at__gt=moment) | Q(pk__gt=photo.pk))
    after = photos.filter(trashed_at__lte=moment).filter(Q(trashed_at__lt=moment) | Q(pk__lt=photo.pk))
    return (
        before.order_by("trashed_at", "pk").values_list("pk", flat=True).first(),
        after.order_by("-trashed_at", "-pk").values_list("pk", flat=True).first(),
    )


def restore_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Restore photos from the trash of `user`; return their number."""
    return _move(photos.trashed_by(user), None)


def delete_from_trash(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Permanently delete photos in the trash of `user`; return their number."""
    return delete_photos(photos.trashed_by(user), user=user)


def purge_trash() -> None:
    """Permanently delete up to PURGE_BATCH_SIZE photos, of all users, that were in the trash for DAYS_IN_TRASH."""
    deadline = timezone.now() - timedelta(days=DAYS_IN_TRASH)
    expired = Photo.objects.filter(trashed_at__lt=deadline)
    due = list(expired.order_by("trashed_at").values_list("pk", "owner_id")[:PURGE_BATCH_SIZE])
    for owner in User.objects.filter(pk__in={owner_id for _photo_id, owner_id in due}):
        delete_from_trash(
            expired.filter(pk__in=[photo_id for photo_id, owner_id in due if owner_id == owner.pk]), user=owner
        )
    # Merges with claims stay: the photos that they are about keep what they gained.
    PhotoMerge.objects.filter(merged_at__lt=deadline, claims={}).delete()


def _move(photos: PhotoQuerySet, moment: datetime | None) -> int:
    """Set `trashed_at` of photos, locked in id order to avoid deadlocks."""
    with transaction.atomic():
        photo_ids = list(photos.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return Photo.objects.filter(pk__in=photo_ids).update(trashed_at=moment)
