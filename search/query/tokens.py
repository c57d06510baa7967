"""Cuts queries into filters, dates, phrases and words.

Punctuation at the edges of words and between Chinese words does not count.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gallery.text.canonical import UNSPACED, forms, passages
from gallery.text.normalizing import normalize_unicode
from search.query.dates import TypedDate, match_date
from search.query.filters import FILTERS_BY_KEY, Days
from search.query.recurring import RecurringDate, match_recurring
from search.query.values import Moment

# One line per kind of pair. Marks of a kind pair with each other, as keyboards and languages disagree: “a”, „a“, ”a”,
# «a», »a«.
DOUBLE_MARKS = '"“”„‟〝〞〟❝❞'
SINGLE_MARKS = "'‘’‚‛"
LETTER = "[0-9A-Za-z\u00c0-\u024f]"
QUOTED = re.compile(
    rf"""
    # Behind a letter or digit it may be the sign for inches, if no letter follows.
    (?: (?<!{LETTER})[{DOUBLE_MARKS}] | [{DOUBLE_MARKS}](?=\S) | [“„‟〝❝] )
        (?P<double>[^{DOUBLE_MARKS}]*) [{DOUBLE_MARKS}]
    | [«»](?P<angle>[^«»]*)[«»] | [‹›](?P<small_angle>[^‹›]*)[‹›]
    | 「(?P<corner>[^「」]*)」 | 『(?P<white_corner>[^『』]*)』
    # Clearly a pair: around words, not within one; not the ’n’ of rock ’n’ roll, nor ’90s.
    | (?<!{LETTER})[{SINGLE_MARKS}] (?=[^\W\d][^{SINGLE_MARKS}])
        (?P<single>(?:[^{SINGLE_MARKS}]|(?<={LETTER})[{SINGLE_MARKS}](?={LETTER}))+) (?<!\s)[{SINGLE_MARKS}](?!{LETTER})
    """,
    re.VERBOSE,
)
OPENING_MARKS = DOUBLE_MARKS + "«»‹›「」『』"
DASHES = str.maketrans(dict.fromkeys("‐‑‒–−", "-"))
MINUS = re.compile(r"(?<!\S)-(?=[^\s-])")
KEY = re.compile(rf"({'|'.join(map(re.escape, FILTERS_BY_KEY))}):\s*(>=|<=|[<>=≥≤])?\s*", re.IGNORECASE)
UNKNOWN_KEY = re.compile(r"([A-Za-z]{3,}):(?=\s*[\w\"<>=])(?!//)")
VALUE = re.compile(rf"[^\s{DOUBLE_MARKS}]+")
OPEN_VALUE = re.compile(rf"[{DOUBLE_MARKS}](.*)")
WORD = re.compile(rf"(?:(?<={LETTER})[{DOUBLE_MARKS}](?=\s|$)|[^\s{OPENING_MARKS}])+")
# Outside phrases this is replaced by spaces: punctuation at the edges of words, and beside Chinese.
STOPS = ",.;!?。、…¿¡"
STOPS_BESIDE_CHINESE = ",;:!?。、…"
BRACKETS = r"()\[\]{}"
IDLE = re.compile(
    rf"(?<!\S)[{STOPS}{BRACKETS}]+|[{STOPS}{BRACKETS}]+(?!\S)"
    rf"|(?<={UNSPACED.pattern})[{STOPS_BESIDE_CHINESE}]+|[{STOPS_BESIDE_CHINESE}]+(?={UNSPACED.pattern})"
    rf"|(?<={UNSPACED.pattern})\.+(?={UNSPACED.pattern})|[【】《》〈〉〔〕〖〗]+"
    r"|(?<=[^\W\d_])[,;]+(?=[^\W\d_])"
)


@dataclass(frozen=True)
class Token:
    """A part of a query from index `start` to `end`; with `is_excluded`, pictures must not contain it.

    A filter has a `key`, a `comparison` and the value as its `text`; a date has `when`. A word may be the beginning of
    a `recurring` date; `unknown_key` is the part before a colon.
    """

    text: str
    start: int
    end: int
    is_excluded: bool = False
    is_phrase: bool = False
    key: str = ""
    comparison: str = ""
    when: TypedDate | None = None
    recurring: RecurringDate | None = None
    unknown_key: str = ""


def normalize(text: str) -> str:
    """Return `text` in Unicode's NFKC form, with spaces for control characters and without invisible ones."""
    # NFKC would turn this apostrophe into a space and an accent.
    composed = normalize_unicode(text.replace("´", "'"), form="NFKC")
    return "".join(map(_visible, composed))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Zl", "Zp"):
        return " "
    # Joiners are parts of emoji and of Indic words.
    return "" if category == "Cf" and character not in "\u200c\u200d\u00ad" else character


def tokenize(text: str, *, today: date) -> Iterator[Token]:
    """Yield the tokens of a normalized query from left to right."""
    return _Tokenizer(text, today).tokens()


def trim(word: str) -> str:
    """Return `word` without signs at its edges that do not count; empty if nothing remains."""
    first = passages(word)[0]
    if not first.origins:
        return ""
    end = first.origins[-1] + 1
    while end < len(word) and unicodedata.category(word[end])[0] == "M":
        end += 1
    trimmed = word[first.origins[0] : end]
    return trimmed if forms(trimmed) == forms(word) else word


class _Tokenizer:
    def __init__(self, text: str, today: date) -> None:
        self.text = text.translate(DASHES)
        # Of the same length, so that all indexes agree.
        self.words = IDLE.sub(lambda signs: " " * len(signs.group()), self.text)
        self.today = today

    def tokens(self) -> Iterator[Token]:
        position = 0
        while position < len(self.text):
            if self.text[position].isspace() and self.words[position].isspace():
                position += 1
                continue
            token = self._token(position)
            if token:
                yield token
            position = token.end if token else position + 1

    def _token(self, start: int) -> Token | None:
        is_excluded = MINUS.match(self.words, start) is not None
        at = start + is_excluded
        return (
            self._filter(start, at, is_excluded=is_excluded)
            or self._phrase(start, at, is_excluded=is_excluded)
            or self._date(start, is_excluded=is_excluded)
            or self._word(start, at, is_excluded=is_excluded)
        )

    def _filter(self, start: int, at: int, *, is_excluded: bool) -> Token | None:
        match = KEY.match(self.text, at)
        if match is None or self._continues_word(start):
            return None
        key, comparison = match[1].lower(), match[2] or ""
        value, end = self._value(key, match.end())
        return Token(value, start, end, is_excluded=is_excluded, key=key, comparison=comparison)

    def _value(self, key: str, at: int) -> tuple[str, int]:
        """Return the value of a filter that begins at index `at`, and where it ends: in quotes, a date, or a word."""
        if quoted := QUOTED.match(self.text, at):
            return quoted[quoted.lastgroup or 0], quoted.end()
        if unclosed := OPEN_VALUE.match(self.text, at):
            return unclosed[1], unclosed.end()
        if isinstance(FILTERS_BY_KEY[key].value, Moment | Days):
            found = match_date(self.words, at, today=self.today) or match_recurring(self.words, at, today=self.today)
            if found:
                return found.text, at + len(found.text)
        value = VALUE.match(self.text, at)
        return (value.group(), value.end()) if value else ("", at)

    def _phrase(self, start: int, at: int, *, is_excluded: bool) -> Token | None:
        match = QUOTED.match(self.text, at)
        if match is None:
            return None
        return Token(match[match.lastgroup or 0], start, match.end(), is_excluded=is_excluded, is_phrase=True)

    def _date(self, start: int, *, is_excluded: bool) -> Token | None:
        if is_excluded or self._continues_word(start):
            return None
        when = match_date(self.words, start, today=self.today)
        return Token(when.text, start, when.end, when=when) if when else None

    def _word(self, start: int, at: int, *, is_excluded: bool) -> Token | None:
        match = WORD.match(self.words, at)
        if match is None:
            return None
        is_new = not (is_excluded or self._continues_word(start))
        recurring = match_recurring(self.words, start, today=self.today) if is_new else None
        key = UNKNOWN_KEY.match(self.text, at) if is_new else None
        return Token(
            match.group(),
            start,
            match.end(),
            is_excluded=is_excluded,
            recurring=recurring,
            unknown_key=key[1] if key else "",
        )

    def _continues_word(self, start: int) -> bool:
        before = self.words[start - 1 : start]
        return before != "" and not before.isspace() and before not in OPENING_MARKS
