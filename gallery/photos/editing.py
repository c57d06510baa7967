"""Change descriptions, importance and dates of photos."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery.models import Photo, PhotoQuerySet, Step, Witness
from gallery.processing.steps import BATCH_SIZES
from gallery.processing.tasks import enqueue_indexing
from gallery.text.cleaning import remove_invisible


def edit_photo(photo: Photo, *, user: AbstractBaseUser, description: str, importance: int) -> None:
    """Set description and importance of a photo of `user` and reindex it; ignore other users' photos."""
    edit_photos(Photo.objects.filter(pk=photo.pk), user=user, description=description, importance=importance)


def edit_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser, **changes: Any) -> int:
    """Set the fields in `changes` of photos that `user` sees and reindex them; return the number of photos."""
    if "description" in changes:
        changes["description"] = remove_invisible(changes["description"])
    with transaction.atomic():
        own = photos.visible_to(user).order_by("pk").select_for_update(no_key=True)
        photo_ids = list(own.values_list("pk", flat=True))
        Photo.objects.filter(pk__in=photo_ids).update(**changes, edited_at=timezone.now(), revision=F("revision") + 1)
        size = BATCH_SIZES[Step.INDEX]
        for begin in range(0, len(photo_ids), size):
            transaction.on_commit(partial(enqueue_indexing, photo_ids[begin : begin + size]))
    return len(photo_ids)


def date_photo(photo: Photo, *, user: AbstractBaseUser, taken_at: datetime | None) -> None:
    """Set the local date and time of a photo of `user`; ignore other users' photos."""
    source = Witness.PERSON if taken_at else ""
    photos = Photo.objects.filter(pk=photo.pk)
    edit_photos(photos, user=user, taken_at=taken_at, taken_offset=None, date_source=source)
