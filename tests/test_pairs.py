"""Python, PostgreSQL and Elasticsearch find the same terms in the same texts: those that the table of pairs says."""

import pytest

from gallery.text.canonical import fold, forms, pattern
from tests.pairs import read_pairs

PAIRS = read_pairs()


def contains(text: str, term: str, *, is_whole: bool) -> bool:
    folded = fold(text)
    return any(pattern(form, is_whole=is_whole) in folded for form in forms(term))


@pytest.mark.unit
def test_python_finds_pairs():
    wrong = [str(pair) for pair in PAIRS if contains(pair.text, pair.term, is_whole=pair.is_whole) != pair.meets]
    assert wrong == []


@pytest.mark.unit
def test_table_has_both_verdicts_of_every_kind():
    assert len(PAIRS) > 500
    for kind in {pair.kind for pair in PAIRS}:
        assert {pair.meets for pair in PAIRS if pair.kind == kind} == {True, False}, kind
