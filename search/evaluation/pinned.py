"""Pinned searches: photos that a query should find, as its owner says, and whether it does."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gallery.models import Photo
from search.evaluation.labelled_set import LabelledQuery
from search.evaluation.measuring import Outcome, compare, search_as
from search.models import PinnedSearch

MAX_PINNED_SEARCHES = 100
# Those of one page of results.
MAX_PHOTOS = 60


class TooManyPins(ValueError):
    """The user has pinned the maximum number of searches or photos; the message is shown to the user."""


def pinned_searches(*, user: AbstractBaseUser) -> QuerySet[PinnedSearch]:
    """Return the pinned searches of `user`, latest first."""
    return PinnedSearch.objects.filter(owner_id=user.pk).order_by("-created_at", "-pk")


def pin_search(query: str, photo_ids: Iterable[int], *, user: AbstractBaseUser) -> int:
    """Record that `query` should find these photos of `user`, besides earlier ones; return how many photos were added.

    Raises:
        TooManyPins: nothing is changed.
    """
    photos = set(Photo.objects.visible_to(user).filter(pk__in=photo_ids).values_list("pk", flat=True))
    if not photos:
        return 0
    own = pinned_searches(user=user)
    if own.count() >= MAX_PINNED_SEARCHES and not own.filter(query=query).exists():
        raise TooManyPins(_("You can pin up to %(limit)d searches. Remove one first.") % {"limit": MAX_PINNED_SEARCHES})
    with transaction.atomic():
        pinned, _is_new = PinnedSearch.objects.get_or_create(owner_id=user.pk, query=query)
        known = set(pinned.photos.values_list("pk", flat=True))
        if len(known | photos) > MAX_PHOTOS:
            raise TooManyPins(_("A pinned search has up to %(limit)d photos.") % {"limit": MAX_PHOTOS})
        pinned.photos.add(*photos)
        PinnedSearch.objects.filter(pk=pinned.pk).update(found=None)
    return len(photos - known)


def measure_pinned() -> Iterator[Outcome]:
    """Measure every pinned search of active users as its owner, and record how many of its photos it finds."""
    for owner in User.objects.filter(pk__in=PinnedSearch.objects.values("owner"), is_active=True):
        search = search_as(owner)
        for pinned in pinned_searches(user=owner):
            visible = Photo.objects.visible_to(owner).filter(defect="", pk__in=pinned.photos.values("pk"))
            photo_ids = {str(pk): pk for pk in visible.values_list("pk", flat=True)}
            if photo_ids:
                answer = search(pinned.query)
                found = len(answer.places.keys() & set(photo_ids.values()))
                PinnedSearch.objects.filter(pk=pinned.pk).update(found=found)
                yield compare(_query_for(photo_ids), answer, photo_ids=photo_ids)


def _query_for(photo_ids: Iterable[str]) -> LabelledQuery:
    """Return a query for these photos without its words, which are its owner's."""
    return LabelledQuery("", "", "pinned", "", frozenset(photo_ids), frozenset(), frozenset())
