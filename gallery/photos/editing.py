"""Set values of photos by hand, such as descriptions, importance and dates, and return to the automatic ones."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from gallery.claims.by_hand import with_values_by_hand, without_values_by_hand
from gallery.claims.ladder import Claims
from gallery.claims.origins import local
from gallery.claims.settling import settle
from gallery.models import Photo, PhotoQuerySet, Step
from gallery.processing.steps import BATCH_SIZES
from gallery.processing.tasks import enqueue_indexing
from gallery.text.cleaning import remove_invisible

# Photos in memory at a time.
BATCH_SIZE = 1000
STORE = """
    UPDATE gallery_photo SET claims = given.claims::jsonb, edited_at = %s
    FROM unnest(%s::bigint[], %s::text[]) AS given (id, claims) WHERE gallery_photo.id = given.id
"""


def edit_photo(photo: Photo, *, user: AbstractBaseUser, **changes: Any) -> None:
    """Set description, importance, or both of a photo of `user`; ignore other users' photos."""
    edit_photos(Photo.objects.filter(pk=photo.pk), user=user, **changes)


def edit_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser, **changes: Any) -> int:
    """Set description, importance, or both of photos that `user` sees; return the number of photos."""
    if "description" in changes:
        changes["description"] = remove_invisible(changes["description"])
    # An empty description and no importance clear what other witnesses state.
    return state_by_hand(photos, user=user, claims={field: value or None for field, value in changes.items()})


def date_photo(photo: Photo, *, user: AbstractBaseUser, taken_at: datetime | None) -> None:
    """Set the local date and time of a photo of `user`, or clear it; ignore other users' photos."""
    date = {"date": local(taken_at) if taken_at else None}
    state_by_hand(Photo.objects.filter(pk=photo.pk), user=user, claims=date)


def state_by_hand(photos: PhotoQuerySet, *, user: AbstractBaseUser, claims: Mapping[str, Any]) -> int:
    """Set fields by hand (see `gallery.claims.ladder`) of photos that `user` sees; return the number of photos.

    None clears a field, whatever other witnesses state.
    """
    return _restate(photos, user=user, restated=lambda stated: with_values_by_hand(stated, claims))


def return_to_automatic(photos: PhotoQuerySet, *, user: AbstractBaseUser, fields: Iterable[str]) -> int:
    """Withdraw the values by hand of these fields of photos that `user` sees; return the number of photos."""
    withdrawn = tuple(fields)
    return _restate(photos, user=user, restated=lambda stated: without_values_by_hand(stated, withdrawn))


def store_claims(photos: Iterable[Photo], *, edited_at: datetime | None) -> None:
    """Store the claims of photos, whose rows the caller has locked, and settle them."""
    given = list(photos)
    with connection.cursor() as cursor:
        cursor.execute(STORE, [edited_at, [photo.pk for photo in given], [json.dumps(photo.claims) for photo in given]])
    settle(given)


def _restate(photos: PhotoQuerySet, *, user: AbstractBaseUser, restated: Callable[[Claims], Claims]) -> int:
    with transaction.atomic():
        own = photos.visible_to(user).order_by("pk").select_for_update(no_key=True)
        photo_ids = list(own.values_list("pk", flat=True))
        now = timezone.now()
        for begin in range(0, len(photo_ids), BATCH_SIZE):
            edited = list(Photo.objects.filter(pk__in=photo_ids[begin : begin + BATCH_SIZE]))
            for photo in edited:
                photo.claims = restated(photo.claims)
            store_claims(edited, edited_at=now)
        size = BATCH_SIZES[Step.INDEX]
        for begin in range(0, len(photo_ids), size):
            transaction.on_commit(partial(enqueue_indexing, photo_ids[begin : begin + size]))
    return len(photo_ids)
