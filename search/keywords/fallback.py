"""Searches words in PostgreSQL while Elasticsearch is unavailable: the same photos in a simpler order."""

import re
from functools import reduce
from operator import add

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, FloatField, Value, When

from gallery.models import Photo
from search.keywords.snippets import KeywordHit
from search.query.conditions import any_text, mentions
from search.query.folding import LATIN, fold
from search.query.parser import Query

PART_OF_WORD, WHOLE_WORD = 1.0, 2.0


def keyword_search_in_database(query: Query, *, user: AbstractBaseUser | AnonymousUser, limit: int) -> list[KeywordHit]:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`.

    Whole words come first, then the newest photos. Unlike `keyword_search`, this finds no other forms of the words.
    """
    conditions = [mentions(word) for word in query.words]
    conditions += [mentions(phrase, quoted=True) for phrase in query.phrases]
    conditions += [~mentions(term) for term in query.excluded]
    photos = (
        Photo.objects.visible_to(user)
        .filter(query.filters.photo_conditions(), *conditions, defect="")
        .annotate(score=reduce(add, map(_score, query.terms), Value(0.0)))
        .order_by("-score", "-pk")
        .values_list("pk", "score")
    )
    return [KeywordHit(pk, score) for pk, score in photos[:limit]]


def _score(term: str) -> Case:
    """Return more for a whole word than for a part of one; Chinese words have no visible ends."""
    folded = fold(term)
    letter = f"{LATIN}0-9"
    before = f"(^|[^{letter}])" if re.match(f"[{letter}]", folded) else ""
    after = f"($|[^{letter}])" if re.search(f"[{letter}]$", folded) else ""
    whole = When(any_text("regex", before + re.escape(folded) + after), then=Value(WHOLE_WORD))
    return Case(whole, default=Value(PART_OF_WORD), output_field=FloatField())
