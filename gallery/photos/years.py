"""The years and months of a scope, with counts and a few covers each, for an overview of the whole gallery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, zip_longest

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection

from gallery.models import Photo
from gallery.photos.scopes import Scope

MAX_COVERS = 5
# The latest photos of a month that may become covers, if they have thumbnails.
TRIED = 40

# Steps from month to month in the index photo_timeline, and counts each month in it, without sorting or reading rows of
# the table. `best` is the latest of the photos with the most stars; its id is packed behind the importance, so that
# counting finds it, too. Covers read a few rows of the table for each month.
MONTHS = """
    WITH RECURSIVE months AS (
        (SELECT date_trunc('month', dated_at) AS first FROM gallery_photo
            WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition}
            ORDER BY dated_at DESC, id DESC LIMIT 1)
        UNION ALL
        SELECT earlier.first FROM months CROSS JOIN LATERAL (
            SELECT date_trunc('month', dated_at) AS first FROM gallery_photo
            WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition} AND dated_at < months.first
            ORDER BY dated_at DESC, id DESC LIMIT 1
        ) earlier
    )
    SELECT first, counted.count, counted.best, covers.ids
    FROM months
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, max(CASE WHEN importance > 0 THEN importance * (1::bigint << 40) + id END) AS best
        FROM gallery_photo
        WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition}
            AND dated_at >= months.first AND dated_at < months.first + interval '1 month'
    ) counted
    CROSS JOIN LATERAL (SELECT ARRAY(
        SELECT id FROM (
            SELECT id, dated_at, thumbnail_version FROM gallery_photo
            WHERE owner_id = %(owner)s AND trashed_at IS NULL AND {condition}
                AND dated_at >= months.first AND dated_at < months.first + interval '1 month'
            ORDER BY dated_at DESC, id DESC LIMIT %(tried)s
        ) latest
        WHERE thumbnail_version > 0 ORDER BY dated_at DESC, id DESC LIMIT %(covers)s
    ) AS ids) covers
    ORDER BY first DESC
"""


@dataclass(frozen=True)
class MonthCount:
    """A month with photos, and the number of them."""

    first: datetime
    count: int

    @property
    def key(self) -> str:
        """The month as in URLs, such as 2023-05."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Year:
    """A year with photos: its months, latest first, and up to MAX_COVERS photos from as many of them as possible."""

    months: list[MonthCount]
    covers: list[Photo]

    @property
    def first(self) -> datetime:
        """The first day of the latest month."""
        return self.months[0].first

    @property
    def count(self) -> int:
        """The sum of the months' counts."""
        return sum(month.count for month in self.months)


def years_of(scope: Scope, *, user: AbstractBaseUser) -> list[Year]:
    """Return the years with photos of `scope` that `user` sees, latest first, with two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            MONTHS.format(condition=scope.condition),
            {"owner": user.pk, "covers": MAX_COVERS, "tried": TRIED, **scope.parameters},
        )
        rows = cursor.fetchall()
    years = [list(months) for _year, months in groupby(rows, key=lambda row: row[0].year)]
    chosen = [_chosen(months) for months in years]
    photos = scope.photos(user=user).defer("metadata", "claims", "labels")
    found = photos.in_bulk({photo_id for ids in chosen for photo_id in ids})
    return [
        Year(
            [MonthCount(first, count) for first, count, _best, _covers in months],
            [found[photo_id] for photo_id in ids if photo_id in found and found[photo_id].thumbnail_version][
                :MAX_COVERS
            ],
        )
        for months, ids in zip(years, chosen, strict=True)
    ]


def _chosen(months: Iterable[tuple[datetime, int, int | None, list[int]]]) -> list[int]:
    """Return the ids of possible covers: first one of each month, then the second ones, and so on."""
    lists = [[best % 2**40, *covers] if best else covers for _first, _count, best, covers in months]
    rounds = zip_longest(*lists)
    ids = dict.fromkeys(photo_id for one_of_each in rounds for photo_id in one_of_each if photo_id)
    return list(ids)[: 2 * MAX_COVERS]
