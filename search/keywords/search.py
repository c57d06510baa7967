"""Searches photos in Elasticsearch by the words in their texts, file names and descriptions."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from elasticsearch import NotFoundError

from gallery.access import AnyUser
from gallery.models import Photo
from gallery.text.canonical import forms
from search.keywords.index import KeywordSearchUnavailable, connected
from search.keywords.snippets import KeywordHit
from search.query.filters import Filters
from search.query.folding import compose, digits_of, fold, is_short_word
from search.query.parser import Query, scripts_of

Clause = dict[str, Any]

TEXT_FIELDS = ("text", "filename", "description")
# Weights of the kinds of matches: the same characters count more than other forms of a word, whole words more than
# parts of words, and phrases more than words.
SIMILAR_WORDS_BOOST = 0.3
WHOLE_WORD_BOOST = 1.0
WHOLE_NAME_BOOST = 5.0
PHRASE_BOOST = 2.0
TIE_BREAKER = 0.2
# The most hits that Elasticsearch returns at once.
MAX_PAGE_SIZE = 10_000


def keyword_search(query: Query, *, user: AnyUser, limit: int) -> list[KeywordHit]:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`, best first.

    Raises KeywordSearchUnavailable.
    """
    clauses = {
        "must": [_term(word) for word in query.words] + [_term(phrase, quoted=True) for phrase in query.phrases],
        "must_not": [_anywhere(_occurs(source, term) for source in TEXT_FIELDS) for term in query.excluded],
        "filter": [{"term": {"owner": user.pk}}, *_filters(query.filters)],
    }
    hits: list[KeywordHit] = []
    for scores in _best(clauses, size=limit):
        # The index also contains photos in the trash, and deleted ones.
        visible = set(Photo.objects.visible_to(user).filter(pk__in=scores).values_list("pk", flat=True))
        hits += [KeywordHit(pk, score) for pk, score in scores.items() if pk in visible]
        if len(hits) >= limit:
            break
    return hits[:limit]


def _best(clauses: Clause, *, size: int) -> Iterator[dict[int, float]]:
    """Yield pages of scores by photo, best first: one of `size`, then larger ones, to the end.

    The first page is enough, unless many of its photos are in the trash, whose photos stay in the index.
    """
    after: dict[str, Any] = {}
    while True:
        with connected() as client:
            try:
                answer = client.search(
                    index=settings.ELASTICSEARCH_INDEX,
                    query={"bool": clauses},
                    sort=["_score", {"photo_id": "desc"}],
                    size=size,
                    source=False,
                    track_total_hits=False,
                    **after,
                )
            except NotFoundError as error:
                raise KeywordSearchUnavailable(_("The keyword index does not exist yet.")) from error
        found = answer["hits"]["hits"]
        yield {int(hit["_id"]): hit["_score"] for hit in found}
        if len(found) < size:
            break
        after, size = {"search_after": found[-1]["sort"]}, min(4 * size, MAX_PAGE_SIZE)


def _subfield_queries(term: str, *, quoted: bool = False) -> dict[str, Clause]:
    """Return a query for each sub-field that can find `term`, by its name; one match is enough."""
    folded = fold(term)
    if not quoted and is_short_word(term):
        return {"starts": {"term": folded}}
    if len(folded) == 1:
        return {"characters": {"match": folded}}
    ways: dict[str, Clause] = {"pairs": {"match_phrase": compose(term)}}
    if digits := digits_of(folded):
        ways["digits"] = {"match_phrase": digits}
    return ways


def _occurs(source: str, term: str, *, quoted: bool = False) -> Clause:
    """Match texts of `source` that contain the characters of `term` in sequence."""
    ways = _subfield_queries(term, quoted=quoted).items()
    return _anywhere({kind: {f"{source}.{way}": value}} for way, query in ways for kind, value in query.items())


def _uses_words_of(source: str, term: str) -> Clause:
    """Match texts of `source` that contain the words of `term` in any order and form, with all Chinese characters."""
    clauses = [{"match": {source: {"query": term, "operator": "and"}}}]
    if "han" in scripts_of(term):
        # The analyser drops single characters, so that 林小雨 would also match any 小雨.
        clauses.append({"match": {f"{source}.characters": {"query": term, "operator": "and"}}})
    return {"bool": {"must": clauses, "boost": SIMILAR_WORDS_BOOST}}


def _term(term: str, *, quoted: bool = False) -> Clause:
    """Match photos that contain a word or phrase in any text, and score where and how they do."""
    queries = []
    for source in TEXT_FIELDS:
        found = [_occurs(source, term, quoted=quoted)]
        if not quoted and term.isalpha():
            found.append(_uses_words_of(source, term))
        better: list[Clause] = [{"match_phrase": {f"{source}.exact": {"query": term, "boost": WHOLE_WORD_BOOST}}}]
        if source == "filename":
            better.append({"term": {"filename.whole": {"value": compose(term), "boost": WHOLE_NAME_BOOST}}})
        queries.append({"bool": {"must": [{"dis_max": {"queries": found}}], "should": better}})
    return {"dis_max": {"queries": queries, "tie_breaker": TIE_BREAKER, "boost": PHRASE_BOOST if quoted else 1.0}}


def _anywhere(clauses: Iterator[Clause]) -> Clause:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def _filters(filters: Filters) -> Iterator[Clause]:
    for column, comparison, value in filters.conditions():
        match comparison:
            case "exact":
                yield {"term": {column.name: value}}
            case "icontains":
                yield _anywhere(_occurs(column.name, form, quoted=True) for form in forms(str(value)))
            case _:
                yield {"range": {column.name: {comparison: value}}}
