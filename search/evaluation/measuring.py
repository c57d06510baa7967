"""Runs queries, and compares the photos that they find with those that they should find."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from search.evaluation.labelled_set import LabelledQuery
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import rank_photos
from search.ranking.results import SearchPage, cut_page
from search.ranking.scope import SearchScope


@dataclass(frozen=True)
class Answer:
    """The photos on the first page of a search, near-duplicates at their place; the first `relevant` above the cutoff.

    `places` are the ranks of the photos, from 1 on. `exact` are those that contain the words as typed, `similar` those
    that contain other words; `unexplained` counts those without a reason.
    """

    places: Mapping[int, int]
    relevant: int
    exact: frozenset[int] = frozenset()
    similar: frozenset[int] = frozenset()
    unexplained: int = 0


@dataclass(frozen=True)
class Outcome:
    """The comparison of an answer with a labelled query.

    `place` is the rank of the first right picture, 0 if there is none on the first page. `wrong` counts pictures above
    the cutoff that are neither right nor may follow.
    """

    query: LabelledQuery
    is_found: bool
    is_above: bool
    place: int
    wrong: int
    is_in_order: bool
    unexplained: int


Search = Callable[[str], Answer]


def measure(queries: Iterable[LabelledQuery], *, photo_ids: Mapping[str, int], search: Search) -> list[Outcome]:
    """Return the outcome of each query whose pictures are all among `photo_ids`."""
    return [
        compare(query, search(query.text), photo_ids=photo_ids)
        for query in queries
        if (query.right | query.behind | query.absent) <= photo_ids.keys()
    ]


def search_as(user: AbstractBaseUser) -> Search:
    """Return the search of the search page, as `user`."""

    def search(text: str) -> Answer:
        try:
            query = parse(text)
        except InvalidQuery:
            return Answer({}, relevant=0)
        # As a search on the page, but no result list is kept.
        ranked = rank_photos(SearchScope(query, user))
        return answer_of(cut_page(ranked, query=query, user=user), has_words=query.has_terms)

    return search


def answer_of(page: SearchPage, *, has_words: bool) -> Answer:
    """Return the photos of a page of results; filters alone need no reasons."""
    places: dict[int, int] = {}
    tiers: dict[str, set[int]] = {"exact": set(), "form": set(), "similar": set()}
    for rank, hit in enumerate(page.hits, start=1):
        for photo in (hit.photo, *hit.near_duplicates):
            places[photo.pk] = rank
        if tier := next((reason.tier for reason in hit.reasons if reason.tier), ""):
            tiers[tier].add(hit.photo.pk)
    return Answer(
        places,
        relevant=len(page.hits) if page.cutoff is None else page.cutoff,
        exact=frozenset(tiers["exact"]),
        similar=frozenset(tiers["form"] | tiers["similar"]),
        unexplained=sum(has_words and not hit.reasons for hit in page.hits),
    )


def compare(query: LabelledQuery, answer: Answer, *, photo_ids: Mapping[str, int]) -> Outcome:
    """Return the outcome of `query`; `photo_ids` are those of all its pictures, by their names."""
    right, behind, absent = ({photo_ids[name] for name in names} for names in (query.right, query.behind, query.absent))
    places = answer.places
    above = {pk for pk, place in places.items() if place <= answer.relevant}
    wrong = len(above - right - behind)
    worst = max((places[pk] for pk in right & places.keys()), default=0)
    is_in_order = (
        all(places.get(pk, worst + 1) > worst for pk in behind) and not absent & places.keys() and _exact_first(answer)
    )
    if not right:
        # Nothing is right: other pictures may follow only below the cutoff.
        return Outcome(query, wrong == 0, wrong == 0, 0, wrong, is_in_order, answer.unexplained)
    place = min((places[pk] for pk in right & places.keys()), default=0)
    return Outcome(query, right <= places.keys(), right <= above, place, wrong, is_in_order, answer.unexplained)


def _exact_first(answer: Answer) -> bool:
    """Return whether no photo in a similar spelling stands before one with the words as typed."""
    last_exact = max((answer.places[pk] for pk in answer.exact), default=0)
    return all(answer.places[pk] > last_exact for pk in answer.similar)
