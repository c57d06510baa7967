"""Albums of a photo that near-duplicates are merged into: it joins theirs, and leaves them when this is undone."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from gallery.albums.stating import state_known_albums, withdraw_albums
from gallery.models import Album, AlbumPhoto, Photo


def join_albums(keeper: Photo, other_ids: Sequence[int], *, stated: Iterable[str]) -> list[int]:
    """Add a locked photo to the albums of others, in their places; return the ids of those it joined by hand.

    Its source states the names in `stated` from now on. Albums that it was removed from by hand stay without it.
    """
    with transaction.atomic():
        state_known_albums(keeper.pk, stated, owner_id=keeper.owner_id)
        own = AlbumPhoto.objects.filter(photo=keeper).values("album")
        others = AlbumPhoto.objects.filter(photo__in=other_ids, is_member=True).exclude(album__in=own)
        places = dict(others.order_by("-position").values_list("album", "position"))
        locked = Album.objects.filter(pk__in=places, owner=keeper.owner_id).order_by("pk")
        joined = list(locked.select_for_update(no_key=True).values_list("pk", flat=True))
        AlbumPhoto.objects.bulk_create(
            AlbumPhoto(album_id=pk, photo=keeper, position=places[pk], by_hand=True) for pk in joined
        )
    return joined


def leave_albums(photo_id: int, joined: Iterable[int]) -> None:
    """Take a locked photo out of the albums that it joined, and of those that its sources state no longer."""
    rows = AlbumPhoto.objects.filter(photo=photo_id, album__in=list(joined), by_hand=True)
    rows.filter(is_stated=False).delete()
    rows.update(by_hand=None)
    withdraw_albums([photo_id])
