"""Values of photos by hand: recorded as claims of the witness “person”, with undo."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from gallery.claims.by_hand import stated_by_hand, with_values_by_hand, without_values_by_hand
from gallery.claims.places import locate
from gallery.claims.settling import settle
from gallery.models import EditedPhoto, Photo, PhotoEdit, PhotoQuerySet, Step
from gallery.processing.steps import BATCH_SIZES
from gallery.processing.tasks import enqueue_indexing
from gallery.processing.turned import renew_turned

STORE = """
    UPDATE gallery_photo SET claims = given.claims::jsonb, edited_at = %s
    FROM unnest(%s::bigint[], %s::text[]) AS given (id, claims) WHERE gallery_photo.id = given.id
"""
# Photos in memory at a time.
BATCH_SIZE = 1000
DAYS_UNTIL_FORGOTTEN = 30


class Skipped(StrEnum):
    """Why a photo was left out of an edit."""

    UNDATED = "undated"
    OUT_OF_RANGE = "out of range"


@dataclass(frozen=True)
class Statement:
    """An edit of `fields`: a function from photos to the owner's new claims, or to the reason to leave one out.

    A field that the function omits is left to the other witnesses; null declares it unknown.
    """

    fields: tuple[str, ...]
    of: Callable[[Photo], dict[str, Any] | Skipped]


def combined(statements: Sequence[Statement]) -> Statement:
    """Return several edits as one. A photo that one of them leaves out is left out."""

    def state(photo: Photo) -> dict[str, Any] | Skipped:
        claims: dict[str, Any] = {}
        for statement in statements:
            stated = statement.of(photo)
            if isinstance(stated, Skipped):
                return stated
            claims |= stated
        return claims

    return Statement(tuple(name for statement in statements for name in statement.fields), state)


@dataclass
class EditOutcome:
    """Numbers of edited photos, and of those left out by reason; no `edit` without a change."""

    count: int = 0
    skipped: Counter[Skipped] = field(default_factory=Counter)
    edit: PhotoEdit | None = None

    @property
    def left_out(self) -> int:
        """Number of photos left out."""
        return self.skipped.total()


@dataclass
class EditUndone:
    """Numbers of photos with their previous values, and of those left as they are because they were edited since."""

    restored: int = 0
    kept: int = 0


def apply_statement(photos: PhotoQuerySet, *, user: AbstractBaseUser, statement: Statement) -> EditOutcome:
    """Record a statement about the photos that `user` sees, and settle them."""
    outcome = EditOutcome()
    edited: list[EditedPhoto] = []

    def restate(photo: Photo) -> bool:
        claims = statement.of(photo)
        if isinstance(claims, Skipped):
            outcome.skipped[claims] += 1
            return False
        outcome.count += 1
        before = _stated(photo, statement.fields)
        if before == claims:
            return False
        edited.append(EditedPhoto(photo_id=photo.pk, before=before, after=claims))
        _state(photo, statement.fields, claims)
        return True

    with transaction.atomic():
        _rewrite(photos.visible_to(user), restate)
        if edited:
            outcome.edit = PhotoEdit.objects.create(owner_id=user.pk, fields=list(statement.fields))
            for one in edited:
                one.edit = outcome.edit
            EditedPhoto.objects.bulk_create(edited, batch_size=BATCH_SIZE)
    return outcome


def undo_edit(edit_id: int, *, user: AbstractBaseUser) -> EditUndone | None:
    """Give the photos of an edit of `user` their previous claims by hand; None if there is no such edit (any more).

    Photos with other claims by hand by now are left as they are. Photos in the trash are included.
    """
    undone = EditUndone()
    with transaction.atomic():
        edit = PhotoEdit.objects.select_for_update().filter(pk=edit_id, owner_id=user.pk).first()
        if edit is None:
            return None
        edited = {one.photo_id: one for one in edit.photos.all()}

        def restate(photo: Photo) -> bool:
            one = edited[photo.pk]
            if _stated(photo, edit.fields) != one.after:
                undone.kept += 1
                return False
            undone.restored += 1
            _state(photo, edit.fields, one.before)
            return True

        _rewrite(Photo.objects.belonging_to(user).filter(pk__in=edited), restate)
        edit.delete()
    return undone


def forget_old_edits() -> None:
    """Delete edits that are too old for undo."""
    deadline = timezone.now() - timedelta(days=DAYS_UNTIL_FORGOTTEN)
    PhotoEdit.objects.filter(edited_at__lt=deadline).delete()


def _state(photo: Photo, fields: Iterable[str], values: Mapping[str, Any]) -> None:
    """Replace the values by hand of `fields` by `values`."""
    photo.claims = with_values_by_hand(without_values_by_hand(photo.claims, fields), values)


def _stated(photo: Photo, fields: Iterable[str]) -> dict[str, Any]:
    stated = stated_by_hand(photo.claims)
    return {name: stated[name] for name in fields if name in stated}


def _rewrite(photos: PhotoQuerySet, restate: Callable[[Photo], bool]) -> None:
    """Lock photos in id order, let `restate` change their claims, and store, settle and reindex the changed ones."""
    photo_ids = list(photos.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    for begin in range(0, len(photo_ids), BATCH_SIZE):
        batch = Photo.objects.filter(pk__in=photo_ids[begin : begin + BATCH_SIZE]).order_by("pk")
        restated = [photo for photo in batch if restate(photo)]
        if restated:
            _store_claims(restated)
            rotations = {photo.pk: photo.rotation for photo in restated}
            settled = settle(restated)
            renew_turned([photo.pk for photo in settled if photo.rotation != rotations[photo.pk]])
            changed = [photo.pk for photo in settled]
            # At once, so that the page names a place by hand.
            locate(changed)
            _reindex(changed)


def _store_claims(photos: list[Photo]) -> None:
    with connection.cursor() as cursor:
        claims = [json.dumps(photo.claims) for photo in photos]
        cursor.execute(STORE, [timezone.now(), [photo.pk for photo in photos], claims])


def _reindex(photo_ids: list[int]) -> None:
    size = BATCH_SIZES[Step.INDEX]
    for begin in range(0, len(photo_ids), size):
        transaction.on_commit(partial(enqueue_indexing, photo_ids[begin : begin + size]))
