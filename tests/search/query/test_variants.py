"""Tests of other ways to write a term."""

import pytest

from gallery.text.canonical import fold, forms
from search.query.stems import stem, stem_spans
from search.query.variants import glued_spans, joined_neighbours, split_spans, variant_spans, variants


def found(spans, term: str, text: str) -> list[str]:
    (form, *_), folded = forms(term), fold(text)
    return [folded[begin:end] for begin, end in spans(form, folded)]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("3点", "下午三点见"),
        ("三点", "下午3点见"),
        ("15", "第十五届"),
        ("十五", "第15届"),
        ("2024年", "二〇二四年"),
        ("二〇二四年", "2024年"),
        ("320", "三百二十元"),
        ("1005", "一千零五"),
        ("两点", "2点"),
        ("一万两千", "12,000"),
        ("21:30", "21时30分"),
        ("21时30分", "21:30"),
        ("3:30", "下午三点半"),
        ("三点半", "3:30 pm"),
        ("3点半", "3:30"),
        ("9:05", "9点05分"),
        ("三点二十分", "3:20"),
        ("nh961", "NH 961"),
        ("mueller", "Frau Müller"),
        ("koeln", "Köln"),
        ("4930901820", "+49 (0)30 901820"),
        ("030901820", "+49 30 901820"),
    ],
)
def test_finds_other_ways_to_write(term, text):
    assert found(variant_spans, term, text)


@pytest.mark.parametrize(
    ("term", "text"), [("15", "二十五"), ("十五", "2015"), ("3点", "十三点"), ("nh961", "nh 9615")]
)
def test_finds_numbers_only_whole(term, text):
    assert found(variant_spans, term, text) == []


def test_variants_leave_out_the_form_itself():
    assert variants("cat") == ()
    assert "15" not in variants("15")


def test_finds_word_with_space_added_by_recognition():
    assert found(split_spans, "transportation", "public transporta tion here") == ["transporta tion"]
    assert found(split_spans, "transportation", "transportation") == []
    assert found(split_spans, "cats", "ca ts") == []


def test_finds_short_word_behind_lost_space():
    assert found(glued_spans, "stage", "OpenAirStage backstage") == ["stage", "stage"]
    assert found(glued_spans, "rain", "a train in terrain, training") == []
    assert found(glued_spans, "cat", "theblackcat") == []


def test_joins_neighbours_that_lost_their_space():
    assert list(joined_neighbours(["Summer", "Sound", "!", "调休"])) == [(0, "summersound")]


@pytest.mark.parametrize(
    "words",
    [
        "house houses housed housing",
        "run runs running",
        "create creates created creating",
        "cancel canceled cancelled cancelling",
        "party parties",
        "box boxes",
        "address addresses",
        "agree agrees agreed",
        "make makes making",
        "study studies studied",
        "stop stops stopped stopping",
    ],
)
def test_inflections_have_one_stem(words):
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("department", "depart"), ("organization", "organ"), ("sing", "sings in"), ("thing", "this"), ("hope", "hop")],
)
def test_other_words_have_other_stems(one, other):
    assert stem(one) != stem(other)


def test_finds_inflections():
    assert found(stem_spans, "houses", "the housing of a house, greenhouse") == ["housing", "house"]
    assert found(stem_spans, "C3", "c3") == []
