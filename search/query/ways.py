"""The ways in which a text contains a term less than exactly, closest first.

The index proposes photos, and this table decides: about tiers, snippets and boxes alike. Only the index knows Chinese
words, which "order" needs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from search.query.parser import is_code
from search.query.pinyin import initials_spans, pinyin_spans
from search.query.spelling import Span, accented_letters, confusable_spans, exact_spans, similar_spans
from search.query.stems import stem_spans
from search.query.variants import glued_spans, reordered_spans, split_spans, variant_spans

Tier = Literal["exact", "form", "similar"]
TIERS: tuple[Tier, ...] = ("exact", "form", "similar")
"""How a text contains a term: as typed; with its words in another form or order; in a similar spelling or sound."""


@dataclass(frozen=True)
class Way:
    """A way of containing a term: `spans` yields the places of a form of the term in a passage.

    Photos are ordered by the sum of `distance` over the words.
    """

    name: str
    tier: Tier
    distance: int
    spans: Callable[[str, str], Iterator[Span]]


# The distance of hits by initials: any three characters may have them by chance.
VAGUE = 100

WAYS = (
    Way("exact", "exact", 0, exact_spans),
    Way("stem", "form", 1, stem_spans),
    Way("order", "form", 1, reordered_spans),
    Way("variant", "similar", 2, variant_spans),
    Way("split", "similar", 2, split_spans),
    Way("spelling", "similar", 3, similar_spans),
    Way("glued", "similar", 4, glued_spans),
    Way("pinyin", "similar", 5, pinyin_spans),
    Way("glyphs", "similar", 6, confusable_spans),
    Way("initials", "similar", VAGUE, initials_spans),
)
CODE_WAYS = tuple(way for way in WAYS if way.name in ("exact", "variant", "glyphs"))


def ways_of(word: str) -> tuple[Way, ...]:
    """Return the ways in which texts may contain a typed word: of codes and addresses, every character counts."""
    if is_code(word):
        return CODE_WAYS
    kept = accented_letters(word)
    return tuple(
        replace(way, spans=partial(similar_spans, kept=kept)) if way.name == "spelling" else way for way in WAYS
    )
