"""Photos by date: the outline of a scope, such as all photos of a user, and parts of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models import Q

from gallery.models import Photo
from gallery.photos.scopes import Scope

# One character per tile: 64 aspect ratios in geometric steps, from NARROWEST to WIDEST.
SHAPES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NARROWEST = 0.6
WIDEST = 2.4

# Reads only the index photo_timeline (beside the memberships of an album), like the statements below.
OUTLINE = """
    SELECT
        (SELECT array_agg(ARRAY[
            (extract(year FROM day) * 10000 + extract(month FROM day) * 100 + extract(day FROM day))::int, count
        ] ORDER BY day DESC) FROM (
            SELECT dated_at::date AS day, count(*)::int FROM gallery_photo
            WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition} GROUP BY 1
        ) AS days),
        (SELECT max(id) FROM gallery_photo WHERE owner_id = %(owner)s)
"""
# One statement, so that counts and shapes describe the same photos.
SHAPES_OF_PART = """
    WITH part AS MATERIALIZED (
        SELECT dated_at, id, width, height FROM gallery_photo
        WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition} AND id <= %(newest)s AND dated_at < %(end)s
        ORDER BY dated_at DESC, id DESC OFFSET %(begin)s LIMIT %(size)s
    )
    SELECT
        (SELECT array_agg(ARRAY[to_char(day, 'YYYY-MM-DD'), count::text] ORDER BY day DESC)
            FROM (SELECT dated_at::date AS day, count(*) FROM part GROUP BY 1) AS days),
        (SELECT string_agg(substr(%(shapes)s, 1 + round(
            (length(%(shapes)s) - 1) * ln(least(%(widest)s, greatest(%(narrowest)s, width::float8 / height))
            / %(narrowest)s) / ln(%(widest)s / %(narrowest)s)
        )::int, 1), '' ORDER BY dated_at DESC, id DESC) FROM part)
"""
COUNTS = """
    SELECT (extract(year FROM dated_at) * 100 + extract(month FROM dated_at))::int, count(*)
    FROM gallery_photo
    WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition} AND id <= %(newest)s
        AND dated_at >= %(earliest)s AND dated_at < %(end)s
    GROUP BY 1 ORDER BY 1 DESC
"""
CONSTANTS: dict[str, str | float] = {"shapes": SHAPES, "narrowest": NARROWEST, "widest": WIDEST}


@dataclass(frozen=True)
class Month:
    """A month with photos, and their number; in outlines also the number for each of its days, latest first."""

    first: datetime
    count: int
    days: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The month as in URLs, such as 2023-05."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Outline:
    """The months, latest first: with the number of photos of each day, but of bounded size for any number of photos.

    `newest` is the highest photo id at that time: portions and shapes omit photos stored later.
    """

    months: list[Month]
    newest: int


@dataclass(frozen=True)
class Shapes:
    """One character for the aspect ratio of each of some consecutive photos, and the number of them on each day.

    Equal days in the outline mean that the positions of the photos are up to date.
    """

    days: list[tuple[str, int]]
    shapes: str


@dataclass(frozen=True)
class Portion:
    """Consecutive photos of the timeline, and the full counts of their months.

    Equal counts in the outline mean that the positions of the photos are up to date.
    """

    photos: list[Photo]
    months: list[Month]


def outline_of(scope: Scope, *, user: AbstractBaseUser) -> Outline:
    """Return the outline of the photos in `scope` that `user` sees, with one query."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLINE.format(condition=scope.condition), {"owner": user.pk, **scope.parameters})
        days, newest = cursor.fetchone()
    return Outline(list(_months_of(days or [])), newest or 0)


def shapes_of(first: datetime, *, begin: int, size: int, newest: int, scope: Scope, user: AbstractBaseUser) -> Shapes:
    """Return the shapes of up to `size` photos of `scope`, from position `begin` in the month of `first`, back in time.

    Photos with an id above `newest` are omitted.
    """
    values = {"owner": user.pk, "newest": newest, "end": _month_after(first), "begin": begin, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(SHAPES_OF_PART.format(condition=scope.condition), {**values, **CONSTANTS, **scope.parameters})
        days, shapes = cursor.fetchone()
    return Shapes([(day, int(count)) for day, count in days or []], shapes or "")


def portion_of(first: datetime, *, begin: int, size: int, newest: int, scope: Scope, user: AbstractBaseUser) -> Portion:
    """Return up to `size` photos of `scope`, from position `begin` in the month of `first`, back in time.

    A portion may span several small months. Photos with an id above `newest` are omitted.
    """
    photos = scope.photos(user=user).filter(pk__lte=newest, dated_at__lt=_month_after(first))
    # Earlier positions are skipped in the index.
    photo_ids = photos.order_by("-dated_at", "-pk").values("pk")[begin : begin + size]
    selected = list(Photo.objects.filter(pk__in=photo_ids).order_by("-dated_at", "-pk"))
    if not selected:
        return Portion([], [])
    span = {"earliest": _month_of(selected[-1].dated_at), "end": _month_after(selected[0].dated_at)}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS.format(condition=scope.condition), {"owner": user.pk, "newest": newest, **span, **scope.parameters}
        )
        return Portion(selected, [Month(_first_of(month), count) for month, count in cursor.fetchall()])


def _months_of(days: Iterable[tuple[int, int]]) -> Iterable[Month]:
    """Return the months of days written like 20230514, with their counts."""
    for month, group in groupby(days, key=lambda day: day[0] // 100):
        counts = tuple((day % 100, count) for day, count in group)
        yield Month(_first_of(month), sum(count for _day, count in counts), counts)


def _first_of(month: int) -> datetime:
    return datetime(month // 100, month % 100, 1)  # noqa: DTZ001 - local time


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(moment: datetime) -> datetime:
    first = _month_of(moment)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def place_of(photo: Photo, *, scope: Scope, user: AbstractBaseUser) -> tuple[str, int]:
    """Return the month of `photo`, such as 2023-05, and how many photos of it in `scope` come before the photo."""
    later = scope.photos(user=user).filter(dated_at__lt=_month_after(photo.dated_at)).filter(_is_later_than(photo))
    return f"{photo.dated_at:%Y-%m}", later.count()


def neighbours_of(photo: Photo, *, scope: Scope, user: AbstractBaseUser) -> tuple[int | None, int | None]:
    """Return the ids of the next later and the next earlier photo in `scope`."""
    photos = scope.photos(user=user)
    earlier = photos.filter(dated_at__lte=photo.dated_at).filter(
        Q(dated_at__lt=photo.dated_at) | Q(dated_at=photo.dated_at, pk__lt=photo.pk)
    )
    return (
        photos.filter(_is_later_than(photo)).order_by("dated_at", "pk").values_list("pk", flat=True).first(),
        earlier.order_by("-dated_at", "-pk").values_list("pk", flat=True).first(),
    )


def _is_later_than(photo: Photo) -> Q:
    # The first condition is redundant, but lets PostgreSQL start at the right place in the index.
    return Q(dated_at__gte=photo.dated_at) & (
        Q(dated_at__gt=photo.dated_at) | Q(dated_at=photo.dated_at, pk__gt=photo.pk)
    )
