"""Adds photos to albums, removes them, and moves them in the order by hand. Photos are locked before albums."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Max, Q

from gallery.albums.archiving import settle_by_rules
from gallery.models import Album, AlbumPhoto, PhotoQuerySet

# Positions 1, 2, 3 … in the order by hand.
RENUMBER = """
    UPDATE gallery_albumphoto SET position = numbered.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM gallery_albumphoto WHERE album_id = %s
    ) AS numbered
    WHERE gallery_albumphoto.id = numbered.id
"""


def add_photos(album_id: int, photos: PhotoQuerySet, *, user: AbstractBaseUser) -> set[int]:
    """Add photos that `user` sees to an album of theirs, behind the others; return the ids of those not yet in it.

    Raises Http404.
    """
    with transaction.atomic():
        own = photos.visible_to(user).order_by("pk").select_for_update(no_key=True)
        dates = dict(own.values_list("pk", "dated_at"))
        album = _locked(album_id, user=user)
        rows = album.memberships.all()
        members = set(rows.filter(is_member=True, photo__in=dates).values_list("photo_id", flat=True))
        last = rows.aggregate(last=Max("position"))["last"] or 0
        new = sorted(dates.keys() - members, key=lambda pk: (dates[pk], pk))
        AlbumPhoto.objects.bulk_create(
            [
                AlbumPhoto(album=album, photo_id=pk, position=last + place, by_hand=True)
                for place, pk in enumerate(new, start=1)
            ],
            update_conflicts=True,
            unique_fields=["album", "photo"],
            update_fields=["by_hand", "position"],
        )
        # Photos that only a source states stay when the source goes.
        rows.filter(photo__in=members, by_hand=None).update(by_hand=True)
        settle_by_rules(new, album_ids=[album.pk])
        album.save(update_fields=["changed_at"])
    return set(new)


def remove_photos(album_id: int, photos: PhotoQuerySet, *, user: AbstractBaseUser) -> set[int]:
    """Remove photos from an album of `user`; return their ids. They stay in the gallery. Raises Http404."""
    with transaction.atomic():
        own = photos.visible_to(user).order_by("pk").select_for_update(no_key=True)
        photo_ids = list(own.values_list("pk", flat=True))
        album = _locked(album_id, user=user)
        rows = album.memberships.filter(photo__in=photo_ids, is_member=True)
        removed = set(rows.values_list("photo_id", flat=True))
        # Remembers the removal, because the sources go on stating the album.
        rows.filter(is_stated=True).update(by_hand=False)
        rows.filter(is_stated=False).delete()
        Album.objects.filter(pk=album.pk, cover__in=photo_ids).update(cover=None)
        settle_by_rules(removed, album_ids=[album.pk])
        album.save(update_fields=["changed_at"])
    return removed


def move_photos(
    album_id: int, photo_ids: Sequence[int], *, user: AbstractBaseUser, before: int | None
) -> set[int] | None:
    """Move photos, in this order, before another one in the order by hand, or to the end; return the moved ones.

    Those that are not in the album are left out; None if the other one is not. Raises Http404.
    """
    with transaction.atomic():
        album = _locked(album_id, user=user)
        with connection.cursor() as cursor:
            cursor.execute(RENUMBER, [album.pk])
        members = album.memberships.filter(is_member=True)
        if before is None:
            place = (members.aggregate(last=Max("position"))["last"] or 0) + 1
        elif (target := members.filter(photo=before).first()) is not None:
            place = target.position
        else:
            return None
        wanted = [pk for pk in dict.fromkeys(photo_ids) if pk != before]
        rows = {row.photo_id: row for row in members.filter(photo__in=wanted, photo__owner=album.owner_id)}
        moved = [rows[pk] for pk in wanted if pk in rows]
        for number, row in enumerate(moved, start=1):
            row.position = place - 1 + number / (len(moved) + 1)
        AlbumPhoto.objects.bulk_update(moved, ["position"])
        with connection.cursor() as cursor:
            cursor.execute(RENUMBER, [album.pk])
        album.save(update_fields=["changed_at"])
    return set(rows)


def move_photo(album_id: int, photo_id: int, *, user: AbstractBaseUser, before: int | None) -> bool:
    """Move a photo before another one in the order by hand, or to the end; return False if one is not in the album.

    Raises Http404.
    """
    with transaction.atomic():
        album = _locked(album_id, user=user)
        with connection.cursor() as cursor:
            cursor.execute(RENUMBER, [album.pk])
        rows = album.memberships.filter(is_member=True)
        moved = rows.filter(photo=photo_id).first()
        if moved is None:
            return False
        if before is None:
            moved.position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
        else:
            target = rows.filter(photo=before).first()
            if target is None:
                return False
            moved.position = target.position - 0.5
        moved.save(update_fields=["position"])
        album.save(update_fields=["changed_at"])
    return True


def step_photo(album_id: int, photo_id: int, *, user: AbstractBaseUser, is_later: bool) -> bool:
    """Move a photo one place earlier or later among the photos that `user` sees; return False if it is not there."""
    album = Album.objects.get_visible_or_404(album_id, user=user)
    shown = album.memberships.filter(is_member=True, photo__trashed_at=None)
    one = shown.filter(photo=photo_id).first()
    if one is None:
        return False
    behind = Q(position__gt=one.position) | Q(position=one.position, pk__gt=one.pk)
    if is_later:
        following = list(shown.filter(behind).order_by("position", "pk").values_list("photo_id", flat=True)[:2])
        if not following:
            return True
        return move_photo(album_id, photo_id, user=user, before=following[1] if len(following) > 1 else None)
    preceding = shown.exclude(behind).exclude(pk=one.pk).order_by("-position", "-pk").values_list("photo_id", flat=True)
    first = preceding.first()
    return first is None or move_photo(album_id, photo_id, user=user, before=first)


def _locked(album_id: int, *, user: AbstractBaseUser) -> Album:
    album: Album = Album.objects.select_for_update(no_key=True).get_visible_or_404(album_id, user=user)
    return album
