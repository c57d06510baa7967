"""A person's photos by date: the outline of all of them, and portions of them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models import Q

from gallery.models import Photo

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
        )::int, 1), '' ORDER BY dated_at DESC, id DESC) FROM own),
        (SELECT max(id) FROM gallery_photo WHERE owner_id = %(owner)s)
"""
# Reads only the index photo_timeline, too.
COUNTS = """
    SELECT (extract(year FROM dated_at) * 100 + extract(month FROM dated_at))::int, count(*)
    FROM gallery_photo
    WHERE owner_id = %(owner)s AND trashed_at IS NULL AND id <= %(newest)s
        AND dated_at >= %(earliest)s AND dated_at < %(end)s
    GROUP BY 1 ORDER BY 1 DESC
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
    """The months, latest first, and the shapes of all tiles in order, which determine every photo's position.

    `newest` is the highest photo id at that time: portions omit photos stored later.
    """

    months: list[Month]
    shapes: str
    newest: int


@dataclass(frozen=True)
class Portion:
    """Consecutive photos of the timeline, and the full counts of all months in which they lie.

    If the counts equal the outline's, so do the positions of the photos.
    """

    photos: list[Photo]
    months: list[Month]


def outline_of(user: AbstractBaseUser) -> Outline:
    """The outline of all that `user` sees, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLINE, {"owner": user.pk, **CONSTANTS})
        months, shapes, newest = cursor.fetchone()
    return Outline(_as_months(months or []), shapes or "", newest or 0)


def portion_of(first: datetime, *, begin: int, size: int, newest: int, user: AbstractBaseUser) -> Portion:
    """Return up to `size` photos of `user`, from place `begin` of the month that starts at `first` back in time.

    A portion may span several small months. Photos with an id above `newest` are omitted.
    """
    photos = Photo.objects.visible_to(user).filter(pk__lte=newest, dated_at__lt=_month_after(first))
    # The photos before them are skipped in the index, without being read.
    numbers = photos.order_by("-dated_at", "-pk").values("pk")[begin : begin + size]
    chosen = list(Photo.objects.filter(pk__in=numbers).order_by("-dated_at", "-pk"))
    if not chosen:
        return Portion([], [])
    span = {"earliest": _month_of(chosen[-1].dated_at), "end": _month_after(chosen[0].dated_at)}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"owner": user.pk, "newest": newest, **span})
        return Portion(chosen, _as_months(cursor.fetchall()))


def _as_months(counts: list[tuple[int, int]]) -> list[Month]:
    return [Month(datetime(month // 100, month % 100, 1), count) for month, count in counts]  # noqa: DTZ001


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(moment: datetime) -> datetime:
    first = _month_of(moment)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


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
