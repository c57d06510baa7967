"""Ids of many photos of a scope at once, for the selection."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from gallery.models import PhotoQuerySet
from gallery.photos.scopes import Scope


@dataclass(frozen=True)
class FoundPhotos:
    """Ids of photos, latest first, and the number of them for each day; `is_cut` if there are more than the limit."""

    ids: list[int]
    days: list[tuple[str, int]]
    is_cut: bool = False


def find_group(scope: Scope, *, user: AbstractBaseUser, group: str = "", limit: int) -> FoundPhotos:
    """Return the photos of a month or day, or all of the scope.

    `group` is a month such as 2023-05, or a day such as 2023-05-14. Raises ValueError if there is no such date.
    """
    photos = scope.photos(user=user)
    if group:
        first = datetime.strptime(group, "%Y-%m-%d" if group.count("-") > 1 else "%Y-%m")  # noqa: DTZ007 - local time
        photos = photos.filter(dated_at__gte=first, dated_at__lt=_end_of(first, is_day=group.count("-") > 1))
    return _limited(photos, limit=limit)


def find_between(ends: tuple[int, int], *, scope: Scope, user: AbstractBaseUser, limit: int) -> FoundPhotos:
    """Return the photos from one to another; none if one of them is no longer in `scope`."""
    photos = scope.photos(user=user)
    found = sorted(photos.filter(pk__in=ends).values_list("dated_at", "pk"))
    if len(found) < len(set(ends)):
        return FoundPhotos([], [])
    (first, first_id), (last, last_id) = found[0], found[-1]
    photos = photos.filter(dated_at__gte=first, dated_at__lte=last)
    photos = photos.exclude(Q(dated_at=first, pk__lt=first_id) | Q(dated_at=last, pk__gt=last_id))
    return _limited(photos, limit=limit)


def _limited(photos: PhotoQuerySet, *, limit: int) -> FoundPhotos:
    rows = list(photos.order_by("-dated_at", "-pk").values_list("pk", "dated_at")[: limit + 1])
    days = groupby(f"{moment:%Y-%m-%d}" for _pk, moment in rows[:limit])
    return FoundPhotos(
        [pk for pk, _moment in rows[:limit]], [(day, len(list(same))) for day, same in days], len(rows) > limit
    )


def _end_of(first: datetime, *, is_day: bool) -> datetime:
    return first + timedelta(days=1) if is_day else (first + timedelta(days=31)).replace(day=1)
