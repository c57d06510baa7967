"""Pinned searches: what their owners say that a search should find, and whether it does."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from gallery.models import Photo
from search.evaluation.labelled_set import LabelledQuery
from search.evaluation.measuring import Answer, Outcome, answer_of, compare
from search.forms import SearchForm
from search.models import PinnedSearch
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import search_by_text

MAX_PINNED_SEARCHES = 100
# Those of a page of results.
MAX_PHOTOS = 60


class TooManyPins(ValueError):
    """The user has pinned the maximum number of searches or photos; the message is shown to the user."""


def pinned_searches(*, user: AbstractBaseUser) -> QuerySet[PinnedSearch]:
    """Return the pinned searches of `user`, latest first."""
    return PinnedSearch.objects.filter(owner_id=user.pk).order_by("-created_at", "-pk")


def pin_search(address: str, photo_ids: Iterable[int], *, user: AbstractBaseUser) -> PinnedSearch:
    """Record that the search at `address` (a query string) should find these photos of `user`, besides earlier ones.

    Raises:
        TooManyPins: nothing is changed.
    """
    photos = list(Photo.objects.visible_to(user).filter(pk__in=list(photo_ids)[:MAX_PHOTOS]))
    own = pinned_searches(user=user)
    if own.count() >= MAX_PINNED_SEARCHES and not own.filter(address=address).exists():
        raise TooManyPins(_("You can pin up to %(limit)d searches. Remove one first.") % {"limit": MAX_PINNED_SEARCHES})
    with transaction.atomic():
        pinned, _created = PinnedSearch.objects.get_or_create(owner_id=user.pk, address=address)
        if len({photo.pk for photo in photos} | set(pinned.photos.values_list("pk", flat=True))) > MAX_PHOTOS:
            raise TooManyPins(_("A pinned search has up to %(limit)d photos.") % {"limit": MAX_PHOTOS})
        pinned.photos.add(*photos)
    return pinned


def measure_pinned() -> Iterator[Outcome]:
    """Yield the outcome of every pinned search of active users that still has photos, searched as its owner."""
    for owner in User.objects.filter(pk__in=PinnedSearch.objects.values("owner"), is_active=True):
        for pinned in pinned_searches(user=owner):
            photo_ids = {
                str(pk): pk for pk in pinned.photos.visible_to(owner).filter(defect="").values_list("pk", flat=True)
            }
            if photo_ids:
                yield compare(_query_for(photo_ids), _answer(pinned, owner), photo_ids=photo_ids)


def _query_for(photo_ids: Iterable[str]) -> LabelledQuery:
    """Return a query for these photos without its words, which are its owner's."""
    return LabelledQuery("", "", "pinned", "correctly", frozenset(photo_ids), frozenset(), frozenset())


def _answer(pinned: PinnedSearch, owner: User) -> Answer:
    form = SearchForm(QueryDict(pinned.address))
    if not form.is_valid():
        return Answer({}, relevant=0)
    try:
        query = parse(form.cleaned_data["q"], filters=form.filters())
    except InvalidQuery:
        return Answer({}, relevant=0)
    return answer_of(search_by_text(query, user=owner), has_words=query.has_terms)
