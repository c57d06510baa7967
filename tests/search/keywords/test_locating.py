"""Tests that parts of canonical texts are found in the original texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.text.canonical import fold, forms, pattern
from search.keywords import locating
from search.keywords.locating import MAX_SEARCHED_CHARACTERS, locate
from tests.linear_work import assert_linear


def located(term: str, text: str, *, is_whole: bool = False) -> list[str]:
    parts = [pattern(form, is_whole=is_whole) for form in forms(term)]
    return [text[begin:end] for begin, end in locate(parts, text)]


@pytest.mark.parametrize(
    ("term", "text", "places"),
    [
        ("tea", "Tea and TEA, steam", ["Tea", "TEA"]),
        ("don't", "Don’t panic, dont", ["Don’t", "dont"]),
        ("naive", "naïve nai\u0308ve", ["naïve", "nai\u0308ve"]),
        ("strasse", "Straße", ["Straße"]),
        ("fußgängerstraße", "FUSSGÄNGERSTRASSE", ["FUSSGÄNGERSTRASSE"]),
        ("istanbul", "İSTANBUL", ["İSTANBUL"]),
        ("NH961", "航班 ＮＨ９６１", ["ＮＨ９６１"]),
        ("nh961", "NH-961", ["NH-961"]),
        ("5558675309", "(555) 867-5309", ["555) 867-5309"]),
        ("13800138000", "138.0013.8000", ["138.0013.8000"]),
        ("13813572468", "电话 1381357\n2468", ["1381357\n2468"]),
        ("international", "an inter-\nnational", ["inter-\nnational"]),
        ("kundenservice@example.net", "kundenservice@ex\nample.net", ["kundenservice@ex\nample.net"]),
        ("调休", "国庆节后\n调\n休通知", ["调\n休"]),
        ("台湾高铁", "臺灣 高鐵", ["臺灣 高鐵"]),
        ("电子发票", "電子發票", ["電子發票"]),
        ("🎉", "👍🏽🎉 party", ["🎉"]),
        ("👍", "👍🏽🎉", ["👍🏽"]),
        ("がぞう", "か\u3099ぞう ｶﾞｿﾞｳ", ["か\u3099ぞう", "ｶﾞｿﾞｳ"]),
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af", ["\u1112\u1161\u11ab\u1100\u1173\u11af"]),
        ("c++", "C++ und C", ["C++"]),
        ("kg", "㎏", ["㎏"]),
        ("مرحبا", "مَرْحَبًا بالعالم", ["مَرْحَبًا"]),
        ("anything", "", []),
    ],
)
def test_locates_canonical_parts_in_original(term: str, text: str, places: list[str]) -> None:
    assert located(term, text) == places
    far = f"{'words before. ' * 50}\n\n{text}\n\n{'后面还有别的话。' * 50}"
    assert located(term, far) == places


def test_locates_whole_words_only() -> None:
    assert located("car", "Card, car; cardboard", is_whole=True) == ["car"]


def test_joins_overlapping_places() -> None:
    spans = list(locate(["花见", "见花"], "赏花见花"))
    assert spans == [(1, 4)]


# Syllables, signs and line ends of the kinds that the canonical form joins or separates.
PIECES = ["ab", "é", "cafe", "1", "23", "-", ".", " ", "\n", "-\n", "花", "調", "休", "ß", "’", "x", "🎉", "か\u3099"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(
    text=TEXTS,
    before=st.sampled_from(["", "word "]),
    length=st.integers(0, 300),
    at=st.integers(0, 59),
    size=st.integers(1, 8),
)
def test_locates_each_part_of_first_passage(text: str, before: str, length: int, at: int, size: int) -> None:
    text = before * length + text
    whole = fold(text).split("\n", 1)[0].strip()
    part = whole[-at - size : len(whole) - at].strip()
    if not part:
        return
    spans = list(locate([part], text))
    assert spans
    for begin, end in spans:
        assert part.replace(" ", "") in fold(text[begin:end]).replace(" ", "")


@given(text=TEXTS, term=TEXTS)
def test_locates_terms_that_canonical_text_contains(text: str, term: str) -> None:
    parts = [pattern(form) for form in forms(term)]
    folded = fold(text)
    assert bool(list(locate(parts, text))) == any(part in folded for part in parts)


@pytest.mark.parametrize("length", [1, 2, 127, 128, 129, 255, 256, 257])
def test_locates_at_edges_of_blocks(length: int) -> None:
    for text in ("花" * length + "調休", "a " * length + "調休", "e\u0301" * length + " 調休"):
        assert located("调休", text) == ["調休"]
        assert located("调休", f"{text} {text}") == ["調休"] * 2


def test_covers_first_characters() -> None:
    assert located("nordlicht", "x " * (MAX_SEARCHED_CHARACTERS // 2) + "nordlicht") == []
    assert located("nordlicht", "x " * 1000 + "nordlicht") == ["nordlicht"]


def test_folds_only_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    folded = []
    monkeypatch.setattr(locating, "passages", lambda text: folded.append(len(text)) or [])
    list(locate(["nordlicht"], "x " * 10_000 + "nordlicht" + " x" * 10_000))
    assert sum(folded) < 1000


@pytest.mark.parametrize("unit", ["花", "花 ", "a", "a ", "ab-", "1 ", "1\n", "e\u0301", "\n"])
def test_locates_in_linear_time(unit: str) -> None:
    for part in ("花花花花", "花", " a", "aaaa", "1111"):
        assert_linear(
            lambda text, part=part: list(locate([part], text)), lambda size: (unit * size)[:size], largest=20_000
        )
