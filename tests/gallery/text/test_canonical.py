"""The canonical form: terms that must be found in a text, and terms that must not."""

import pytest

from gallery.text.canonical import fold, forms, is_short_word, passages


def meets(term: str, text: str) -> bool:
    folded = fold(text)
    return any((f" {form}" if is_short_word(form) else form) in folded for form in forms(term))


@pytest.mark.unit
def test_maps_every_character_to_the_original_text():
    text = "Don’t panic – Gru\u0308ße\n138 0013\n8000 〇会"
    for passage in passages(text):
        assert len(passage.text) == len(passage.origins)
        assert all(0 <= origin < len(text) for origin in passage.origins)


@pytest.mark.unit
@pytest.mark.parametrize(("term", "text"), [("o'brien", "O’Brien’s"), ("電梯", "电梯"), ("inland", "in-\nland")])
def test_finds_term(term, text):
    assert meets(term, text)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("阶梯教室", "阶梯\n教室"),
        ("拿铁 32.00", "拿铁\t32.00"),
        ("latte 32.00", "Latte\t32.00\n\nMocha\t30.00"),
        ("inland", "in-\r\nland"),
        ("13813572468", "138135\n72468"),
    ],
)
def test_finds_term_within_block(term, text):
    assert meets(term, text)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("阶梯教室", "阶梯\t教室"),
        ("阶梯教室", "阶梯\n\n教室"),
        ("阶梯教室", "阶梯 \n \n教室"),
        ("inland", "in-\n\nland"),
        ("13813572468", "138135\n\n72468"),
        ("13813572468", "138135\t72468"),
    ],
)
def test_joins_nothing_over_cells_and_blocks(term, text):
    assert not meets(term, text)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["NH-961 don’t go", "138 0013 8000 don’t go", "2023-05-01 don’t go"])
def test_joins_no_word_to_the_code_before(text):
    assert " dont go " in fold(text).split("\n")[0]
