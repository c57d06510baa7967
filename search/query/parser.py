"""Parses queries: words, "exact phrases", -exclusions, dates, and filters such as ext:png or camera:fuji.

A date becomes a filter with a chip above the results; in quotes it is a phrase.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from search.query.dates import DATE_PATTERN, Period, read_date
from search.query.filters import FILTERS_BY_KEY, Filters
from search.query.folding import compose
from search.query.values import InvalidQuery, TypedValue, midnight

MAX_QUERY_LENGTH = 1000
MAX_TERMS = 32

# Filters, phrases in several kinds of quotation marks, and words; each may be negated. Full-width forms of : " - < > =
# are plain after NFKC.
TOKEN = re.compile(
    rf"""
    (?P<minus> [-−–](?=\S) )?
    (?:
        (?P<date> {DATE_PATTERN} )
        | (?P<key> {"|".join(map(re.escape, FILTERS_BY_KEY))} )
        : (?P<comparison> [<>]=? | = )? (?P<value> "[^"]*"? | [^\s"]+ )
        | "(?P<straight>[^"]*)"? | “(?P<curly>[^”]*)”? | 「(?P<corner>[^」]*)」?
        | (?P<word> [^\s"“「]+ )
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
CODE = re.compile(r"\d|@|[a-z]\.[a-z]", re.IGNORECASE)
SCRIPTS_OF_NAMES = {
    **dict.fromkeys(("cjk", "ideographic"), "han"),  # 々 is an "ideographic iteration mark".
    **dict.fromkeys(("hiragana", "katakana", "katakana-hiragana"), "kana"),  # ー is both.
}


@dataclass(frozen=True)
class TypedFilter:
    """A filter among the words, as typed, and the query `without` it.

    A plain date also has its `period`, and `as_phrase`, the query with the date in quotes.
    """

    text: str
    without: str
    period: Period | None = None
    as_phrase: str = ""


@dataclass(frozen=True)
class Query:
    """A parsed query; all text is in Unicode's NFKC form, except `typed_text`."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    typed: tuple[TypedFilter, ...] = ()
    typed_text: str = ""

    @property
    def terms(self) -> tuple[str, ...]:
        """The words and phrases that a photo must contain to match by keywords."""
        return self.words + self.phrases

    @property
    def has_terms(self) -> bool:
        return bool(self.terms)

    @property
    def text(self) -> str:
        """The query for an encoder: its words and phrases, without filters and excluded words."""
        return " ".join(self.terms)

    @property
    def is_exact(self) -> bool:
        """True if only exact matches are useful: for phrases, or only codes, numbers and addresses (NH961, a@b.c)."""
        return bool(self.phrases) or (bool(self.words) and all(is_code(word) for word in self.words))

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts that an encoder must support for this query."""
        return scripts_of(self.text)


def parse(text: str, *, filters: Filters | None = None, today: date | None = None) -> Query:
    """Parse `text`; `filters`, for example of a form, apply unless the text sets the same limit.

    Several plain dates make one period from the first to the last. A `key:value` with an unknown key is a word. A
    number without a comparison is a lower limit.

    Raises:
        InvalidQuery: the text is too long, or a filter has an invalid value.
    """
    typed_text = text
    # NFKC can turn one character into up to 18.
    text = normalize(text) if len(text) <= MAX_QUERY_LENGTH else text
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(_("This search is too long (at most %(limit)d characters).") % {"limit": MAX_QUERY_LENGTH})
    today = today or timezone.localdate()
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    typed_filters, period = Filters(), None
    typed: list[TypedFilter] = []
    for token in TOKEN.finditer(text):
        if token["key"]:
            typed_filters = _read_filter(token, today) | typed_filters
            typed.append(_typed(text, token))
        elif found := read_date(_date_in(token), today=today):
            period = found.joined_with(period)
            typed.append(_typed(text, token, found))
        else:
            phrase = token["straight"] or token["curly"] or token["corner"]
            target = excluded if token["minus"] else phrases if phrase else words
            terms = [phrase] if phrase else (token["date"] or token["word"] or "").split()
            target += [term.strip() for term in terms if any(character.isalnum() for character in term)]
    if len(words) + len(phrases) + len(excluded) > MAX_TERMS:
        raise InvalidQuery(_("This search has too many words (at most %(limit)d).") % {"limit": MAX_TERMS})
    if period:
        typed_filters |= Filters(after=midnight(period.first), before=midnight(period.end))
    return Query(
        tuple(words), tuple(phrases), tuple(excluded), typed_filters | (filters or Filters()), tuple(typed), typed_text
    )


def _date_in(token: re.Match[str]) -> str:
    """Return the date of a token, without the 的 that joins it to the next word."""
    return (token["date"] or "").removesuffix("的")


def _typed(text: str, token: re.Match[str], period: Period | None = None) -> TypedFilter:
    before, after = text[: token.start()], text[token.end() :]
    without = " ".join(f"{before} {after}".split())
    if period is None:
        return TypedFilter(token.group(), without)
    as_phrase = f'{before} "{_date_in(token)}" {after}'
    return TypedFilter(_date_in(token), without, period, " ".join(as_phrase.split()))


def normalize(text: str) -> str:
    """Return `text` in Unicode's NFKC form (full-width letters become plain), with spaces for control characters."""
    composed = compose(text)
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in composed)


def is_code(word: str) -> bool:
    """Return True for a code, a number or an address, for which similar pictures are useless."""
    return bool(CODE.search(word)) and "han" not in scripts_of(word)


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of the letters in `text`: latin, han, kana, cyrillic … (first word of their Unicode names)."""
    names = (unicodedata.name(character, "").split(" ")[0].lower() for character in text if character.isalpha())
    return frozenset(SCRIPTS_OF_NAMES.get(name, name) for name in names)


def _read_filter(token: re.Match[str], today: date) -> Filters:
    key = token["key"].lower()
    if token["minus"]:
        raise InvalidQuery(_("The filter “%(key)s:” cannot be excluded. Remove the minus sign.") % {"key": key})
    row = FILTERS_BY_KEY[key]
    typed = TypedValue(key, token["comparison"] or "", token["value"].strip('"'), today)
    return Filters(**row.value.read(typed, name=row.name))
