"""Searches words in PostgreSQL while Elasticsearch is unavailable: the same photos in a simpler order."""

from functools import reduce
from operator import add

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, FloatField, Value, When

from gallery.models import Photo
from search.keywords.snippets import DATE_ORDERS, KeywordHit, KeywordHits, Order
from search.query.conditions import mentions, starts_word
from search.query.parser import Query

ORDERS = {"": ("-score", "-pk"), **DATE_ORDERS}
WITHIN_WORD, START_OF_WORD, WHOLE_WORD = 1.0, 2.0, 3.0


def keyword_search_in_database(
    query: Query, *, user: AbstractBaseUser | AnonymousUser, limit: int, order: Order = ""
) -> KeywordHits:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`.

    Whole words come first, then starts of words, then the newest photos. Unlike `keyword_search`, this finds no other
    forms of the words.
    """
    conditions = [mentions(word) for word in query.words]
    conditions += [mentions(phrase, is_whole=True) for phrase in query.phrases]
    conditions += [~mentions(term, is_whole=True) for term in query.excluded]
    photos = (
        Photo.objects.visible_to(user)
        .filter(query.filters.photo_conditions(), *conditions)
        .annotate(score=reduce(add, map(_score, query.terms), Value(0.0)))
        .order_by(*ORDERS[order])
        .values_list("pk", "score")
    )
    hits = tuple(KeywordHit(pk, score) for pk, score in photos[:limit])
    return KeywordHits(hits, photos.count() if len(hits) == limit else len(hits))


def _score(term: str) -> Case:
    """Return the score of a term, the best of its occurrences."""
    whole = When(mentions(term, is_whole=True), then=Value(WHOLE_WORD))
    start = When(starts_word(term), then=Value(START_OF_WORD))
    return Case(whole, start, default=Value(WITHIN_WORD), output_field=FloatField())
