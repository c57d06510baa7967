"""Words of a query that may also mean dates: the photos taken then are offered, or shown if the words are nowhere."""

from dataclasses import replace

from gallery.models import Photo
from search.query.filters import DATED_AT
from search.query.parser import parse
from search.ranking.results import CountedOffer, RankedList
from search.ranking.scope import SearchScope


def count_offers(scope: SearchScope) -> tuple[CountedOffer, ...]:
    """Return the dates that the words of the query may mean, with the number of photos; those without are left out."""
    if not scope.query.offers:
        return ()
    photos = Photo.objects.visible_to(scope.user)
    if scope.among is not None:
        photos = photos.filter(pk__in=scope.among.values("pk"))
    counted = (
        CountedOffer(offer.text, offer.query, photos.filter(DATED_AT.condition("dated", offer.dates)).count())
        for offer in scope.query.offers
    )
    return tuple(offer for offer in counted if offer.photos)


def dated_scope(scope: SearchScope, ranked: RankedList) -> SearchScope | None:
    """Return the scope of photos taken at the one date that the query may mean, if it finds too little otherwise.

    The word may have been meant: pictures of "spring" or "christmas" are not replaced by all photos taken then. Beside
    other words, as in "hangzhou 2023", the date is meant unless a picture contains all of them.
    """
    query = scope.query
    if len(query.offers) != 1:
        return None
    dated = parse(query.offers[0].query)
    if has_exact_hits(ranked) if dated.has_terms else ranked.relevant or dated.excluded:
        return None
    return replace(scope, query=replace(dated, filters=dated.filters | query.filters))


def has_exact_hits(ranked: RankedList) -> bool:
    """Return whether a photo contains all words of the query."""
    return any(entry.tier == "exact" for entry in ranked.entries)
