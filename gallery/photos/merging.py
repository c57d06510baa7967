"""One photo takes the place of others that look like it: it is given the best of what is known of them, and they go.

What was done together shares its moment, which is all that undo needs, as in the bin.
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

from gallery.models import Photo, PhotoMerge, PhotoSource
from gallery.models.json_values import as_json
from gallery.photos.editing import edit_photos
from gallery.photos.trash import move_to_trash, restore_photos, trashed_together
from gallery.pictures.opening import is_original_there
from search.near_duplicates.dismissals import undo_dismissals

DATE_FIELDS = ("taken_at", "taken_offset", "date_source")
# What EXIF tells of a camera, a place, an author: each of one file alone, for of two it would be true of neither.
EXIF_PARTS = (
    ("make", "model", "lens", "exposure_time", "aperture", "iso", "focal_length", "focal_length_35mm"),
    ("latitude", "longitude", "altitude"),
    ("artist", "copyright"),
    ("description",),
)
MAX_DESCRIPTION = 5000


class PhotosNotFound(Exception):
    """Some of the photos do not exist, or are another's."""


class KeeperUnavailable(Exception):
    """The photo to keep is in the bin meanwhile, or its file is lost."""


@dataclass(frozen=True)
class UndoResult:
    """How many photos are back, how many groups may be shown again, and how many kept photos stay as they are."""

    restored: int
    groups: int
    kept_edits: int


def merge_photos(keeper_id: int, other_ids: Iterable[int], *, user: AbstractBaseUser, moment: datetime) -> int:
    """Keep one photo, with the best of what is known of the others, and put those into the bin; how many they were.

    Those that are in the bin already stay there.

    Raises:
        PhotosNotFound: one of them is none of `user`'s.
        KeeperUnavailable: with a sentence for the person.
    """
    wanted = {keeper_id, *other_ids}
    with transaction.atomic():
        own = Photo.objects.belonging_to(user).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
        photos = {photo.pk: photo for photo in own}
        if wanted - photos.keys():
            raise PhotosNotFound
        keeper = photos.pop(keeper_id)
        if keeper.trashed_at:
            raise KeeperUnavailable(_("The photo to keep is in the bin meanwhile."))
        if not is_original_there(keeper.path):
            raise KeeperUnavailable(_("The file of the photo to keep is not there."))
        others = [photo for photo in photos.values() if photo.trashed_at is None]
        if others:
            _take_over(keeper, others, user=user, moment=moment)
        binned = Photo.objects.filter(pk__in=[photo.pk for photo in others])
        return move_to_trash(binned, user=user, moment=moment)[0]


def merge_groups(
    groups: Sequence[tuple[int, list[int]]], *, user: AbstractBaseUser, moment: datetime
) -> tuple[int, set[int]]:
    """The same for several groups: how many photos went into the bin, and the keepers of groups that are left alone.

    Those have photos that are gone meanwhile, or a keeper that cannot be kept.
    """
    binned = 0
    left_alone: set[int] = set()
    others: dict[int, list[int]] = defaultdict(list)
    for keeper_id, other_ids in groups:
        others[keeper_id] += other_ids
    wanted = {*others, *(pk for other_ids in others.values() for pk in other_ids)}
    with transaction.atomic():
        # All at once and in one order, so that nobody who does the same waits for us while we wait for them.
        list(Photo.objects.belonging_to(user).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True))
        for keeper_id, other_ids in others.items():
            try:
                binned += merge_photos(keeper_id, other_ids, user=user, moment=moment)
            except (KeeperUnavailable, PhotosNotFound):
                left_alone.add(keeper_id)
    return binned, left_alone


def undo(moment: datetime, *, user: AbstractBaseUser) -> UndoResult:
    """Take back what `user` did at `moment`: photos come out of the bin, and keepers are what they were before.

    A keeper stays as it is if it has been edited since, or if what it has of the others would be lost with them.
    """
    with transaction.atomic():
        merges = PhotoMerge.objects.filter(merged_at=moment, photo__owner_id=user.pk).order_by("photo")
        # Photos first, and in one order, as everybody locks them: who deletes a keeper takes what names it later.
        concerned = Q(trashed_at=moment) | Q(pk__in=merges.values("photo"))
        list(Photo.objects.belonging_to(user).filter(concerned).order_by("pk").select_for_update(no_key=True))
        restored = restore_photos(trashed_together(moment, user=user), user=user)
        # The rows go when it is done: a second undo finds nothing.
        kept_edits = sum(not _give_back(merge, user=user) for merge in merges.select_related("photo"))
        merges.delete()
        return UndoResult(restored, undo_dismissals(moment, user=user), kept_edits)


def best_of(keeper: Photo, others: Iterable[Photo]) -> dict[str, Any]:
    """The fields of `keeper` that are better known of others, and what they would be."""
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
    """How little its date is to be trusted: the place of where it is known from in DateSource."""
    sources = Photo.DateSource.values
    return sources.index(photo.date_source) if photo.taken_at and photo.date_source else len(sources)


def _take_over(keeper: Photo, others: list[Photo], *, user: AbstractBaseUser, moment: datetime) -> None:
    """Give the keeper what the others have, and note what it had."""
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
        # Without changes too: albums are known to the keyword index through the revision.
        edit_photos(Photo.objects.filter(pk=keeper.pk), user=user, **changes)
        keeper.refresh_from_db(fields=["edited_at"])
    merge.edited_at_after = keeper.edited_at
    merge.save()


def _give_back(merge: PhotoMerge, *, user: AbstractBaseUser) -> bool:
    """Make the keeper what it was before; False if it stays as it is."""
    if not (merge.previous_values or merge.source):
        return True
    photo = merge.photo
    if photo.trashed_at or photo.edited_at != merge.edited_at_after:
        return False
    if Photo.objects.visible_to(user).filter(pk__in=merge.trashed_ids).count() < len(merge.trashed_ids):
        return False
    edit_photos(Photo.objects.filter(pk=photo.pk), user=user, **merge.previous_values)
    # What was merged into it before can be undone too.
    Photo.objects.filter(pk=photo.pk).update(edited_at=merge.edited_at_before)
    if merge.source:
        merge.source.albums = merge.previous_albums
        merge.source.save(update_fields=["albums"])
    return True


def _add_albums(keeper: Photo, others: list[Photo], *, merge: PhotoMerge) -> None:
    """Note those of the others' sources with the keeper's first, and in `merge` what was there before."""
    sources = list(PhotoSource.objects.filter(photo__in=[keeper, *others]).order_by("pk"))
    own = [source for source in sources if source.photo_id == keeper.pk]
    known = {album for source in own for album in source.albums}
    new = dict.fromkeys(album for source in sources for album in source.albums if album not in known)
    if new and own:
        merge.source, merge.previous_albums = own[0], own[0].albums
        own[0].albums = [*own[0].albums, *new]
        own[0].save(update_fields=["albums"])


def _joined(descriptions: Iterable[str]) -> str:
    """Them below each other, without those that another one says too, as far as there is room."""
    joined: list[str] = []
    for description in descriptions:
        text = description.strip()
        if text and not any(text in said for said in joined) and len("\n".join([*joined, text])) <= MAX_DESCRIPTION:
            joined = [said for said in joined if said not in text] + [text]
    return "\n".join(joined)


def _completed(own: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """`own`, with each part that it has nothing of from the first of `others` that has."""
    completed = dict(own)
    for data, part in product(others, EXIF_PARTS):
        if not completed.keys() & set(part):
            completed |= {name: data[name] for name in part if name in data}
    return completed
