"""Keeps what a search found while somebody scrolls through it, so that pages neither repeat a photo nor skip one.

In the database: every process reads it, a restarted Valkey does not forget it, and it goes with its owner.
"""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from gallery.models import Photo
from search.models import ResultList
from search.ranking.results import FoundList

LIFETIME = timedelta(hours=24)
# Of one person; every new search makes a list, and tabs are rarely that many.
KEPT = 50


class ResultListGone(LookupError):
    """There is no such list: too old, or somebody else's."""


def keep_list(found: FoundList, *, user: AbstractBaseUser) -> str:
    """Keep `found` for a day; the key under which it is found again."""
    mine = ResultList.objects.filter(owner_id=user.pk)
    surplus = mine.order_by("-created_at").values("pk")[KEPT - 1 :]
    ResultList.objects.filter(Q(created_at__lt=timezone.now() - LIFETIME) | Q(pk__in=surplus)).delete()
    return str(ResultList.objects.create(owner_id=user.pk, found=found.to_json()).pk)


def read_list(key: UUID | str, *, user: AbstractBaseUser) -> FoundList:
    """The list of `user` that was kept under `key`.

    Raises:
        ResultListGone: there is none any more.
    """
    kept = ResultList.objects.filter(pk=key, owner_id=user.pk, created_at__gte=timezone.now() - LIFETIME).first()
    if kept is None:
        raise ResultListGone
    return FoundList.from_json(kept.found)


def neighbours_in_list(key: UUID, photo_id: int, *, user: AbstractBaseUser) -> tuple[int | None, int | None]:
    """The photos before and after one in the list of `user` that was kept under `key`, as far as they are still there.

    Raises:
        ResultListGone: there is none any more, or it does not hold the photo.
    """
    ids = [pk for entry in read_list(key, user=user).entries for pk in (entry.photo_id, *entry.versions)]
    if photo_id not in ids:
        raise ResultListGone
    visible = set(Photo.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    at = ids.index(photo_id)
    before = next((pk for pk in reversed(ids[:at]) if pk in visible), None)
    after = next((pk for pk in ids[at + 1 :] if pk in visible), None)
    return before, after
