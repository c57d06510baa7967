"""Understand what a person typed: words, "exact phrases", -without, dates, and filters such as ext:png or camera:fuji.

A date becomes a filter that looks like one above the results; quoted, it is a phrase like any other.
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

# Filters, phrases in any of the quotation marks people type, words; each may be negated. NFKC has turned the full-width
# forms of : " - < > = into plain ones before.
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
    """A filter as it stands among the words: what was typed, and the query without it.

    Of a plain date also the `period` that it means, and the query with the same characters as a phrase.
    """

    text: str
    without: str
    period: Period | None = None
    as_phrase: str = ""


@dataclass(frozen=True)
class Query:
    """What a person is looking for; all text is in Unicode's NFKC form, as typed otherwise."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    typed: tuple[TypedFilter, ...] = ()
    typed_text: str = ""

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything a photo must say to be found by words."""
        return self.words + self.phrases

    @property
    def has_terms(self) -> bool:
        return bool(self.terms)

    @property
    def text(self) -> str:
        """The query for an encoder: its words in order, without filters and excluded ones."""
        return " ".join(self.terms)

    @property
    def is_exact(self) -> bool:
        """Only the very characters will do: something is quoted, or all is codes, numbers, addresses (NH961, a@b.c)."""
        return bool(self.phrases) or (bool(self.words) and all(is_code(word) for word in self.words))

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts that an encoder must read to understand the query."""
        return scripts_of(self.text)


def parse(text: str, *, filters: Filters | None = None, today: date | None = None) -> Query:
    """Read `text`; `filters` (of a form, say) hold where the text does not say otherwise.

    Several plain dates make one stretch from the first to the last. An unknown `key:value` is a word like any other; a
    number without a comparison is a lower limit.

    Raises:
        InvalidQuery: too long, or a known key with a value that makes no sense.
    """
    typed_text = text
    # Composition can turn one character into up to 18.
    text = normalize(text) if len(text) <= MAX_QUERY_LENGTH else text
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(_("This search is too long (at most %(limit)d characters).") % {"limit": MAX_QUERY_LENGTH})
    today = today or timezone.localdate()
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    stated, period = Filters(), None
    typed: list[TypedFilter] = []
    for token in TOKEN.finditer(text):
        if token["key"]:
            stated = _read_filter(token, today) | stated
            typed.append(_typed(text, token))
        elif found := read_date(_date_in(token), today=today):
            period = found.joined_with(period)
            typed.append(_typed(text, token, found))
        else:
            phrase = token["straight"] or token["curly"] or token["corner"]
            target = excluded if token["minus"] else phrases if phrase else words
            said = [phrase] if phrase else (token["date"] or token["word"] or "").split()
            target += [term.strip() for term in said if any(character.isalnum() for character in term)]
    if len(words) + len(phrases) + len(excluded) > MAX_TERMS:
        raise InvalidQuery(_("This search has too many words (at most %(limit)d).") % {"limit": MAX_TERMS})
    if period:
        stated |= Filters(after=midnight(period.first), before=midnight(period.end))
    return Query(
        tuple(words), tuple(phrases), tuple(excluded), stated | (filters or Filters()), tuple(typed), typed_text
    )


def _date_in(token: re.Match[str]) -> str:
    """What may be a date, without the 的 that joins it to what follows."""
    return (token["date"] or "").removesuffix("的")


def _typed(text: str, token: re.Match[str], period: Period | None = None) -> TypedFilter:
    before, after = text[: token.start()], text[token.end() :]
    without = " ".join(f"{before} {after}".split())
    if period is None:
        return TypedFilter(token.group(), without)
    as_phrase = f'{before} "{_date_in(token)}" {after}'
    return TypedFilter(_date_in(token), without, period, " ".join(as_phrase.split()))


def normalize(text: str) -> str:
    """`text` in Unicode's NFKC form (full-width letters become plain ones), control characters become spaces."""
    composed = compose(text)
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in composed)


def is_code(word: str) -> bool:
    """Whether `word` is a code, a number or an address, of which a likeness is worth nothing."""
    return bool(CODE.search(word)) and "han" not in scripts_of(word)


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of the letters in `text`, by the first word of their Unicode names: latin, han, cyrillic, kana …"""
    names = (unicodedata.name(character, "").split(" ")[0].lower() for character in text if character.isalpha())
    return frozenset(SCRIPTS_OF_NAMES.get(name, name) for name in names)


def _read_filter(token: re.Match[str], today: date) -> Filters:
    key = token["key"].lower()
    if token["minus"]:
        raise InvalidQuery(_("The filter “%(key)s:” cannot be excluded. Remove the minus sign.") % {"key": key})
    row = FILTERS_BY_KEY[key]
    typed = TypedValue(key, token["comparison"] or "", token["value"].strip('"'), today)
    return Filters(**row.value.read(typed, name=row.name))
