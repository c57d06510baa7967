"""Tests of the ways in which the texts of a photo contain the terms of a query."""

from typing import Any

import pytest

from gallery.models import Photo
from gallery.text.canonical import fold
from search.keywords.closeness import Judge
from search.keywords.snippets import SnippetMaker
from search.keywords.term_places import TermPlaces, weakest_tier
from search.models import PhotoText
from search.query.parser import parse
from search.query.ways import TIERS

CASES = [
    # As typed.
    ("tea", "Tea room", "exact", ["Tea"]),
    ("oom", "Tea room", None, []),
    ("eheim", "Geheimnis", None, []),
    ("geheim", "Staatsgeheimnis", "exact", ["geheim"]),
    ("don't", "Don’t panic", "exact", ["Don’t"]),
    ("cafe", "Café Zoë", "exact", ["Café"]),
    ("naïve", "naive", "exact", ["naive"]),
    ("HT20250381", "Vertrag HT-2025-0381", "exact", ["HT-2025-0381"]),
    ("ht 2025 0381", "Vertrag HT-2025-0381", "exact", ["HT", "2025", "0381"]),
    ("5558675309", "(555) 867-5309", "exact", ["555) 867-5309"]),
    ("international", "inter-\nnational", "exact", ["inter-\nnational"]),
    ("台湾高铁", "臺灣高鐵", "exact", ["臺灣高鐵"]),
    ("林小雨", "林 小雨：我购买", "exact", ["林 小雨"]),
    ("961", "NH961", "exact", ["961"]),
    ('"car"', "Card and car", "exact", ["car"]),
    ('"car"', "Card", None, []),
    ('"cats dogs"', "cats and dogs", None, []),
    ("tea coffee", "coffee or tea", "exact", ["coffee", "tea"]),
    ("tea coffee", "only tea", None, ["tea"]),
    # Other forms and orders of the words.
    ("running", "we run home", "form", ["run"]),
    ("organization", "organizations", "exact", ["organization"]),
    ("organizations", "an organization", "form", ["organization"]),
    ("organization", "organ concert", None, []),
    ("department", "they depart", None, []),
    ("houses", "housing", "form", ["housing"]),
    ("东京航班", "航班 NH961 去东京", "form", ["航班", "东京"]),
    ("道具服装", "我购买了道具和服装", "form", ["道具", "服装"]),
    ("3点", "3 个地点", None, []),
    # Similar spellings.
    ("bording", "BOARDING PASS", "similar", ["BOARDING"]),
    ("boading pass", "Boarding Pass", "similar", ["Boarding", "Pass"]),
    ("lufthanza", "Lufthansa", "similar", ["Lufthansa"]),
    ("creme", "Krème", "similar", ["Krème"]),
    ("合同编码", "合同编号：7", "similar", ["合同编号"]),
    ("电子发漂", "電子發票", "similar", ["電子發票"]),
    ("lodz", "Łódź", "exact", ["Łódź"]),
    ('"bording"', "boarding", None, []),
    # Letters typed with accents are meant.
    ("Möller", "Frau Müller", None, []),
    ("Mo\u0308ller", "Frau Müller", None, []),
    ("Mölller", "Frau Möller", "similar", ["Möller"]),
    ("grüße", "Größe", None, []),
    ("Bären", "Hören", None, []),
    ("moller", "Frau Müller", "similar", ["Müller"]),
    # Spaces that recognition swallowed or added.
    ("Summer Sound", "SummerSound Festival", "similar", ["SummerSound"]),
    ("Evolution VI", "EVOLUTIONVI", "similar", ["EVOLUTIONVI"]),
    ("AssertionError", "Assertion Error", "similar", ["Assertion Error"]),
    # Numerals, sounds and glyphs.
    ("下午3点", "下午三点开会", "similar", ["下午三点"]),
    ("diaoxiu", "五一调休安排", "similar", ["调休"]),
    ("zgc", "中关村站", "similar", ["中关村"]),
    ("nh961", "航班 NH96I", "similar", ["NH96I"]),
    ("nh961", "航班 NH967", None, []),
    ("1055", "a great loss", None, []),
]


def photo_of(text: str = "", **more: Any) -> Photo:
    photo = Photo(filename=more.pop("filename", ""), **more)
    photo.text = PhotoText(text=text, folded=fold(text))
    return photo


@pytest.mark.parametrize(("query", "text", "tier", "marked"), CASES)
def test_finds_terms_in_tier(query: str, text: str, tier: str | None, marked: list[str]) -> None:
    places = TermPlaces(parse(query))
    found = places.in_photo(photo_of(text))
    assert [text[begin:end] for begin, end in found.spans("text")] == marked
    # Among other words, and in another text.
    around = f"Some words before\n\n{text}\n\n后面还有别的话。"
    shown = {tier} if tier else {"exact"} if marked else set()
    assert {snippet.tier for snippet in SnippetMaker(parse(query)).snippets(photo_of(description=around))} == shown


@pytest.mark.parametrize(("query", "text", "tier", "marked"), CASES)
def test_shows_tier_by_which_search_decides(query: str, text: str, tier: str | None, marked: list[str]) -> None:
    if not parse(query).phrases:
        words = range(len(parse(query).words)) if tier == "form" else ()
        closeness = Judge(parse(query)).closeness(fold(text), ordered=words)
        assert (closeness and TIERS[closeness.tier_number]) == tier


def test_takes_weakest_tier_of_terms() -> None:
    places = TermPlaces(parse("boarding lufthanza runs"))
    for filename, tier in (("Lufthansa", "similar"), ("lufthanza", "form"), ("lufthanza runs", "exact")):
        found = places.in_photo(photo_of("boarding", filename=filename, description="they run"))
        assert weakest_tier(found.findings) == tier


def test_marks_only_closest_way() -> None:
    photo = photo_of("Frankfurt, Frankfrt", filename="frankfrut.png", description="frankfurt")
    found = TermPlaces(parse("frankfurt")).in_photo(photo)
    assert [found.spans(source) for source in ("text", "filename", "description")] == [[(0, 9)], [], [(0, 9)]]


def test_finds_text_that_is_not_folded() -> None:
    photo = Photo(filename="a.png", description="nordlicht")
    assert TermPlaces(parse("nordlicht")).in_photo(photo).spans("description") == [(0, 9)]


def test_limits_places() -> None:
    found = TermPlaces(parse("tea"), places_per_text=3).in_photo(photo_of("tea " * 10))
    assert found.spans("text") == [(0, 3), (4, 7), (8, 11)]
