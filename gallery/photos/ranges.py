"""Ids of many photos of a scope at once, for the selection."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from gallery.models import PhotoQuerySet
from gallery.photos.scopes import Scope


def photo_ids_of(scope: Scope, *, user: AbstractBaseUser, group: str = "", limit: int) -> tuple[list[int], bool]:
    """Return the ids of the photos of a month or day, or of all, latest first; and whether there are more than `limit`.

    `group` is a month such as 2023-05, or a day such as 2023-05-14. Raises ValueError if there is no such date.
    """
    photos = scope.photos(user=user)
    if group:
        first = datetime.strptime(group, "%Y-%m-%d" if group.count("-") > 1 else "%Y-%m")  # noqa: DTZ007 - local time
        photos = photos.filter(dated_at__gte=first, dated_at__lt=_end_of(first, is_day=group.count("-") > 1))
    return _limited(photos, limit=limit)


def photo_ids_between(
    ends: tuple[int, int], *, scope: Scope, user: AbstractBaseUser, limit: int
) -> tuple[list[int], bool]:
    """Return the ids from one photo to another, latest first; none if one of them is no longer in `scope`."""
    photos = scope.photos(user=user)
    found = sorted(photos.filter(pk__in=ends).values_list("dated_at", "pk"))
    if len(found) < len(set(ends)):
        return [], False
    (first, first_id), (last, last_id) = found[0], found[-1]
    photos = photos.filter(dated_at__gte=first, dated_at__lte=last)
    photos = photos.exclude(Q(dated_at=first, pk__lt=first_id) | Q(dated_at=last, pk__gt=last_id))
    return _limited(photos, limit=limit)


def _limited(photos: PhotoQuerySet, *, limit: int) -> tuple[list[int], bool]:
    ids = list(photos.order_by("-dated_at", "-pk").values_list("pk", flat=True)[: limit + 1])
    return ids[:limit], len(ids) > limit


def _end_of(first: datetime, *, is_day: bool) -> datetime:
    return first + timedelta(days=1) if is_day else (first + timedelta(days=31)).replace(day=1)
