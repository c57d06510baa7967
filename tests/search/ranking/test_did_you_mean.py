"""Tests of suggested queries, from words of the photos that contain similar ones."""

import pytest

from gallery.models import Photo
from search.keywords.term_places import TermPlaces
from search.query.parser import parse
from search.ranking.did_you_mean import suggest_query


def suggest(typed: str, *descriptions: str) -> str:
    query = parse(typed)
    places = TermPlaces(query)
    return suggest_query(query, [places.in_photo(Photo(description=text)) for text in descriptions])


@pytest.mark.parametrize(
    ("typed", "texts", "suggested"),
    [
        ("bording", ["BOARDING PASS"], "boarding"),
        ("Bording", ["Boarding Pass"], "Boarding"),
        ("boading pass", ["Boarding Pass"], "boarding pass"),
        ("emma miler", ["Emma Miller", "Emma Muller"], "emma miller"),
        ("frankfrt", ["Frankfurt", "Frankfort", "frankfurt"], "frankfurt"),
        ("frankfrt", ["Frankfort", "Frankfurt", "frankfurt"], "frankfurt"),
        ("creem brulee", ["Crème brûlée"], "crème brulee"),
        ("合同编码", ["合同编号：HT-2025"], "合同编号"),
        ("電子發漂", ["電子發票"], "電子發票"),
        ("diaoxiu", ["五一调休安排"], "调休"),
        ("AssertionError", ["Assertion Error in line 7"], "Assertion Error"),
        ("bording bording", ["boarding"], "boarding boarding"),
        ("certifcate of merrit", ["Certificate of Merit"], "certificate of merit"),
        ("internatoinal", ["inter-\nnational"], "international"),
        # The rest of the query stays as typed.
        ('bording "Gate  7" ext:png -bording', ["boarding Gate  7"], 'boarding "Gate  7" ext:png -bording'),
        ("  ext:png   bording,  pass", ["boarding pass"], "  ext:png   boarding,  pass"),
        ("filename:bording bording", ["boarding"], "filename:bording boarding"),
        # Words that were found, and those that cannot be meant otherwise.
        ("boarding", ["boarding"], ""),
        ("running", ["they run"], ""),
        ('"bording"', ["boarding"], ""),
        ("nh961", ["NH96I"], ""),
        ("Summer Sound", ["SummerSound"], ""),
        ("bording", ["tea"], ""),
        ("bording", [], ""),
        ("bording", ["boarding", "bording"], ""),
    ],
)
def test_suggests_words_of_photos(typed: str, texts: list[str], suggested: str) -> None:
    assert suggest(typed, *texts) == suggested
