"""Asks Elasticsearch for the photos that may contain the words of a query."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from elasticsearch import NotFoundError

from gallery.access import AnyUser
from search.keywords.bool_clauses import Clause
from search.keywords.clauses import exact_clauses, filter_clauses, weak_clauses
from search.keywords.index import KeywordSearchUnavailable, connected
from search.keywords.snippets import Order
from search.query.parser import Query

# With so many exact hits, a page, weaker ones are not searched.
ENOUGH_EXACT_HITS = 60
MAX_CANDIDATES = 200
# Longer queries are sentences; each word more would multiply the clauses that Elasticsearch counts.
MAX_LOOSE_WORDS = 12
# The most hits that Elasticsearch returns at once.
MAX_PAGE_SIZE = 10_000
DIRECTIONS = {"newest": "desc", "oldest": "asc"}

# As many as a process of the site has for requests. They know neither the database nor the language of the request.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="keywords")


@dataclass(frozen=True)
class Answer:
    """The scores of photos, best first, and the named clauses that found them.

    `total` is the number of all photos, `last` the place of the last one here, from which the next page goes on.
    """

    scores: dict[int, float]
    names: dict[int, list[str]]
    total: int
    last: list[Any]


@dataclass(frozen=True)
class Answers:
    """The first page of photos that contain all terms, and candidates for weaker ways if that fills no page."""

    exact: Answer
    weaker: Answer | None


def ask_early(query: Query, *, user: AnyUser, limit: int, order: Order = "") -> Future[Answers]:
    """Return `first_answers`, which a thread asks for while the caller goes on."""
    return _threads.submit(first_answers, query, owner=user.pk, limit=limit, order=order)


def first_answers(query: Query, *, owner: int | None, limit: int, order: Order = "") -> Answers:
    """Ask for photos that contain all terms and, if they are few, for others. Raises KeywordSearchUnavailable."""
    exact = ask(exact_clauses(query, scope=_scope(query, owner)), size=limit, order=order)
    weaker = None
    if wants_weaker(query, exact=len(exact.scores), limit=limit):
        weaker = ask_for_weaker(query, owner=owner, without=list(exact.scores))
    return Answers(exact, weaker)


def further_pages(query: Query, first: Answer, *, owner: int | None, size: int, order: Order) -> Iterator[Answer]:
    """Yield the pages of photos behind the `first` one of `size`, in larger and larger ones to the end.

    The first page is enough, unless many of its photos are in the trash, whose photos stay in the index.
    """
    answer = first
    while len(answer.scores) >= size:
        size = min(4 * size, MAX_PAGE_SIZE)
        answer = ask(exact_clauses(query, scope=_scope(query, owner)), size=size, order=order, after=answer.last)
        yield answer


def wants_weaker(query: Query, *, exact: int, limit: int) -> bool:
    """Return True if so few photos contain all terms that others are searched, too."""
    return 0 < len(query.words) <= MAX_LOOSE_WORDS and exact < min(ENOUGH_EXACT_HITS, limit)


def ask_for_weaker(query: Query, *, owner: int | None, without: Sequence[int]) -> Answer:
    """Ask for candidates that may contain the words in weaker ways. Raises KeywordSearchUnavailable."""
    return ask(weak_clauses(query, scope=_scope(query, owner), without=without), size=MAX_CANDIDATES)


def _scope(query: Query, owner: int | None) -> list[Clause]:
    return [{"term": {"owner": owner}}, *filter_clauses(query.filters)]


def ask(clauses: Clause, *, size: int, order: Order = "", after: Sequence[Any] = ()) -> Answer:
    """Return the photos that match a bool query, best first or by date. Raises KeywordSearchUnavailable."""
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
    return Answer(
        {hit["sort"][-1]: 0.0 if order else hit["sort"][0] for hit in hits},
        {hit["sort"][-1]: hit.get("matched_queries", []) for hit in hits},
        answer["hits"]["total"]["value"],
        hits[-1]["sort"] if hits else [],
    )
