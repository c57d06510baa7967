"""Merging near-duplicates: the kept photo gets the best details of the others, which move to the trash.

Merges of one request share their `merged_at`, which equals `trashed_at` of the others and is the key for undo.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gallery.models import Photo, PhotoMerge, PhotoSource, Witness
from gallery.models.json_values import as_json
from gallery.photos.editing import edit_photos
from gallery.photos.trash import move_to_trash, restore_photos, trashed_together
from gallery.pictures.opening import is_original_there
from search.near_duplicates.dismissals import undo_dismissals

DATE_FIELDS = ("taken_at", "taken_offset", "date_source")
# Groups of EXIF fields that are taken from one file only: a mix of two files would be wrong.
EXIF_PARTS = (
    ("make", "model", "lens", "exposure_time", "aperture", "iso", "focal_length", "focal_length_35mm"),
    ("latitude", "longitude", "altitude"),
    ("artist", "copyright"),
    ("description",),
)
MAX_DESCRIPTION = 5000


class PhotosNotFound(Exception):
    """Some of the photos do not exist or belong to another user."""


class KeeperUnavailable(Exception):
    """The photo to keep is in the trash, or its file is missing."""


@dataclass(frozen=True)
class UndoResult:
    """Numbers of restored photos, of groups to show again, and of kept photos whose details were not undone."""

    restored: int
    groups: int
    kept_edits: int


def merge_photos(keeper_id: int, other_ids: Iterable[int], *, user: AbstractBaseUser, moment: datetime) -> int:
    """Merge the details of others into one photo and move the others to the trash; return the number of others.

    Others that are in the trash already are ignored.

    Raises:
        PhotosNotFound: if a photo does not exist or belongs to another user.
        KeeperUnavailable: with a message for the user.
    """
    wanted = {keeper_id, *other_ids}
    with transaction.atomic():
        own = Photo.objects.belonging_to(user).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
        photos = {photo.pk: photo for photo in own}
        if wanted - photos.keys():
            raise PhotosNotFound
        keeper = photos.pop(keeper_id)
        if keeper.trashed_at:
            raise KeeperUnavailable(_("The photo to keep is in the trash."))
        if not is_original_there(keeper.path):
            raise KeeperUnavailable(_("The file of the photo to keep is missing."))
        others = [photo for photo in photos.values() if photo.trashed_at is None]
        if others:
            _merge_details(keeper, others, user=user, moment=moment)
        trashed = Photo.objects.filter(pk__in=[photo.pk for photo in others])
        return move_to_trash(trashed, user=user, moment=moment)[0]


def merge_groups(
    groups: Sequence[tuple[int, list[int]]], *, user: AbstractBaseUser, moment: datetime
) -> tuple[int, set[int]]:
    """Merge several groups; return the number of trashed photos and the keepers of skipped groups.

    A group is skipped if photos are missing or its keeper is unavailable.
    """
    trashed = 0
    skipped: set[int] = set()
    others: dict[int, list[int]] = defaultdict(list)
    for keeper_id, other_ids in groups:
        others[keeper_id] += other_ids
    wanted = {*others, *(pk for other_ids in others.values() for pk in other_ids)}
    with transaction.atomic():
        # Lock all photos in id order, to avoid deadlocks with concurrent merges.
        list(Photo.objects.belonging_to(user).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True))
        for keeper_id, other_ids in others.items():
            try:
                trashed += merge_photos(keeper_id, other_ids, user=user, moment=moment)
            except (KeeperUnavailable, PhotosNotFound):
                skipped.add(keeper_id)
    return trashed, skipped


def undo(moment: datetime, *, user: AbstractBaseUser) -> UndoResult:
    """Undo the requests of `user` at `moment`: restore trashed photos and the details of kept ones.

    A kept photo is left as it is if it was edited since, or if one of the others was permanently deleted.
    """
    with transaction.atomic():
        merges = PhotoMerge.objects.filter(merged_at=moment, photo__owner_id=user.pk).order_by("photo")
        # Photos before merges, in id order, like all code that locks them: deleting a photo locks its merges later.
        concerned = Q(trashed_at=moment) | Q(pk__in=merges.values("photo"))
        list(Photo.objects.belonging_to(user).filter(concerned).order_by("pk").select_for_update(no_key=True))
        restored = restore_photos(trashed_together(moment, user=user), user=user)
        # Merges are deleted, so that a second undo does nothing.
        kept_edits = sum(not _restore_details(merge, user=user) for merge in merges.select_related("photo"))
        merges.delete()
        return UndoResult(restored, undo_dismissals(moment, user=user), kept_edits)


def best_of(keeper: Photo, others: Iterable[Photo]) -> dict[str, Any]:
    """Return the fields of `keeper` that change in a merge, with their new values."""
    photos = [keeper, *sorted(others, key=lambda photo: photo.pk)]
    dated = min(photos, key=date_doubt)
    best = {
        "importance": max(photo.importance for photo in photos),
        "description": _joined(photo.description for photo in photos),
        "metadata": _completed(keeper.metadata, (photo.metadata for photo in photos[1:])),
        **{name: getattr(dated, name) for name in DATE_FIELDS},
    }
    if best["description"] == keeper.description.strip():
        del best["description"]
    return {name: value for name, value in best.items() if value != getattr(keeper, name)}


def date_doubt(photo: Photo) -> int:
    """Return the rank of the date's source in Witness; lower is more trustworthy."""
    sources = Witness.values
    return sources.index(photo.date_source) if photo.taken_at and photo.date_source else len(sources)


def _merge_details(keeper: Photo, others: list[Photo], *, user: AbstractBaseUser, moment: datetime) -> None:
    """Merge the others' details into the keeper and store its previous values."""
    changes = best_of(keeper, others)
    merge = PhotoMerge(
        photo=keeper,
        trashed_ids=[photo.pk for photo in others],
        merged_at=moment,
        previous_values={name: as_json(getattr(keeper, name)) for name in changes},
        edited_at_before=keeper.edited_at,
    )
    _add_albums(keeper, others, merge=merge)
    if changes or merge.source:
        # Albums alone count as a change: they are indexed, too.
        edit_photos(Photo.objects.filter(pk=keeper.pk), user=user, **changes)
        keeper.refresh_from_db(fields=["edited_at"])
    merge.edited_at_after = keeper.edited_at
    merge.save()


def _restore_details(merge: PhotoMerge, *, user: AbstractBaseUser) -> bool:
    """Restore the keeper's previous values; return False if it is left as it is."""
    if not (merge.previous_values or merge.source):
        return True
    photo = merge.photo
    if photo.trashed_at or photo.edited_at != merge.edited_at_after:
        return False
    if Photo.objects.visible_to(user).filter(pk__in=merge.trashed_ids).count() < len(merge.trashed_ids):
        return False
    edit_photos(Photo.objects.filter(pk=photo.pk), user=user, **merge.previous_values)
    # Lets an earlier merge be undone, too.
    Photo.objects.filter(pk=photo.pk).update(edited_at=merge.edited_at_before)
    if merge.source:
        merge.source.albums = merge.previous_albums
        merge.source.save(update_fields=["albums"])
    return True


def _add_albums(keeper: Photo, others: list[Photo], *, merge: PhotoMerge) -> None:
    """Add the others' albums to the keeper's first source; store its previous albums in `merge`."""
    sources = list(PhotoSource.objects.filter(photo__in=[keeper, *others]).order_by("pk"))
    own = [source for source in sources if source.photo_id == keeper.pk]
    known = {album for source in own for album in source.albums}
    new = dict.fromkeys(album for source in sources for album in source.albums if album not in known)
    if new and own:
        merge.source, merge.previous_albums = own[0], own[0].albums
        own[0].albums = [*own[0].albums, *new]
        own[0].save(update_fields=["albums"])


def _joined(descriptions: Iterable[str]) -> str:
    """Join descriptions by line breaks, without those contained in another, up to MAX_DESCRIPTION."""
    joined: list[str] = []
    for description in descriptions:
        text = description.strip()
        if text and not any(text in other for other in joined) and len("\n".join([*joined, text])) <= MAX_DESCRIPTION:
            joined = [other for other in joined if other not in text] + [text]
    return "\n".join(joined)


def _completed(own: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Fill each group of EXIF_PARTS that is missing in `own` from the first of `others` that has it."""
    completed = dict(own)
    for data, part in product(others, EXIF_PARTS):
        if not completed.keys() & set(part):
            completed |= {name: data[name] for name in part if name in data}
    return completed
