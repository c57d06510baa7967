"""Reading order of drawn pages, without recognition: their boxes are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.ocr.layout import SAME_BLOCK, SAME_ROW, reading_order
from tests.search.ocr.pages import PAGES, Page


def read(page: Page, boxes: list[NDArray], pixels: NDArray, *, page_turn: int) -> list[list[str]]:
    """Return the blocks of a page, its lines given in another order."""
    shuffled = list(np.random.default_rng(7).permutation(len(boxes)))
    found = reading_order(
        [boxes[i] for i in shuffled], [page.texts[i] for i in shuffled], page_turn=page_turn, pixels=pixels
    )
    blocks: list[list[str]] = []
    for number, separator in found:
        if separator not in (SAME_BLOCK, SAME_ROW):
            blocks.append([])
        blocks[-1].append(page.texts[shuffled[number]])
    return blocks


def turned(page: Page, degrees: float) -> tuple[list[NDArray], NDArray]:
    """Return boxes and pixels of a page turned clockwise about its middle, on paper large enough."""
    image = page.image.rotate(-degrees, expand=True, fillcolor=page.image.getpixel((2, 2)))
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    boxes = [(box - np.array(page.image.size) / 2) @ turn + np.array(image.size) / 2 for box in page.boxes]
    return boxes, np.asarray(image)


@pytest.mark.unit
@pytest.mark.parametrize("name", PAGES)
def test_reads_page_block_by_block(name):
    page = PAGES[name]()
    page_turn = int(name == "vertical")
    assert read(page, page.boxes, np.asarray(page.image), page_turn=page_turn) == page.blocks


@pytest.mark.unit
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("degrees", "quarters"), [(-6, 0), (9, 0), (90, 1), (180, 2), (265, 3)])
def test_reads_turned_page_like_upright(name, degrees, quarters):
    page = PAGES[name]()
    boxes, pixels = turned(page, degrees)
    assert read(page, boxes, pixels, page_turn=(quarters + (name == "vertical")) % 4) == page.blocks


LENGTHS = st.integers(1, 400)


@pytest.mark.unit
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), LENGTHS, LENGTHS), max_size=14),
    st.sampled_from([0.25, 0.5, 2, 3]),
    st.integers(0, 3),
)
def test_loses_no_line_and_ignores_scale(rectangles, scale, page_turn):
    boxes = [
        np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], float)
        for x, y, width, height in rectangles
    ]
    texts = [f"word {number}" for number in range(len(boxes))]
    blank = np.full((10, 10, 3), 255, np.uint8)
    order = reading_order(boxes, texts, page_turn=page_turn, pixels=blank)
    assert sorted(number for number, _separator in order) == list(range(len(boxes)))
    assert [separator for _number, separator in order[:1]] == [""] * min(1, len(boxes))
    assert reading_order([box * scale for box in boxes], texts, page_turn=page_turn, pixels=blank) == order
