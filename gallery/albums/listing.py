"""Albums as pages and the API list them: with a number of photos and a cover, by a constant number of queries."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from gallery.models import Album, AlbumPhoto, Photo
from gallery.models.albums import AlbumQuerySet


def albums_of(user: AbstractBaseUser) -> AlbumQuerySet:
    """Return the albums of `user` in any order, with `photo_count` and `cover_photo`, the id of a photo or None."""
    photos = Photo.objects.visible_to(user).filter(memberships__album=OuterRef("pk"), memberships__is_member=True)
    count = photos.order_by().values("memberships__album").annotate(number=Count("pk")).values("number")
    chosen = photos.filter(pk=OuterRef("cover_id")).values("pk")[:1]
    latest = photos.order_by("-dated_at", "-pk").values("pk")[:1]
    return Album.objects.visible_to(user).annotate(
        photo_count=Coalesce(Subquery(count, output_field=IntegerField()), 0),
        cover_photo=Coalesce(Subquery(chosen), Subquery(latest)),
    )


def with_covers(albums: Iterable[Album], *, user: AbstractBaseUser) -> list[tuple[Album, Photo | None]]:
    """Return albums from `albums_of` with the photos that are their covers."""
    listed = list(albums)
    covers = Photo.objects.visible_to(user).in_bulk({pk for album in listed if (pk := album.cover_photo)})  # type: ignore[attr-defined]
    return [(album, covers.get(album.cover_photo)) for album in listed]  # type: ignore[attr-defined]


def albums_with(photo: Photo, *, user: AbstractBaseUser) -> list[Album]:
    """Return the albums of `user` that hold a photo, by name."""
    memberships = AlbumPhoto.objects.filter(photo=photo, is_member=True)
    return list(Album.objects.visible_to(user).filter(pk__in=memberships.values("album")).order_by("folded_name", "pk"))


ORDERS = {
    Album.Order.NEWEST: (F("dated_at").desc(), F("pk").desc()),
    Album.Order.OLDEST: (F("dated_at").asc(), F("pk").asc()),
    Album.Order.BY_HAND: (F("memberships__position").asc(), F("memberships__pk").asc()),
}
