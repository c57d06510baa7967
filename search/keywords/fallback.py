"""Looks words up in PostgreSQL where Elasticsearch does not answer: the same photos, ordered less cleverly."""

import re
from collections.abc import Callable
from functools import reduce
from operator import add, or_

from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.lookups import Contains, Regex

from gallery.access import AnyUser
from gallery.models import Photo
from search.keywords.snippets import KeywordHit
from search.query.folding import LATIN, SEPARATORS, Folded, digits_of, fold, is_short_word
from search.query.parser import Query

PART, WHOLE = 1.0, 2.0


def keyword_search_in_database(query: Query, *, user: AnyUser, limit: int) -> list[KeywordHit]:
    """At most `limit` photos of `user` that hold all words and phrases of `query`: whole words first, then the newest.

    Words that are only alike, as in `keyword_search`, are not found.
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


def mentions(term: str, *, quoted: bool = False) -> Q:
    """The condition on Photo that `term` occurs in its text, file name or description; quoted, inside of words too."""
    folded = fold(term)
    condition = _somewhere("contains", folded)
    if not quoted and is_short_word(term):
        return condition & _somewhere("regex", f"(^|[^{LATIN}]){folded}")
    if digits := digits_of(folded):
        return condition | _somewhere("regex", f"[{SEPARATORS}]*".join(digits))
    return condition


def _somewhere(lookup: str, value: str) -> Q:
    compare: Callable[..., object] = {"contains": Contains, "regex": Regex}[lookup]
    return Q(**{f"text__folded__{lookup}": value}) | reduce(
        or_, (Q(compare(Folded(field), value)) for field in ("filename", "description"))
    )


def _score(term: str) -> Case:
    """More for a whole word than for a part of a longer one; Chinese has no spaces to tell."""
    folded = fold(term)
    letter = f"{LATIN}0-9"
    before = f"(^|[^{letter}])" if re.match(f"[{letter}]", folded) else ""
    after = f"($|[^{letter}])" if re.search(f"[{letter}]$", folded) else ""
    whole = When(_somewhere("regex", before + re.escape(folded) + after), then=Value(WHOLE))
    return Case(whole, default=Value(PART), output_field=FloatField())
