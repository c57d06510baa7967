"""Tests that TermPlaces finds the same places as a plain regular expression."""

import itertools
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.keywords.term_places import SearchedText, places_of_similar_words, places_of_terms
from search.query.folding import LATIN, SEPARATORS, SPACE, UNSPACED, compose, digits_of, fold, is_short_word
from search.query.parser import Query

CHARACTERS = st.sampled_from("aAbBcé花茶見12 \n\t-()ＡİΣς。")
TERMS = st.text(CHARACTERS, min_size=1, max_size=9).map(lambda text: compose(text).strip()).filter(fold)
WORDS = TERMS.map(lambda term: "".join(term.split())).filter(fold)
TEXTS = st.text(CHARACTERS, max_size=60).map(compose)


def expression(term: str, *, quoted: bool = False) -> str:
    """Return a plain expression, which may take quadratic time."""
    folded = fold(term)
    if digits := digits_of(folded):
        return f"[{SEPARATORS}]*".join(digits)
    pieces = [f"[{SPACE}]+" if character == " " else re.escape(character) for character in folded.replace("i̇", "i")]
    characters = pieces[0]
    for (before, after), piece in zip(itertools.pairwise(folded), pieces[1:], strict=False):
        beside = any(re.match(f"[{UNSPACED}]", character) for character in (before, after))
        characters += (f"[{SPACE}]*" if beside else "") + piece
    return (f"(?<![{LATIN}])" if is_short_word(term) and not quoted else "") + characters


@given(words=st.lists(WORDS, max_size=3), phrases=st.lists(TERMS, max_size=2), text=TEXTS)
def test_finds_terms_like_plain_expression(words: list[str], phrases: list[str], text: str) -> None:
    if "i̇" in fold(" ".join([*words, *phrases])):
        return  # One letter in the text, two in the folded term.
    expressions = [*map(expression, words), *(expression(phrase, quoted=True) for phrase in phrases)]
    expected = [match.span() for match in re.finditer("|".join(expressions), text, re.I)] if expressions else []
    places = places_of_terms(Query(words=tuple(words), phrases=tuple(phrases)))
    assert list(places.in_text(text)) == expected


def alike(word: str) -> Iterator[str]:
    folded = fold(word)
    if re.fullmatch(f"[{LATIN}]{{4,}}", folded):
        yield f"(?<![{LATIN}]){folded[: max(3, len(folded) - 3)]}[{LATIN}]*"
    yield from (pair for pair in map("".join, itertools.pairwise(folded)) if re.fullmatch(f"[{UNSPACED}]{{2}}", pair))


@given(words=st.lists(WORDS, max_size=3), text=TEXTS)
def test_finds_similar_words_like_plain_expression(words: list[str], text: str) -> None:
    expressions = [pattern for word in words for pattern in alike(word)]
    expected = [match.span() for match in re.finditer("|".join(expressions), text, re.I)] if expressions else []
    assert list(places_of_similar_words(Query(words=tuple(words))).in_text(text)) == expected


@pytest.mark.parametrize(
    ("term", "text"), [("ΣΑΣ", "σας"), ("istanbul", "İSTANBUL"), ("İstanbul", "istanbul"), ("isik", "ısık")]
)
def test_treats_forms_of_one_letter_alike(term: str, text: str) -> None:
    assert list(places_of_terms(Query(words=(term,))).in_text(text)) == [(0, len(text))]


def test_keeps_positions_when_letters_change_length() -> None:
    every = "".join(chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000)
    assert len(SearchedText(every).letters) == len(every)
