"""Puts photos back into an album from which they were removed, in their places in the order by hand."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gallery.albums.contents import add_photos
from gallery.models import Album, AlbumPhoto, Photo


def places_of(album_id: int, photo_ids: Collection[int], *, user: AbstractBaseUser) -> dict[int, float]:
    """Return the positions of those photos that are in an album of `user`, by photo. Raises Http404."""
    album = Album.objects.get_visible_or_404(album_id, user=user)
    rows = album.memberships.filter(photo__in=photo_ids, is_member=True)
    return dict(rows.values_list("photo_id", "position"))


def put_back(album_id: int, places: Mapping[int, float], *, user: AbstractBaseUser) -> None:
    """Add photos that `user` sees to an album of theirs at their former positions. Raises Http404."""
    with transaction.atomic():
        added = add_photos(album_id, Photo.objects.filter(pk__in=places), user=user)
        rows = list(AlbumPhoto.objects.filter(album=album_id, photo__in=added))
        for row in rows:
            row.position = places[row.photo_id]
        AlbumPhoto.objects.bulk_update(rows, ["position"])
