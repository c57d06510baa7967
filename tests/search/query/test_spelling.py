"""Tests of similar spellings in the text of canonical passages."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from gallery.text.canonical import fold, forms
from search.query.spelling import accented_letters, allowed_edits, confusable_spans, similar_spans, skeleton
from tests.linear_work import assert_linear


def similar(typed: str, text: str) -> list[str]:
    folded = fold(text)
    return [folded[begin:end] for form in forms(typed) for begin, end in similar_spans(form, folded)]


@pytest.mark.parametrize(
    ("typed", "edits"),
    [
        ("car", 0),
        ("card", 1),
        ("Müller", 1),
        ("frankfr", 1),
        ("frankfrt", 2),
        ("Fußgängerstraße", 2),
        ("москва", 1),
        ("Θεσσαλονίκη", 2),
        ("서울특별시", 1),
        ("हवाईअड्डा", 2),
        ("合同", 0),
        ("合同号", 0),
        ("合同编号", 1),
        ("中华人民共和国居民身份证", 1),
        ("メロンパン", 1),
        ("กรุง", 0),
        ("กรุงเทพมหานคร", 1),
        ("nh961", 0),
        ("2024", 0),
        ("c++", 0),
        ("🎉🎉🎉🎉", 0),
        ("iphone手机", 0),
        ("x" * 1000, 0),
        ("", 0),
    ],
)
def test_allows_edits_by_length(typed: str, edits: int) -> None:
    assert [allowed_edits(form) for form in forms(typed)[:1] or [""]] == [edits]


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("bording", "BOARDING PASS", ["boarding"]),
        ("lufthanza", "Lufthansa Airbus", ["lufthansa"]),
        ("frankfrt", "Frankfurt (Main)", ["frankfurt"]),
        ("certifcate", "Certificate of Merit", ["certificate"]),
        ("miler", "Emma Miller", ["miller"]),
        ("boading", "boarding\nboarding", ["boarding", "boarding"]),
        ("moutain", "mountain moutain", ["mountain", "moutain"]),
        ("recieve", "receive", ["receive"]),
        ("teh", "the", []),
        ("form", "from", ["from"]),
        ("department", "they depart", []),
        ("kubernets", "Kubernetes", ["kubernetes"]),
        ("kubernts", "kubernetes", ["kubernetes"]),
        ("kubrnts", "kubernetes", []),
        ("house", "greenhouses", []),
        ("creme", "Crème brûlée", ["creme"]),
        ("добр", "добро", ["добро"]),
        ("合同编码", "合同编号：第三", ["合同编号"]),
        ("合同编号", "合同号", ["合同号"]),
        ("合同编号", "合同的编号", ["合同的编号"]),
        ("合同编号", "合同 的\n编号", ["合同的编号"]),
        ("合同编号", "同合编号、合编同号、合同号编", ["同合编号", "合编同号", "合同号编"]),
        ("合同编号", "合同条款和编号", []),
        ("合同编号", "编号 合同", []),
        ("电子发票", "電子發嘌", ["电子发嘌"]),
        ("登机牌号码", "登机牌 NH961 号码", []),
        ("调休", "调整", []),
        ("停車場", "停车厂", []),
        ("ラーメンや", "ラーメン屋", ["らーめん屋"]),
    ],
)
def test_finds_similar_spellings(typed: str, text: str, found: list[str]) -> None:
    assert similar(typed, text) == found


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("NH961", "NH96I", ["nh96i"]),
        ("nh-961", "flight NH961l", ["nh961"]),
        ("G20O5", "票 G2005 号", ["g2005"]),
        ("ab-1280", "AB-I28O", ["abi28o"]),
        ("1055", "loss", []),
        ("8055", "the boss", []),
        ("1055", "1O55", ["1o55"]),
        ("NH961", "NH967", []),
        ("10", "IO1", []),
        ("nh", "nh", []),
    ],
)
def test_finds_codes_with_confused_glyphs(typed: str, text: str, found: list[str]) -> None:
    folded = fold(text).split("\n")[0]
    assert [folded[begin:end] for begin, end in confusable_spans(forms(typed)[0], folded)] == found


@given(st.text())
def test_skeleton_keeps_length(text: str) -> None:
    assert len(skeleton(text)) == len(text)
    assert skeleton(skeleton(text)) == skeleton(text)


PHRASES = st.text("合同编号的", min_size=4, max_size=7)


@given(phrase=PHRASES, text=st.text("合同编号的 ", max_size=20))
def test_finds_all_texts_with_one_character_off(phrase: str, text: str) -> None:
    spans = list(similar_spans(phrase, text))
    parts = {text[begin:end] for begin in range(len(text)) for end in range(begin + len(phrase) - 1, len(text) + 1)}
    expected = any(" " not in part and OSA.distance(phrase, part) <= 1 for part in parts)
    assert bool(spans) == expected
    assert all(OSA.distance(phrase, text[begin:end]) <= 1 and " " not in text[begin:end] for begin, end in spans)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


@pytest.mark.parametrize("unit", ["花", "花花花花x", "花草 ", "flowerbed ", "a"])
@pytest.mark.parametrize("form", ["花" * 8, "花草" * 30, "flowerbeds", "a" * 60])
def test_takes_linear_time(form: str, unit: str) -> None:
    assert_linear(lambda text: list(similar_spans(form, text)), lambda size: (unit * size)[:size], largest=30_000)


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("Möller", "Frau Müller", []),
        ("Mo\u0308ller", "Frau Müller", []),
        ("MÖLLER", "Frau Müller", []),
        ("Mölller", "Frau Möller", ["moller"]),
        ("moller", "Frau Müller", ["muller"]),
        ("grüße", "Größe", []),
        ("éléfant", "elephant", []),
        ("éléphent", "elephant", ["elephant"]),
        ("Αθίνα", "Αθήνα", ["αθηνα"]),
        ("русскйи", "русский", ["русский"]),
    ],
)
def test_keeps_letters_typed_with_accents(typed: str, text: str, found: list[str]) -> None:
    (form,), folded = forms(typed), fold(text)
    spans = similar_spans(form, folded, kept=accented_letters(typed))
    assert [folded[begin:end] for begin, end in spans] == found
