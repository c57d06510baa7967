"""Conditions on Photo that a term occurs in its texts, by the same rules as in the keyword index."""

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.lookups import Contains, Regex

from search.query.folding import LATIN, SEPARATORS, Folded, digits_of, fold, is_short_word


def mentions(term: str, *, quoted: bool = False) -> Q:
    """Return the condition that the text, file name or description contains `term`.

    Short Latin words count at the beginning of words only, unless they are `quoted`.
    """
    folded = fold(term)
    condition = any_text("contains", folded)
    if not quoted and is_short_word(term):
        return condition & any_text("regex", f"(^|[^{LATIN}]){folded}")
    if digits := digits_of(folded):
        return condition | any_text("regex", f"[{SEPARATORS}]*".join(digits))
    return condition


def any_text(lookup: str, value: str) -> Q:
    """Return the condition that `lookup` ("contains" or "regex") holds for one of the folded texts."""
    compare: Callable[..., object] = {"contains": Contains, "regex": Regex}[lookup]
    return Q(**{f"text__folded__{lookup}": value}) | reduce(
        or_, (Q(compare(Folded(field), value)) for field in ("filename", "description"))
    )
