"""Keeps the result list of a search while the user pages through it, so that pages neither repeat nor skip a photo.

Lists are kept in the database, where every process reads them, a restart of Valkey does not lose them, and deleting a
user deletes them.
"""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery.models import Photo
from search.models import ResultList
from search.ranking.results import RankedList

LIFETIME = timedelta(hours=24)
# Every new search makes a list; few users have more tabs open.
MAX_LISTS_PER_USER = 50


class ResultListGone(LookupError):
    """The user has no list with this key; it may have expired."""


def keep_list(ranked: RankedList, *, user: AbstractBaseUser) -> str:
    """Store `ranked` for a day and return its key; deletes lists that are too old or too many."""
    own = ResultList.objects.filter(owner_id=user.pk)
    surplus = own.order_by("-created_at").values("pk")[MAX_LISTS_PER_USER - 1 :]
    with transaction.atomic():
        ResultList.objects.filter(Q(created_at__lt=timezone.now() - LIFETIME) | Q(pk__in=surplus)).delete()
        return str(ResultList.objects.create(owner_id=user.pk, found=ranked.to_json()).pk)


def read_list(key: UUID | str, *, user: AbstractBaseUser) -> RankedList:
    """Return the list of `user` with this key. Raises ResultListGone."""
    kept = ResultList.objects.filter(pk=key, owner_id=user.pk, created_at__gte=timezone.now() - LIFETIME).first()
    if kept is None:
        raise ResultListGone
    return RankedList.from_json(kept.found)


def neighbours_in_list(key: UUID, photo_id: int, *, user: AbstractBaseUser) -> tuple[int | None, int | None]:
    """Return the ids of the visible photos before and after a photo in the list of `user` with this key.

    Raises ResultListGone, also if the list does not contain the photo.
    """
    ids = [pk for entry in read_list(key, user=user).entries for pk in entry.photo_ids]
    if photo_id not in ids:
        raise ResultListGone
    visible = set(Photo.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    at = ids.index(photo_id)
    before = next((pk for pk in reversed(ids[:at]) if pk in visible), None)
    after = next((pk for pk in ids[at + 1 :] if pk in visible), None)
    return before, after
