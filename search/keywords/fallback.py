"""Searches words in PostgreSQL while Elasticsearch is unavailable: the same photos in a simpler order."""

from functools import reduce
from operator import add

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, FloatField, Q, Value, When

from gallery.models import Photo
from gallery.text.canonical import forms, pattern
from search.keywords.snippets import DATE_ORDERS, KeywordHit, KeywordHits, Order
from search.query.columns import contains_one
from search.query.conditions import TEXT_FIELDS, mentions, starts_word
from search.query.parser import Query

ORDERS = {"": ("-score", "-pk"), **DATE_ORDERS}
# The indexes consist of three characters each.
MIN_INDEXED_LENGTH = 3
WITHIN_WORD, START_OF_WORD, WHOLE_WORD = 1.0, 2.0, 3.0


def keyword_search_in_database(
    query: Query, *, user: AbstractBaseUser | AnonymousUser, limit: int, order: Order = ""
) -> KeywordHits:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`.

    Whole words come first, then starts of words, then the newest photos. Unlike `keyword_search`, this finds no other
    forms of the words.
    """
    conditions = [_contains(word, user=user) for word in query.words]
    conditions += [_contains(phrase, user=user, is_whole=True) for phrase in query.phrases]
    photos = (
        Photo.objects.visible_to(user)
        .filter(*conditions, query.photo_conditions())
        .annotate(score=reduce(add, map(_score, query.terms), Value(0.0)))
        .order_by(*ORDERS[order])
        .values_list("pk", "score")
    )
    hits = tuple(KeywordHit(pk, score) for pk, score in photos[:limit])
    return KeywordHits(hits, photos.count() if len(hits) == limit else len(hits))


def _contains(term: str, *, user: AbstractBaseUser | AnonymousUser, is_whole: bool = False) -> Q:
    """Return the condition that a photo of `user` contains a term.

    One subquery for each text, because the index of a text is not used for a condition on several of them; none for
    terms that are too short for an index.
    """
    patterns = [pattern(form, is_whole=is_whole) for form in forms(term)]
    if any(len(part.strip()) < MIN_INDEXED_LENGTH for part in patterns):
        return mentions(term, is_whole=is_whole)
    own = Photo.objects.visible_to(user)
    found = [own.filter(contains_one(patterns, fields=[name])).values("pk") for name in TEXT_FIELDS]
    return Q(pk__in=found[0].union(*found[1:]))


def _score(term: str) -> Case:
    """Return the score of a term, the best of its occurrences."""
    whole = When(mentions(term, is_whole=True), then=Value(WHOLE_WORD))
    start = When(starts_word(term), then=Value(START_OF_WORD))
    return Case(whole, start, default=Value(WITHIN_WORD), output_field=FloatField())
