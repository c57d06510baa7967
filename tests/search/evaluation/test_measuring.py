"""Outcomes of queries: found, above the cutoff, first, in order, with wrong pictures."""

import pytest

from search.evaluation.figures import misses, summarise
from search.evaluation.labelled_set import LabelledQuery
from search.evaluation.measuring import Answer, compare, measure

PHOTO_IDS = {name: number for number, name in enumerate("abcdefgh")}


def query(right: str = "", *, behind: str = "", absent: str = "", typed: str = "correctly") -> LabelledQuery:
    return LabelledQuery("words", "en", "exact", typed, *map(frozenset, (right, behind, absent)))  # type: ignore[arg-type]


def answer(names: str, *, relevant: int = 60, exact: str = "", similar: str = "") -> Answer:
    places = {PHOTO_IDS[name]: rank for rank, name in enumerate(names, start=1)}
    ids = [frozenset(PHOTO_IDS[name] for name in given) for given in (exact, similar)]
    return Answer(places, relevant, *ids)


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        # (found, above the cutoff, place of the first, wrong above, in order)
        (query("a"), answer("a"), (True, True, 1, 0, True)),
        (query("a"), answer("ba"), (True, True, 2, 1, True)),
        (query("ab"), answer("a"), (False, False, 1, 0, True)),
        (query("a"), answer("ba", relevant=1), (True, False, 2, 1, True)),
        (query("a"), answer(""), (False, False, 0, 0, True)),
        (query("a", behind="b"), answer("ab"), (True, True, 1, 0, True)),
        (query("a", behind="b"), answer("ba"), (True, True, 2, 0, False)),
        (query("a", behind="b"), answer("b"), (False, False, 0, 0, True)),
        (query("a", absent="b"), answer("ab", relevant=1), (True, True, 1, 0, False)),
        (query(), answer(""), (True, True, 0, 0, True)),
        (query(), answer("ab", relevant=0), (True, True, 0, 0, True)),
        (query(), answer("ab", relevant=1), (False, False, 0, 1, True)),
        (query("ab"), answer("acb", exact="ab", similar="c"), (True, True, 1, 1, False)),
        (query("ab"), answer("abc", exact="ab", similar="c", relevant=2), (True, True, 1, 0, True)),
    ],
)
def test_compares_answers(asked, given, expected):
    outcome = compare(asked, given, photo_ids=PHOTO_IDS)
    assert (outcome.is_found, outcome.is_above, outcome.place, outcome.wrong, outcome.is_in_order) == expected
    assert (outcome in misses([outcome])) == (not (outcome.is_above and outcome.is_in_order))


def test_leaves_out_queries_whose_pictures_are_missing():
    outcomes = measure([query("a"), query("z"), query("b")], photo_ids=PHOTO_IDS, search=lambda text: answer("a"))
    assert [outcome.is_found for outcome in outcomes] == [True, False]


def test_counts_by_group():
    outcomes = [
        compare(query("a"), answer("a"), photo_ids=PHOTO_IDS),
        compare(query("b", typed="loosely"), answer("ab"), photo_ids=PHOTO_IDS),
        compare(query("c", typed="loosely"), answer("ab", relevant=1), photo_ids=PHOTO_IDS),
    ]
    figures = summarise(outcomes)
    counts = {"queries": 3, "found": 2, "above": 2, "first": 1, "wrong": 2, "unordered": 0, "unexplained": 0}
    assert {name: figures[name] for name in counts} == counts
    loosely = figures["by"]["typed"]["loosely"]
    assert (loosely["queries"], loosely["found"], loosely["first"], loosely["wrong"]) == (2, 1, 0, 2)
    assert figures["by"]["language"]["en"]["queries"] == 3
