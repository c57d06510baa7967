"""Tests of the canonical form as such; `tests/search/test_pairs.py` holds the pairs that meet."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.text.canonical import fold, forms, is_unspaced, part_patterns, passages, pattern
from gallery.text.characters import clusters, fold_cluster
from tests.linear_work import assert_linear

pytestmark = pytest.mark.unit

PIECES = [
    *("@", "€", "🇸🇪", "ํ"),
    *("Don’t", "Grüße", "NH-961", "138 0013", "1,043", "v1.2", "電梯", "生日🎂快乐", "カﾞ", "한국", "น้ำ", "क़", "🇩🇪"),
    *(
        "C++",
        "½",
        "№",
        "e\u0301",
        "й",
        "é\u0336",
        "(",
        "）",
        "。",
        "-",
        "–",
        " ",
        "\n",
        "\u00ad\n",
        "\u200d",
        "‘",
        "@",
        "€",
    ),
    *("x@y.org", "http://a.b/c", "İ", "ß", "\0", "\ud800", "\ufffd", "🏽", "\u0e4d\u0e48", "Ǆ", "ﬃ", "a", "7"),
]
texts = st.lists(st.sampled_from(PIECES) | st.characters() | st.text(max_size=3), max_size=12).map("".join)


@given(text=texts)
def test_maps_every_character_to_the_original_text(text):
    for passage in passages(text):
        assert len(passage.text) == len(passage.origins)
        assert all(0 <= origin < len(text) for origin in passage.origins)


@given(text=texts)
def test_passages_are_words_between_single_spaces(text):
    folded = fold(text)
    assert not any(unicodedata.category(character) in ("Cs", "Cc") for character in folded.replace("\n", ""))
    for passage in folded.splitlines():
        words = passage.split(" ")
        assert (words[0], words[-1]) == ("", "")
        assert all(words[1:-1])


@given(text=texts)
def test_folds_composed_and_decomposed_text_alike(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(text=texts)
def test_text_contains_itself(text):
    assert not forms(text) or any(form in fold(text) for form in forms(text))


@given(text=texts, data=st.data())
def test_text_contains_its_words(text, data):
    words = [word for passage in passages(text) for word in passage.text.split()]
    if words:
        word = data.draw(st.sampled_from(words))
        assert any(pattern(form, is_whole=True) in fold(text) for form in forms(word)), (word, fold(text))


@given(text=texts, data=st.data())
def test_text_contains_its_parts_between_spaces(text, data):
    edges = sorted({0, len(text), *(at for at, character in enumerate(text) if character in " \n\t")})
    begin = data.draw(st.integers(0, len(edges) - 1))
    part = text[edges[begin] : edges[data.draw(st.integers(begin, len(edges) - 1))]]
    assert not forms(part) or any(pattern(form) in fold(text) for form in forms(part)), (part, fold(text))


@given(text=texts)
def test_folds_folded_text_to_itself(text):
    for form in forms(text):
        assert forms(form)[-1] == form


@pytest.mark.parametrize(
    ("part", "name", "is_in"),
    [
        *(("（1）", "报销单（1）：餐饮.png", True), ("（1）", "IMG_2011.png", False), ("1", "IMG_2011.png", True)),
        *(("IMG_", "IMG_1234.JPG", True), ("IMG_", "IMGX_1234.JPG", False), ("MG_1", "IMG_1234.JPG", True)),
        *((".jpg", "IMG_1234.JPG", True), (".jp", "IMG_1234.JPG", True), (".pg", "IMG_1234.JPG", False)),
        *(
            ("été", "e\u0301te\u0301.png", True),
            ("e\u0301te\u0301", "ÉTÉ.png", True),
            ("한글", "\u1112\u1161\u11ab글", True),
        ),
        *(("（旅行）", "旅行", True), ("/旅行/", "/home/旅行/1.png", True), ("電梯", "电梯.png", True)),
    ],
)
def test_finds_part_of_name(part, name, is_in):
    assert any(wanted in fold(name) for wanted in part_patterns(part)) == is_in


@pytest.mark.parametrize(
    ("character", "expected"), [("中", True), ("🎂", True), ("ก", True), ("a", False), ("1", False)]
)
def test_knows_unspaced_characters(character, expected):
    assert is_unspaced(character) == expected


@pytest.mark.parametrize(
    "pieces", ["\u0301", "1 ", "ab-c\n", "汉字 ", "a-\u00ad \n", "12\n", "a.b\n/", "🎂中", "ํ่", "-", "x'"]
)
def test_folds_in_linear_time(pieces):
    fold("x")  # The tables are built once.
    assert_linear(lambda text: fold(f"a{text}b{text}\n{text}1"), lambda size: pieces * size, largest=16_384)


def test_folds_clusters_by_themselves():
    found = clusters().finditer("e\u0301т 한\u1100\u1161\u11a8 ｶﾞ か\u309bน้ำ")
    assert "".join(fold_cluster(cluster.group()) for cluster in found) == "eт 한각 が がน้\u0e4d\u0e32"


@pytest.mark.parametrize("text", ["NH-961 don’t go", "138 0013 8000 don’t go", "2023-05-01 don’t go"])
def test_joins_no_word_to_the_code_before(text):
    assert " dont go " in passages(text)[0].text
