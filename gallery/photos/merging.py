"""Merging near-duplicates: the kept photo gets the best details of the others, which move to the trash.

Merges of one request share their `merged_at`, which equals `trashed_at` of the others and is the key for undo.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.albums.joining import join_albums, leave_albums
from gallery.claims.by_hand import stated_by_hand, with_values_by_hand, without_values_by_hand
from gallery.claims.ladder import Claims
from gallery.claims.settling import claims_about, settle, touch
from gallery.models import Photo, PhotoMerge, PhotoSource, Witness
from gallery.photos.merged_details import completed, gains_of
from gallery.photos.trash import move_to_trash, restore_photos, trashed_together
from gallery.pictures.opening import is_original_there
from gallery.processing.tasks import enqueue_indexing
from search.near_duplicates.dismissals import undo_dismissals


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
            _merge_details(keeper, others, moment=moment)
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

    What was set by hand since is kept, and so are all details if one of the others was permanently deleted.
    """
    with transaction.atomic():
        merges = PhotoMerge.objects.filter(merged_at=moment, photo__owner_id=user.pk).order_by("photo")
        # Photos before merges, in id order, like all code that locks them: deleting a photo locks its merges later.
        concerned = Q(trashed_at=moment) | Q(pk__in=merges.values("photo"))
        list(Photo.objects.belonging_to(user).filter(concerned).order_by("pk").select_for_update(no_key=True))
        restored = restore_photos(trashed_together(moment, user=user), user=user)
        # Merges that are undone are deleted, so that a second undo does nothing.
        kept_edits = sum(not _restore_details(merge, user=user) for merge in merges.select_related("photo"))
        return UndoResult(restored, undo_dismissals(moment, user=user), kept_edits)


def date_doubt(photo: Photo) -> int:
    """Return the rank of the date's source in Witness; lower is more trustworthy."""
    sources = Witness.values
    return sources.index(photo.date_source) if photo.taken_at and photo.date_source else len(sources)


def _merge_details(keeper: Photo, others: list[Photo], *, moment: datetime) -> None:
    """Add what the others state to the claims about the keeper, and store its previous values."""
    others = sorted(others, key=lambda photo: photo.pk)
    claims = claims_about([keeper, *others])
    gains = gains_of(claims[keeper.pk], [claims[photo.pk] for photo in others])
    if keeper.is_archived and not all(photo.is_archived for photo in others):
        # The timeline keeps showing a picture that it showed.
        gains.by_hand["archived"] = False
    merge = PhotoMerge(
        photo=keeper,
        trashed_ids=[photo.pk for photo in others],
        merged_at=moment,
        claims=gains.claims,
        edited_at_before=keeper.edited_at,
    )
    metadata = completed(keeper.metadata, (photo.metadata for photo in others))
    if metadata != keeper.metadata:
        merge.previous_values["metadata"] = {"before": keeper.metadata, "after": metadata}
    if gains.by_hand:
        before = {name: value for name, value in stated_by_hand(keeper.claims).items() if name in gains.by_hand}
        merge.previous_values["by_hand"] = {"before": before, "after": gains.by_hand}
    _add_albums(keeper, others, merge=merge)
    has_changes = bool(merge.claims or merge.previous_values or merge.source)
    if has_changes:
        keeper.edited_at = timezone.now()
    merge.edited_at_after = keeper.edited_at
    merge.save()
    if has_changes:
        _rewrite(keeper, metadata=metadata, claims=with_values_by_hand(keeper.claims, gains.by_hand))


def _restore_details(merge: PhotoMerge, *, user: AbstractBaseUser) -> bool:
    """Take back what the keeper gained, except what was set by hand since; return False if something stays."""
    if not (merge.claims or merge.previous_values or merge.source):
        merge.delete()
        return True
    if Photo.objects.visible_to(user).filter(pk__in=merge.trashed_ids).count() < len(merge.trashed_ids):
        return False
    photo, previous = merge.photo, merge.previous_values
    is_unedited = photo.edited_at == merge.edited_at_after
    metadata, by_hand = previous.get("metadata"), previous.get("by_hand", {"before": {}, "after": {}})
    stated = stated_by_hand(photo.claims)
    unchanged = [name for name, value in by_hand["after"].items() if name in stated and stated[name] == value]
    before = {name: value for name, value in by_hand["before"].items() if name in unchanged}
    if merge.source:
        merge.source.albums = merge.previous_albums
        merge.source.save(update_fields=["albums"])
    leave_albums(photo.pk, previous.get("albums", []))
    merge.delete()
    # Lets an earlier merge be undone, too.
    photo.edited_at = merge.edited_at_before if is_unedited else timezone.now()
    _rewrite(
        photo,
        metadata=metadata["before"] if metadata and metadata["after"] == photo.metadata else photo.metadata,
        claims=with_values_by_hand(without_values_by_hand(photo.claims, unchanged), before),
    )
    return is_unedited


def _rewrite(photo: Photo, *, metadata: dict[str, Any], claims: Claims) -> None:
    """Store the photo, settle and reindex it, whose albums may have changed, too."""
    photo.metadata, photo.claims = metadata, dict(claims)
    photo.save(update_fields=["metadata", "claims", "edited_at"])
    if not settle([photo]):
        touch([photo.pk])
    transaction.on_commit(partial(enqueue_indexing, [photo.pk]))


def _add_albums(keeper: Photo, others: list[Photo], *, merge: PhotoMerge) -> None:
    """Add the others' albums to the keeper's first source, and the keeper to them; store what was before in `merge`."""
    sources = list(PhotoSource.objects.filter(photo__in=[keeper, *others]).order_by("pk"))
    own = [source for source in sources if source.photo_id == keeper.pk]
    known = {album for source in own for album in source.albums}
    new = dict.fromkeys(album for source in sources for album in source.albums if album not in known)
    if new and own:
        merge.source, merge.previous_albums = own[0], own[0].albums
        own[0].albums = [*own[0].albums, *new]
        own[0].save(update_fields=["albums"])
    if joined := join_albums(keeper, [photo.pk for photo in others], stated=new if own else ()):
        merge.previous_values["albums"] = joined
