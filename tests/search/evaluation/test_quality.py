"""Searches find the labelled pictures: by the index and by the database alike, exact matches first."""

from collections.abc import Sequence

import pytest

from search.evaluation.figures import summarise
from search.evaluation.labelled_set import labelled_queries
from search.evaluation.library import labelled_library
from search.evaluation.measuring import Outcome, measure, search_as
from tests.search.indexing import update_statistics

pytestmark = pytest.mark.django_db


def measured(*, kinds: Sequence[str] = ()) -> list[Outcome]:
    queries = [query for query in labelled_queries() if query.typed != "meaning" and (query.kind in kinds or not kinds)]
    with labelled_library() as library:
        update_statistics()
        return measure(queries, photo_ids=library.photo_ids, search=search_as(library.owner))


def wrong(outcomes: Sequence[Outcome], name: str) -> list[str]:
    return [outcome.query.text for outcome in outcomes if not getattr(outcome, name)]


def test_finds_labelled_pictures_in_the_index(keyword_index):
    outcomes = measured()
    figures = summarise(outcomes)
    for typed, share in (("correctly", 0.97), ("loosely", 0.92)):
        part = figures["by"]["typed"][typed]
        assert part["found"] / part["queries"] >= share, wrong(outcomes, "is_found")
    assert wrong(outcomes, "is_in_order") == []
    assert figures["unexplained"] == 0
    assert figures["wrong"] <= 20


def test_finds_exact_words_in_the_database(words_from_database):
    outcomes = measured(kinds=("exact", "accent", "script", "quotes", "line break", "excluded", "quoted"))
    assert wrong(outcomes, "is_found") == []
    assert wrong(outcomes, "is_in_order") == []
