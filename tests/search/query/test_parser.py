"""Tests of the query language."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.dates import Period
from search.query.filters import Filters
from search.query.parser import parse, scripts_of
from search.query.values import InvalidQuery


@pytest.mark.parametrize(
    ("text", "words", "phrases", "excluded"),
    [
        ("pink porsche", ("pink", "porsche"), (), ()),
        ('"pink porsche" car', ("car",), ("pink porsche",), ()),
        ("“五一 调休”「放假」", (), ("五一 调休", "放假"), ()),
        ("cat -dog −fish -“red cat”", ("cat",), (), ("dog", "fish", "red cat")),
        ("ＮＨ９６１", ("NH961",), (), ()),
        ('"never closed', (), ("never closed",), ()),
        ("time: 12:30 http://example.org", ("time:", "12:30", "http://example.org"), (), ()),
        ("well-known - 你好", ("well-known", "你好"), (), ()),
        ("a\x00b", ("a", "b"), (), ()),
        ("?! ……", (), (), ()),
    ],
)
def test_reads_words_phrases_and_exclusions(text, words, phrases, excluded):
    query = parse(text)
    assert (query.words, query.phrases, query.excluded) == (words, phrases, excluded)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("ext:PNG", Filters(extension="png")),
        ("ext:.jpeg", Filters(extension="jpg")),
        ("width:>1000 height:<=500", Filters(min_width=1001, max_height=500)),
        ("importance:3", Filters(min_importance=3)),
        ("importance：＝０", Filters(min_importance=0, max_importance=0)),
        ("after:2023-05 before:2023-06-15", Filters(after=datetime(2023, 5, 1), before=datetime(2023, 6, 15))),
        ("after:2023", Filters(after=datetime(2023, 1, 1))),
        ('filename:"my cat"', Filters(filename="my cat")),
        ("width:>=10 width:<20", Filters(min_width=10, max_width=19)),
        ("kind:Screenshots", Filters(kind="screenshot")),
        ("kind:表情包", Filters(kind="meme")),
        ('camera:"canon eos" source:微信', Filters(camera="canon eos", source="微信")),
        ("after:yesterday", Filters(after=datetime(2026, 11, 23))),
        ("2023-05", Filters(after=datetime(2023, 5, 1), before=datetime(2023, 6, 1))),
        ("2023-05 2023-07-04", Filters(after=datetime(2023, 5, 1), before=datetime(2023, 7, 5))),
        ("last summer", Filters(after=datetime(2026, 6, 1), before=datetime(2026, 9, 1))),
        ("去年夏天", Filters(after=datetime(2025, 6, 1), before=datetime(2025, 9, 1))),
    ],
)
def test_reads_filters(text, filters):
    query = parse(text, today=date(2026, 11, 24))
    assert query.filters == filters
    assert not query.has_terms


@pytest.mark.parametrize(
    "text",
    [
        "width:wide",
        "width:-1",
        "importance:6",
        "after:someday",
        "kind:film",
        "after:2023-13",
        "before:2023-02-30",
        "-ext:png",
        "x" * 1001,
        "a " * 33,
    ],
)
def test_refuses_invalid_queries_with_message(text):
    with pytest.raises(InvalidQuery, match=r"\w+ .*\.$"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("海边 去年夏天", ("海边",)),
        ("去年夏天的海边", ("海边",)),
        ("beach May 2023", ("beach",)),
        ("2023", ("2023",)),
        ("May", ("May",)),
        ("5月1日", ("5月1日",)),
        ("去年今日此门中", ("去年今日此门中",)),
        ("2023-13", ("2023-13",)),
        ("32 May 2023", ("32", "May", "2023")),
        ("IMG-2023-05", ("IMG-2023-05",)),
    ],
)
def test_distinguishes_dates_from_words(text, words):
    assert parse(text).words == words


def test_reads_quoted_or_excluded_dates_as_text():
    assert parse('"2023-05"').phrases == ("2023-05",)
    assert parse("cat -2023-05").excluded == ("2023-05",)


def test_offers_query_without_filter_or_with_phrase():
    query = parse("beach last  summer ext:jpg", today=date(2026, 11, 24))
    when, kind = query.typed
    assert (when.without, when.as_phrase) == ("beach ext:jpg", 'beach "last summer" ext:jpg')
    assert when.period == Period(date(2026, 6, 1), date(2026, 9, 1))
    assert (kind.text, kind.without, kind.as_phrase) == ("ext:jpg", "beach last summer", "")
    assert parse(when.as_phrase).phrases == ("last summer",)


def test_prefers_typed_filters_to_form():
    query = parse("cat ext:png", filters=Filters(extension="gif", min_importance=2))
    assert query.filters == Filters(extension="png", min_importance=2)


@pytest.mark.parametrize(
    "text", ["NH961", "RE16", "user@example.org", "example.org", "13800138000", '"pink car"', "12:30"]
)
def test_codes_addresses_and_phrases_are_exact(text):
    assert parse(text).is_exact


@pytest.mark.parametrize("text", ["cat", "调休", "boarding pass NH961", "5月1日", ""])
def test_other_queries_are_not_exact(text):
    assert not parse(text).is_exact


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("cat 12!", {"latin"}),
        ("猫 cat", {"han", "latin"}),
        ("кот", {"cyrillic"}),
        ("ねこ", {"kana"}),
        ("コーヒー", {"kana"}),
        ("人々", {"han"}),
        ("123", set()),
    ],
)
def test_recognises_scripts(text, scripts):
    assert scripts_of(text) == scripts


@given(st.text())
def test_raises_only_invalid_query(text):
    try:
        query = parse(text)
    except InvalidQuery:
        return
    assert all(term.strip() and "\x00" not in term for term in query.terms + query.excluded)
