"""Lines are read upright, whole and in order, by a fake recogniser that reads shades of grey."""

import numpy as np
import pytest

from search.ocr.lines import Pixels, read_lines
from search.ocr.tiles import Quad

# Pixels of a side of a letter, a square whose grey encodes the letter; its upper left quarter is white.
LETTER = 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def draw(text: str) -> Pixels:
    columns = []
    for letter in text:
        square = np.full((LETTER, LETTER), 40 + 6 * LETTERS.index(letter), np.uint8)
        square[: LETTER // 2, : LETTER // 2] = 255
        columns.append(square)
    return np.repeat(np.hstack(columns)[:, :, None], 3, axis=2)


def recognise(crops: list[Pixels]) -> list[tuple[str, float]]:
    """Recognise upright letters that are entirely in the crop, and read others as “x” with low confidence."""
    return [_recognise(crop) for crop in crops]


def _recognise(crop: Pixels) -> tuple[str, float]:
    grey, letters, at = crop[:, :, 0].astype(int), "", 0
    while at + LETTER <= crop.shape[1]:
        corner, body = grey[3 : LETTER // 2 - 3, at + 3], grey[LETTER // 2 + 3 : LETTER - 3, at + 3]
        starts = at == 0 or grey[3, at - 3] < 250
        if corner.min() > 250 and body.max() < 200 and starts:
            letters += LETTERS[round((float(np.median(body)) - 40) / 6)]
            at += LETTER
        else:
            at += 1
    return (letters, 0.99) if letters else ("x", 0.3)


def box(left: float, top: float, width: float, height: float) -> Quad:
    return np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32)


def page(*lines: tuple[str, int, int], width: int = 400, height: int = 300) -> tuple[Pixels, list[Quad]]:
    """Return a grey picture with each text at (left, top), and the boxes of the texts."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    quads = []
    for text, left, top in lines:
        drawn = draw(text)
        pixels[top : top + LETTER, left : left + drawn.shape[1]] = drawn
        quads.append(box(left, top, drawn.shape[1], LETTER))
    return pixels, quads


def turn(quad: Quad, size: tuple[int, int], quarters: int) -> Quad:
    """Return a box after the picture of (width, height) was turned counter-clockwise, from its new top left corner."""
    width, height = size
    for _ in range(quarters):
        quad = np.stack([quad[:, 1], width - quad[:, 0]], axis=1)
        width, height = height, width
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return box(left, top, right - left, bottom - top)


LINES = (("hello", 40, 100), ("again", 240, 104), ("end", 40, 200), ("start", 40, 20))
IN_ORDER = ["start", "hello", "again", "end"]


@pytest.mark.parametrize("quarters", range(4))
def test_reads_a_turned_page_in_order(quarters):
    pixels, quads = page(*LINES)
    turned = np.ascontiguousarray(np.rot90(pixels, quarters))
    boxes = [turn(quad, (400, 300), quarters) for quad in quads]

    def detect(seen: Pixels) -> list[Quad]:
        return boxes if np.array_equal(seen, turned) else quads

    found = read_lines(turned, detect=detect, recognise=recognise)
    assert [line.text for line in found] == IN_ORDER
    # Corners are clockwise from the top left of the text "start" in the turned picture.
    corner = np.array([[40 / 400, 20 / 300]]) - 0.5
    for _ in range(quarters):
        corner = np.stack([corner[:, 1], -corner[:, 0]], axis=1)
    assert found[0].box[0] == pytest.approx(tuple(corner[0] + 0.5), abs=0.01)


def test_reads_a_clear_page_once():
    calls = []

    def count(crops: list[Pixels]) -> list[tuple[str, float]]:
        calls.extend(crops)
        return recognise(crops)

    pixels, quads = page(*LINES)
    read_lines(pixels, detect=lambda _: quads, recognise=count)
    assert len(calls) == len(LINES)


def test_a_vertical_line_does_not_turn_the_page():
    pixels, quads = page(*LINES)
    pixels[60:280, 360:380] = np.rot90(draw("themarginal"))
    found = read_lines(pixels, detect=lambda _: [*quads, box(360, 60, 20, 220)], recognise=recognise)
    assert sorted(line.text for line in found) == sorted([*IN_ORDER, "themarginal"])
    assert [line.text for line in found if line.text in IN_ORDER] == IN_ORDER


def test_reads_a_very_long_line_in_pieces():
    text = "".join(LETTERS[(7 * number) % 26] for number in range(150))
    pixels, quads = page((text, 10, 10), width=3020, height=40)
    widest = []

    def watch(crops: list[Pixels]) -> list[tuple[str, float]]:
        widest.extend(crop.shape[1] / crop.shape[0] for crop in crops)
        return recognise(crops)

    (line,) = read_lines(pixels, detect=lambda _: quads, recognise=watch)
    assert line.text == text
    assert max(widest) <= 60


def test_ignores_specks_and_low_confidence():
    readings = {30: ("。", 0.99), 40: ("maybe", 0.4), 50: ("", 0.0), 60: ("yes", 0.6), 70: ("O", 0.9), 80: ("7", 0.99)}
    pixels = np.full((300, 400, 3), 128, np.uint8)
    quads = [box(10, 40 * number, width, 10) for number, width in enumerate(readings)] + [box(1, 1, 2, 2)]
    found = read_lines(
        pixels, detect=lambda _: quads, recognise=lambda crops: [readings[crop.shape[1]] for crop in crops]
    )
    assert [line.text for line in found] == ["yes", "7"]


def test_clips_boxes_at_the_edge():
    pixels, _ = page(("edge", 0, 0))
    (line,) = read_lines(pixels, detect=lambda _: [box(-3, -2, 83, 22)], recognise=lambda crops: [("edge", 1.0)])
    assert line.box[0] == (0, 0)


def test_finds_no_text_without_lines():
    pixels, _ = page()
    assert read_lines(pixels, detect=lambda _: [], recognise=recognise) == []
