"""A person's photos in the order of their dates: the outline of all of them, and the photos of a month."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models import Q

from gallery.models import Photo, PhotoQuerySet

# The shape of a tile in one character: so many steps of equal ratio, the narrowest first.
SHAPES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NARROWEST = 0.6
WIDEST = 2.4

# One statement, so that counts and shapes are of the same photos. Both parts read nothing but the index photo_timeline.
OUTLINE = """
    WITH own AS NOT MATERIALIZED (
        SELECT dated_at, id, width, height FROM gallery_photo WHERE owner_id = %(owner)s AND trashed_at IS NULL
    )
    SELECT
        (SELECT array_agg(ARRAY[month, count] ORDER BY month DESC) FROM (
            SELECT (extract(year FROM dated_at) * 100 + extract(month FROM dated_at))::int AS month, count(*)::int
            FROM own GROUP BY 1
        ) AS months),
        (SELECT string_agg(substr(%(shapes)s, 1 + round(
            (length(%(shapes)s) - 1) * ln(least(%(widest)s, greatest(%(narrowest)s, width::float8 / height))
            / %(narrowest)s) / ln(%(widest)s / %(narrowest)s)
        )::int, 1), '' ORDER BY dated_at DESC, id DESC) FROM own)
"""
CONSTANTS: dict[str, str | float] = {"shapes": SHAPES, "narrowest": NARROWEST, "widest": WIDEST}


@dataclass(frozen=True)
class Month:
    """A month in which there are photos, and how many."""

    first: datetime
    count: int

    @property
    def key(self) -> str:
        """As it stands in addresses: 2023-05."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Outline:
    """What gives every photo its place: the months, latest first, and the shapes of all tiles in order."""

    months: list[Month]
    shapes: str


def outline_of(user: AbstractBaseUser) -> Outline:
    """The outline of all that `user` sees, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLINE, {"owner": user.pk, **CONSTANTS})
        months, shapes = cursor.fetchone()
    counted = [Month(datetime(month // 100, month % 100, 1), count) for month, count in months or []]  # noqa: DTZ001
    return Outline(counted, shapes or "")


def photos_of_month(first: datetime, *, user: AbstractBaseUser) -> PhotoQuerySet:
    """The photos of `user` in the month that begins at `first`, latest first."""
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    photos = Photo.objects.visible_to(user).filter(dated_at__gte=first, dated_at__lt=following)
    return photos.order_by("-dated_at", "-pk")


def neighbours_of(photo: Photo, *, user: AbstractBaseUser) -> tuple[int | None, int | None]:
    """The photos beside `photo` in the timeline of `user`: the later one and the earlier one."""
    photos = Photo.objects.visible_to(user)
    # The first condition of each says nothing new, but tells PostgreSQL where in the index to begin.
    later = photos.filter(dated_at__gte=photo.dated_at).filter(
        Q(dated_at__gt=photo.dated_at) | Q(dated_at=photo.dated_at, pk__gt=photo.pk)
    )
    earlier = photos.filter(dated_at__lte=photo.dated_at).filter(
        Q(dated_at__lt=photo.dated_at) | Q(dated_at=photo.dated_at, pk__lt=photo.pk)
    )
    return (
        later.order_by("dated_at", "pk").values_list("pk", flat=True).first(),
        earlier.order_by("-dated_at", "-pk").values_list("pk", flat=True).first(),
    )
