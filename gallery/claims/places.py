"""Gives photos the places of their coordinates."""

from collections.abc import Iterable

from django.db.models import F

from gallery.models import Photo, Place

Point = tuple[float, float]


def locate(photo_ids: Iterable[int]) -> None:
    """Look up the places of photos; those with another place than before are indexed again."""
    photos = list(Photo.objects.filter(pk__in=list(photo_ids)).only("latitude", "longitude", "place"))
    places = Place.objects.at(point for photo in photos if (point := point_of(photo)))
    moved: dict[int | None, list[int]] = {}
    for photo in photos:
        place = places.get(point) if (point := point_of(photo)) else None
        place_id = place.pk if place else None
        if place_id != photo.place_id:
            moved.setdefault(place_id, []).append(photo.pk)
    for place_id, pks in moved.items():
        Photo.objects.filter(pk__in=pks).update(place=place_id, revision=F("revision") + 1)


def point_of(photo: Photo) -> Point | None:
    """Return the latitude and longitude of a photo."""
    return None if photo.latitude is None or photo.longitude is None else (photo.latitude, photo.longitude)
