"""Finds the terms of a query in a text, by the rules of `fold`, in time linear in the text's length.

The terms are searched as plain strings in copies of the text without ignorable spaces or separators, and the results
mapped back to the text. No regular expression is made from the query's words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol

from search.query.folding import LATIN, SEPARATORS, SPACE, UNSPACED, digits_of, fold, is_short_word
from search.query.parser import Query

MAX_SEARCHED_CHARACTERS = 100_000
"""Only the first characters of a text are searched: texts can have a megabyte, and a page shows dozens of them."""

MIN_STEM_LENGTH, MAX_ENDING_LENGTH = 3, 3
LATIN_LETTER = re.compile(f"[{LATIN}]")
LATIN_LETTERS = re.compile(f"[{LATIN}]*+")
# Like `fold`: no space next to a Chinese character, otherwise one. Each run is read at most twice.
RUNS_OF_SPACES = re.compile(
    rf"(?P<idle>(?<=[{UNSPACED}])[{SPACE}]++|[{SPACE}]++(?=[{UNSPACED}]))|[{SPACE}]{{2,}}+|[{SPACE[1:]}]"
)
SEPARATORS_OF_DIGITS = re.compile(f"(?P<idle>[{SEPARATORS}]++)")

Span = tuple[int, int]
"""Where a term begins and ends in the composed text."""


class Needle(Protocol):
    """A term, prepared for the search in texts."""

    def first(self, text: "SearchedText", at: int) -> Span | None:
        """Return its first place in `text` from `at` on."""


class TermPlaces:
    """Finds the places of a query's terms in any number of texts."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._needles = tuple(needles)

    def __bool__(self) -> bool:
        return bool(self._needles)

    def in_text(self, composed: str) -> Iterator[Span]:
        """Return places in the first MAX_SEARCHED_CHARACTERS characters, from left to right, without overlaps.

        Of several terms at the same place, the first in the query counts.
        """
        text, at = SearchedText(composed[:MAX_SEARCHED_CHARACTERS]), 0
        following = [needle.first(text, 0) for needle in self._needles]
        while places := [place for place in following if place]:
            first = min(places, key=lambda place: place[0])
            yield first
            at = first[1]
            for number, place in enumerate(following):
                if place and place[0] < at:
                    following[number] = self._needles[number].first(text, at)


def places_of_terms(query: Query) -> TermPlaces:
    """Return the places of the words and phrases of `query`."""
    words = [_needle(word) for word in query.words]
    return TermPlaces([*words, *(_needle(phrase, quoted=True) for phrase in query.phrases)])


def places_of_similar_words(query: Query) -> TermPlaces:
    """Return the places of text that the index may match with the words of `query`.

    These are Latin words with the same beginning, and any two of their Chinese characters.
    """
    folded = [fold(word) for word in query.words]
    stems = [
        _Beginning(_same_letters(word[: max(MIN_STEM_LENGTH, len(word) - MAX_ENDING_LENGTH)]))
        for word in folded
        if re.fullmatch(f"[{LATIN}]{{4,}}", word)
    ]
    pairs = {pair for word in folded for pair in map("".join, pairwise(word))}
    unspaced = frozenset(pair for pair in pairs if re.fullmatch(f"[{UNSPACED}]{{2}}", pair))
    return TermPlaces([*stems, *([_AnyPair(unspaced)] if unspaced else [])])


class SearchedText:
    """A composed text, and the copies in which terms are searched."""

    def __init__(self, composed: str) -> None:
        self.composed = composed
        self.letters = _same_letters(composed)
        self._copies: dict[re.Pattern[str], _Shortened] = {}

    def without(self, spaces: re.Pattern[str]) -> "_Shortened":
        """Return the copy without the matches of `spaces`."""
        if spaces not in self._copies:
            self._copies[spaces] = _Shortened(self.letters, spaces)
        return self._copies[spaces]

    def begins_word(self, at: int) -> bool:
        """Return whether no Latin letter precedes the place."""
        return at == 0 or not LATIN_LETTER.match(self.composed, at - 1)

    def end_of_word(self, at: int) -> int:
        """Return the end of the Latin letters that start at the place."""
        letters = LATIN_LETTERS.match(self.composed, at)
        return letters.end() if letters else at


class _Shortened:
    """A text without some of its spaces, and the original positions of its characters."""

    def __init__(self, letters: str, spaces: re.Pattern[str]) -> None:
        pieces, originals, at = [], [0], 0
        for run in spaces.finditer(letters):
            pieces.append(letters[at : run.start()] + ("" if run["idle"] else " "))
            at = run.end()
            originals.append(at)
        self._originals = originals
        self._begins = list(accumulate(map(len, pieces), initial=0))
        self.text = "".join([*pieces, letters[at:]])

    def original(self, at: int) -> int:
        """Return the original position of a character."""
        piece = bisect_right(self._begins, at) - 1
        return self._originals[piece] + at - self._begins[piece]

    def shortened(self, original: int) -> int:
        """Return the first place whose original position is `original` or later."""
        piece = bisect_right(self._originals, original) - 1
        end = self._begins[piece + 1] if piece + 1 < len(self._begins) else len(self.text)
        return min(self._begins[piece] + original - self._originals[piece], end)


@dataclass(frozen=True)
class _Term:
    """A term that matches anywhere, or only at the start of words, with any number of `spaces` in it."""

    letters: str
    spaces: re.Pattern[str]
    at_word: bool = False

    def first(self, text: SearchedText, at: int) -> Span | None:
        copy = text.without(self.spaces)
        found = copy.text.find(self.letters, copy.shortened(at))
        while found >= 0:
            begin, end = copy.original(found), copy.original(found + len(self.letters) - 1) + 1
            if begin >= at and not (self.at_word and not text.begins_word(begin)):
                return begin, end
            found = copy.text.find(self.letters, found + 1)
        return None


@dataclass(frozen=True)
class _Beginning:
    """Words that begin with a `stem`."""

    stem: str

    def first(self, text: SearchedText, at: int) -> Span | None:
        found = text.letters.find(self.stem, at)
        while found >= 0:
            end = text.end_of_word(found)
            if text.begins_word(found):
                return found, end
            found = text.letters.find(self.stem, end)
        return None


@dataclass(frozen=True)
class _AnyPair:
    """Any of these pairs of characters, tested once per position, however many there are."""

    pairs: frozenset[str]

    def first(self, text: SearchedText, at: int) -> Span | None:
        places = range(at, len(text.letters) - 1)
        found = next((place for place in places if text.letters[place : place + 2] in self.pairs), None)
        return None if found is None else (found, found + 2)


def _needle(term: str, *, quoted: bool = False) -> Needle:
    folded = fold(term.replace("İ", "i"))
    if digits := digits_of(folded):
        return _Term(digits, SEPARATORS_OF_DIGITS)
    return _Term(_same_letters(folded), RUNS_OF_SPACES, at_word=is_short_word(term) and not quoted)


def _same_letters(text: str) -> str:
    """Return `text`, character by character, in lower case with one form per letter."""
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ς", "σ")
