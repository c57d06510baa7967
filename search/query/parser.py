"""Parses queries: words, "exact phrases", -exclusions, dates, and filters such as ext:png or camera:fuji.

A date among the words finds photos taken then and photos that show it; in quotes it is a phrase, behind date: a filter.
A year alone or a date without a year is a word, and the query offers the photos taken then.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, reduce
from operator import and_

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz.distance import OSA

from gallery.text.canonical import forms
from search.query.conditions import mentions
from search.query.dated import Dates
from search.query.dates import Period, TypedDate
from search.query.filters import FILTERS_BY_KEY, Filters
from search.query.recurring import RecurringDate
from search.query.tokens import Token, normalize, tokenize, trim
from search.query.values import Facts, InvalidQuery, TypedValue, midnight

MAX_QUERY_LENGTH = 1000
MAX_TERMS = 32
MAX_KEY_EDITS = 2

CODE = re.compile(r"\d|@|[a-z]\.[a-z]", re.IGNORECASE)
SCRIPTS_OF_NAMES = {
    **dict.fromkeys(("cjk", "ideographic"), "han"),  # 々 is an "ideographic iteration mark".
    **dict.fromkeys(("hiragana", "katakana", "katakana-hiragana"), "kana"),  # ー is both.
}


@dataclass(frozen=True)
class TypedFilter:
    """A filter or date as typed, and the query `without` it.

    `as_phrase` is the query with the date in quotes; `as_filter`, for a date that pictures may show, the query that
    finds only photos taken then. `period` is that of a date among the words.
    """

    text: str
    without: str
    period: Period | None = None
    as_phrase: str = ""
    as_filter: str = ""


@dataclass(frozen=True)
class DateOffer:
    """A word of the query that may also mean a date, and the `query` that finds the photos taken then."""

    text: str
    query: str
    dates: Dates


@dataclass(frozen=True)
class Query:
    """A parsed query; all text is in Unicode's NFKC form, except `typed_text`.

    `notices` are sentences for the user. `is_punctuation` is True if something was typed and nothing can be searched.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    typed: tuple[TypedFilter, ...] = ()
    typed_text: str = ""
    notices: tuple[str, ...] = ()
    offers: tuple[DateOffer, ...] = ()
    is_punctuation: bool = False

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
        """True if only exact matches are useful: for phrases, or only codes, numbers, addresses and signs."""
        return bool(self.phrases) or (bool(self.words) and all(is_code(word) for word in self.words))

    def photo_conditions(self) -> Q:
        """Return the filters and excluded words as a condition on Photo."""
        excluded = (~mentions(term, is_whole=True) for term in self.excluded)
        return reduce(and_, excluded, self.filters.photo_conditions())

    def with_dates_as_phrases(self) -> "Query":
        """Return the query with the spellings of its dates as phrases, to mark them in pictures that show them."""
        dates = self.filters.dates
        shown = tuple(spelling for date in dates.spellings for spelling in date) if dates else ()
        return replace(self, phrases=self.phrases + shown) if shown else self

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts that an encoder must support for this query."""
        return scripts_of(self.text)


def parse(text: str, *, filters: Filters | None = None, today: date | None = None) -> Query:
    """Parse `text`; `filters`, for example of a form, apply unless the text sets the same limit.

    Several dates among the words make one period from the first to the last. A `key:value` with an unknown key is a
    word. A number without a comparison is a lower limit.

    Raises:
        InvalidQuery: the text is too long, or a filter has an invalid value.
    """
    typed_text = text
    # NFKC can turn one character into up to 18.
    text = normalize(text) if len(text) <= MAX_QUERY_LENGTH else text
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(_("This search is too long (at most %(limit)d characters).") % {"limit": MAX_QUERY_LENGTH})
    return _Parser(text, today or timezone.localdate()).query(typed_text, filters or Filters())


class _Parser:
    """Collects the parts of one query."""

    def __init__(self, text: str, today: date) -> None:
        self.text = text
        self.today = today
        self.words: list[str] = []
        self.phrases: list[str] = []
        self.excluded: list[str] = []
        self.filters = Filters()
        self.dates: list[TypedDate] = []
        self.typed: list[TypedFilter] = []
        self.notices: list[str] = []
        self.offers: list[DateOffer] = []

    def query(self, typed_text: str, filters: Filters) -> Query:
        offered_until = 0
        for token in tokenize(self.text, today=self.today):
            if token.key:
                self._add_filter(token)
            elif token.when:
                self._add_date(token, token.when)
            else:
                self._add_term(token)
            if token.recurring and token.start >= offered_until:
                self._offer(token, token.recurring)
                offered_until = token.recurring.end
        if len(self.words) + len(self.phrases) + len(self.excluded) > MAX_TERMS:
            raise InvalidQuery(_("This search has too many words (at most %(limit)d).") % {"limit": MAX_TERMS})
        is_punctuation = bool(typed_text.strip()) and not (self.words or self.phrases or self.excluded or self.typed)
        return Query(
            tuple(self.words),
            tuple(self.phrases),
            tuple(self.excluded),
            self._filters() | filters,
            tuple(self.typed),
            typed_text,
            tuple(self.notices),
            tuple(self.offers),
            is_punctuation,
        )

    def _filters(self) -> Filters:
        """Return the typed filters, with the dates among the words."""
        if not self.dates:
            return self.filters
        period = reduce(Period.joined_with, (when.period for when in self.dates))
        if not any(when.spellings for when in self.dates) or self.filters.dates:
            return self.filters | Filters(after=midnight(period.first), before=midnight(period.end))
        spellings = tuple(when.spellings or (when.text,) for when in self.dates)
        return self.filters | Filters(date=Dates((period,), spellings))

    def _add_filter(self, token: Token) -> None:
        row = FILTERS_BY_KEY[token.key]
        if token.is_excluded and not isinstance(row.value, Facts):
            message = _("The filter “%(key)s:” cannot be excluded. Remove the minus sign.")
            raise InvalidQuery(message % {"key": token.key})
        if not token.text.strip():
            message = _(
                "Type a value after “%(key)s:”, such as %(example)s, or put it in quotes to search for the text."
            )
            raise InvalidQuery(message % {"key": token.key, "example": row.example})
        value = TypedValue(token.key, token.comparison, token.text, self.today, token.is_excluded)
        self.filters = Filters(**row.value.read(value, name=row.name)) | self.filters
        as_phrase = self._replaced(token.start, token.end, f'"{token.text}"') if row.name == "date" else ""
        self.typed.append(
            TypedFilter(self.text[token.start : token.end], self._replaced(token.start, token.end), as_phrase=as_phrase)
        )

    def _add_date(self, token: Token, when: TypedDate) -> None:
        self.dates.append(when)
        self.typed.append(
            TypedFilter(
                when.text,
                self._replaced(token.start, token.end),
                when.period,
                as_phrase=self._replaced(token.start, token.end, f'"{when.text}"'),
                as_filter=self._replaced(token.start, token.end, _date_filter(when.text)) if when.spellings else "",
            )
        )

    def _add_term(self, token: Token) -> None:
        term = trim(token.text)
        if not forms(term):
            return
        target = self.excluded if token.is_excluded else self.phrases if token.is_phrase else self.words
        target.append(term)
        if key := _similar_key(token.unknown_key):
            message = _("“%(typed)s:” is searched for as a word. Did you mean the filter “%(key)s:”?")
            self.notices.append(message % {"typed": token.unknown_key, "key": key})

    def _offer(self, token: Token, found: RecurringDate) -> None:
        query = self._replaced(token.start, found.end, _date_filter(found.text))
        self.offers.append(DateOffer(found.text, query, Dates(found.periods)))

    def _replaced(self, start: int, end: int, replacement: str = "") -> str:
        """Return the query with another text from index `start` to `end`, with single spaces."""
        return " ".join(f"{self.text[:start]} {replacement} {self.text[end:]}".split())


def _date_filter(text: str) -> str:
    return f'date:"{text}"' if " " in text else f"date:{text}"


def _similar_key(typed: str) -> str:
    """Return the key of a filter that `typed` may be a misspelling of; empty if there is none."""
    key = typed.lower()
    if not key or key in FILTERS_BY_KEY:
        return ""
    edits = {known: OSA.distance(key, known) for known in FILTERS_BY_KEY}
    nearest = min(edits, key=lambda known: edits[known])
    allowed = min(MAX_KEY_EDITS, (min(len(key), len(nearest)) - 1) // 2)
    return nearest if edits[nearest] <= allowed else ""


def is_code(word: str) -> bool:
    """Return True for a code, number, address or sign, for which similar pictures are useless."""
    if not any(character.isalnum() for character in word):
        return True
    return bool(CODE.search(word)) and "han" not in scripts_of(word)


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of the letters in `text`: latin, han, kana, cyrillic … (first word of their Unicode names)."""
    names = (unicodedata.name(character, "").split(" ")[0].lower() for character in text if character.isalpha())
    return frozenset(SCRIPTS_OF_NAMES.get(name, name) for name in names)
