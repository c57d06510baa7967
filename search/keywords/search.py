"""Searches photos in Elasticsearch by the words in their texts, file names and descriptions.

Photos that contain all terms come first. If they are fewer than a page, photos follow that contain the words in weaker
ways; the index proposes them, and Python decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from elasticsearch import NotFoundError

from gallery.access import AnyUser
from gallery.models import IsOneOf, Photo, PhotoQuerySet
from search.keywords.bool_clauses import Clause
from search.keywords.clauses import exact_clauses, filter_clauses, order_name, weak_clauses
from search.keywords.closeness import Judge
from search.keywords.index import KeywordSearchUnavailable, connected
from search.keywords.snippets import KeywordHit, KeywordHits, Order
from search.keywords.weak_tokens import MAX_CHARACTERS
from search.query.conditions import TEXT_FIELDS
from search.query.parser import Query
from search.query.ways import TIERS, VAGUE

# With so many exact hits, a page, weaker ones are not searched.
ENOUGH_EXACT_HITS = 60
MAX_CANDIDATES = 200
# Longer queries are sentences; each word more would multiply the clauses that Elasticsearch counts.
MAX_LOOSE_WORDS = 12
# The most hits that Elasticsearch returns at once.
MAX_PAGE_SIZE = 10_000
DIRECTIONS = {"newest": "desc", "oldest": "asc"}


@dataclass(frozen=True)
class _Answer:
    """The scores of photos, best first, and the named clauses that found them.

    `total` is the number of all photos, `last` the place of the last one here, from which the next page goes on.
    """

    scores: dict[int, float]
    names: dict[int, list[str]]
    total: int
    last: list[Any]


def keyword_search(query: Query, *, user: AnyUser, limit: int, order: Order = "") -> KeywordHits:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`, best first.

    With an `order`, the newest or oldest photos, and only those that contain the words exactly unless none does.
    Raises KeywordSearchUnavailable.
    """
    scope = [{"term": {"owner": user.pk}}, *filter_clauses(query.filters)]
    exact: list[KeywordHit] = []
    seen: list[int] = []
    found = 0
    for answer in _pages(exact_clauses(query, scope=scope), size=limit, order=order):
        # The index also contains photos in the trash, and may lag behind the database.
        visible = set(_matching(query, answer.scores, user=user).values_list("pk", flat=True))
        exact += [KeywordHit(pk, score) for pk, score in answer.scores.items() if pk in visible]
        seen += answer.scores
        found = answer.total - (len(seen) - len(exact))
        if len(exact) >= limit:
            return KeywordHits(tuple(exact[:limit]), found)
    weaker: list[KeywordHit] = []
    if 0 < len(query.words) <= MAX_LOOSE_WORDS and len(exact) < min(ENOUGH_EXACT_HITS, limit):
        weaker = _weaker_hits(query, user=user, scope=scope, without=seen)
    return KeywordHits(tuple([*exact, *weaker][:limit]), len(exact) + len(weaker))


def _weaker_hits(query: Query, *, user: AnyUser, scope: list[Clause], without: list[int]) -> list[KeywordHit]:
    """Return the photos that contain the words in weaker ways, the closest first."""
    answer = _ask(weak_clauses(query, scope=scope, without=without), size=MAX_CANDIDATES)
    photos = _matching(query, answer.scores, user=user)
    texts = photos.values_list("pk", *(Left(name, MAX_CHARACTERS) for name in TEXT_FIELDS))
    judge = Judge(query)
    found = []
    for pk, *folded in texts:
        ordered = {number for number in range(len(query.words)) if order_name(number) in answer.names[pk]}
        if closeness := judge.closeness("\n".join(filter(None, folded)), ordered=ordered):
            found.append((closeness.tier_number, closeness.distance, -answer.scores[pk], -pk))
    return [
        KeywordHit(-pk, 1 / (1 + distance), TIERS[tier], is_vague=distance >= VAGUE)
        for tier, distance, _score, pk in sorted(found)
        if tier
    ]


def _matching(query: Query, photo_ids: Iterable[int], *, user: AnyUser) -> PhotoQuerySet:
    """Return those of the photos that `user` may see, and that pass the filters and exclusions of `query`."""
    return Photo.objects.visible_to(user).filter(IsOneOf("pk", photo_ids), query.photo_conditions(), defect="")


def _pages(clauses: Clause, *, size: int, order: Order) -> Iterator[_Answer]:
    """Yield pages of answers: one of `size`, then larger ones, to the end.

    The first page is enough, unless many of its photos are in the trash, whose photos stay in the index.
    """
    after: list[Any] = []
    while True:
        answer = _ask(clauses, size=size, order=order, after=after)
        yield answer
        if len(answer.scores) < size:
            break
        after, size = answer.last, min(4 * size, MAX_PAGE_SIZE)


def _ask(clauses: Clause, *, size: int, order: Order = "", after: Sequence[Any] = ()) -> _Answer:
    first = {"dated_at": DIRECTIONS[order]} if order else {"_score": "desc"}
    with connected() as client:
        try:
            answer = client.search(
                index=settings.ELASTICSEARCH_INDEX,
                query={"bool": clauses},
                sort=[first, {"photo_id": DIRECTIONS[order] if order else "desc"}],
                size=size,
                stored_fields="_none_",
                track_total_hits=True,
                search_after=list(after) or None,
                # Without the name of the index and the id as a text in each hit.
                filter_path=["hits.total.value", "hits.hits.sort", "hits.hits.matched_queries"],
            )
        except NotFoundError as error:
            raise KeywordSearchUnavailable(_("The keyword index does not exist yet.")) from error
    hits = answer["hits"].get("hits", [])
    return _Answer(
        {hit["sort"][-1]: 0.0 if order else hit["sort"][0] for hit in hits},
        {hit["sort"][-1]: hit.get("matched_queries", []) for hit in hits},
        answer["hits"]["total"]["value"],
        hits[-1]["sort"] if hits else [],
    )
