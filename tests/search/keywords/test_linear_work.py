"""Tests that work on hostile texts and queries is linear in their length."""

import contextlib
from collections.abc import Callable
from datetime import date
from functools import cache

import pytest

from gallery.models import Photo
from gallery.text.canonical import fold, forms
from search.assistant.masking import is_sensitive, mask, mask_excerpt
from search.keywords.matches import MatchFinder, find_matches
from search.keywords.snippets import make_snippets
from search.keywords.term_places import TermPlaces
from search.models import PhotoText
from search.query.dates import read_date
from search.query.parser import MAX_QUERY_LENGTH, normalize, parse
from search.query.values import InvalidQuery
from search.ranking.results import MAX_PLACES_PER_HIT
from tests.linear_work import assert_linear

LONGEST_DESCRIPTION = 1 << 20
"""Longest description in a sidecar of Google Takeout."""
LONG = 200_000
"""Longer than typed descriptions and recognised texts; larger sizes would slow the suite."""


def repeated(unit: str, *, end: str = "") -> Callable[[int], str]:
    """Return a function that makes texts of a given length."""
    return lambda size: (unit * (size // len(unit) + 1))[: size - len(end)] + end


def gaps(first: str, *others: str, space: str = " ") -> Callable[[int], str]:
    """Return a text of few words with very long gaps."""
    return lambda size: (space * (size // (len(others) + 1))).join([first, *others]) + space * 3 + "x"


def accents(size: int) -> str:
    """Return one letter with accents of two kinds, with those that Unicode puts first at the end."""
    return "a" + "\u0301" * (size // 2) + "\u0327" * (size // 2)


TEXTS = {
    "spaces": repeated(" ", end="b"),
    "gaps between Chinese characters": gaps("花", "花", "花", "x"),
    "many gaps": repeated("花" + " " * 40),
    "line breaks": gaps("花", "花", "花", "花", space="\r\n"),
    "one letter": repeated("a"),
    "one Chinese character": repeated("花"),
    "Chinese and spaces": repeated("花 "),
    "almost the word": repeated("a" * 50 + "c"),
    "digits": repeated("1"),
    "digits in brackets": repeated("1) ("),
    "gaps between digits": gaps("1", "1", "1", "1", "1", space="-"),
    "accents": accents,
    "half-width": repeated("ｶﾞ"),
    "lines": repeated("1234\n"),
    "codes": repeated("code 1234 密码 "),
    "announced": repeated("密 码\n" + "x" * 39 + "\n"),
    "numbers with signs": repeated("4111-1111.1111_1111 "),
}
QUERIES = {
    "four Chinese characters": "花花花花",
    "many Chinese characters": "花" * 500 + "x",
    "different Chinese characters": "".join(map(chr, range(0x4E00, 0x4E00 + MAX_QUERY_LENGTH))),
    "one letter": "a" * 999 + "b",
    "short words": " ".join(["a", "aa", "aaa", "aaaa", "aaaaa"] * 6),
    "long words": " ".join("a" * length for length in range(12, 40)),
    "digits": "1" * 600,
    "phrases": " ".join(f'"{"花 a " * length}b"' for length in range(1, 18)),
}


@cache
def photo_with(text: Callable[[int], str], size: int) -> Photo:
    """Return a photo with a text and its canonical form, which has its own test."""
    lines = [{"text": line, "box": [[0, 0], [1, 0], [1, 1], [0, 1]]} for line in text(size).split("\n")]
    photo = Photo()
    photo.text = PhotoText(text=text(size), folded=fold(text(size)), lines=lines)
    return photo


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_explains_hostile_texts_in_linear_time(query: str, text: Callable[[int], str]) -> None:
    places = TermPlaces(parse(query), places_per_text=MAX_PLACES_PER_HIT)

    def explain(photo: Photo) -> None:
        found = places.in_photo(photo)
        make_snippets(found)
        find_matches(found, photo)

    assert_linear(explain, lambda size: photo_with(text, size), largest=20_000)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_finds_all_matches_in_linear_time(text: Callable[[int], str]) -> None:
    finder = MatchFinder(parse("花 a 1 code"))
    assert_linear(finder.find, lambda size: photo_with(text, size), largest=20_000)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("work", [fold, forms, normalize], ids=lambda work: work.__name__)
def test_folds_hostile_texts_in_linear_time(work: Callable[[str], object], text: Callable[[int], str]) -> None:
    assert_linear(work, text, largest=LONG)


def test_folds_longest_accents_in_linear_time() -> None:
    assert_linear(fold, accents, largest=LONGEST_DESCRIPTION)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("work", [mask, is_sensitive, lambda text: mask_excerpt(text[:100], text=text)])
def test_masks_hostile_texts_in_linear_time(work: Callable[[str], object], text: Callable[[int], str]) -> None:
    assert_linear(work, text, largest=LONG)


@pytest.mark.parametrize(
    "unit",
    [
        '"',
        "「",
        "-",
        "ext:",
        'camera:"',
        "may ",
        "12 may ",
        "2023-05-",
        "今天 ",
        "last  ",
        "1" + " " * 50,
        "\u0301\u0327",
        "ﷺ",
    ],
)
def test_reads_hostile_queries_in_linear_time(unit: str) -> None:
    def read(text: str) -> None:
        with contextlib.suppress(InvalidQuery):
            parse(text)
        read_date(text, today=date(2026, 11, 28))

    # The parser refuses longer queries.
    assert_linear(lambda text: [read(text) for _again in range(20)], repeated(unit), largest=MAX_QUERY_LENGTH)
    assert_linear(read, repeated(unit), largest=LONGEST_DESCRIPTION)


def test_measures_composed_queries() -> None:
    # Unicode composes 18 characters from one of these.
    with pytest.raises(InvalidQuery, match="too long"):
        parse("ﷺ" * (MAX_QUERY_LENGTH // 2))


def test_detects_quadratic_work() -> None:
    with pytest.raises(AssertionError):
        assert_linear(lambda size: [None for _a in range(size) for _b in range(size)], lambda size: size, largest=4000)
