"""Detection with a margin and at several scales, by a fake detector that finds dark rectangles of readable size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.ocr.detection import DETECTOR_AREA, DETECTOR_SIDE, MARGIN, SIDE_STEP, detect_lines
from search.ocr.tiles import Quad

LARGEST = 190  # pixels: the detector overlooks higher letters


class Detector:
    """Finds rectangles of a colour that differs from the canvas, at most LARGEST high and away from the edge."""

    def __init__(self) -> None:
        self.canvases: list[NDArray[np.uint8]] = []

    def __call__(self, canvas: NDArray[np.uint8]) -> list[Quad]:
        self.canvases.append(canvas)
        assert all(side % SIDE_STEP == 0 and side <= DETECTOR_SIDE for side in canvas.shape[:2])
        height, width = (side - 2 * MARGIN - SIDE_STEP for side in canvas.shape[:2])
        assert height * width <= DETECTOR_AREA
        ink = np.abs(canvas[:, :, 0].astype(int) - int(canvas[0, 0, 0])) > 100
        found = []
        columns = np.flatnonzero(ink.any(axis=0))
        for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if columns.size else []:
            rows = np.flatnonzero(ink[:, run].any(axis=1))
            (left, right), (top, bottom) = (run[0], run[-1] + 1), (rows[0], rows[-1] + 1)
            touches = left == 0 or top == 0 or right == canvas.shape[1] or bottom == canvas.shape[0]
            if 4 <= bottom - top <= LARGEST and not touches:
                found.append(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32))
        return found


def picture(size: tuple[int, int], *rectangles: tuple[int, int, int, int], paper: int = 255) -> NDArray[np.uint8]:
    """Return a picture of (width, height) with rectangles (left, top, right, bottom) that contain strokes."""
    pixels = np.full((size[1], size[0], 3), paper, np.uint8)
    for left, top, right, bottom in rectangles:
        pixels[top:bottom, left:right] = 255 - paper
    return pixels


def bounds(quads: list[Quad]) -> list[list[int]]:
    return sorted([*np.rint(quad.min(axis=0)).astype(int), *np.rint(quad.max(axis=0)).astype(int)] for quad in quads)


@pytest.mark.unit
@pytest.mark.parametrize("paper", [255, 0])
def test_finds_line_that_touches_the_edge(paper):
    found = detect_lines(picture((400, 90), (0, 20, 180, 60), (300, 0, 400, 30), paper=paper), Detector())
    assert bounds(found) == [[0, 20, 180, 60], [300, 0, 400, 30]]


@pytest.mark.unit
@pytest.mark.parametrize("size", [(4000, 4000), (3000, 4000), (6000, 2000), (1600, 1600)])
def test_looks_at_large_pictures_in_little_memory(size):
    detector = Detector()
    detect_lines(picture(size, (40, 40, 400, 160)), detector)
    assert max(canvas.shape[0] * canvas.shape[1] for canvas in detector.canvases) < 2_100_000


@pytest.mark.unit
def test_enlarges_thin_strips():
    detector = Detector()
    ((left, top, right, bottom),) = bounds(detect_lines(picture((90, 11), (10, 2, 70, 9)), detector))
    assert (left, right) == (10, 70)
    assert abs(top - 2) <= 1
    assert abs(bottom - 9) <= 1
    assert len(detector.canvases) == 1
    assert detector.canvases[0].shape[1] > 300


@pytest.mark.unit
@pytest.mark.parametrize(
    ("size", "letter"),
    [
        ((1600, 1200), (300, 300, 1200, 700)),
        ((1600, 1200), (40, 100, 1500, 1100)),
        ((1080, 1920), (200, 500, 900, 900)),
        ((4000, 3000), (600, 800, 3000, 2000)),
        ((800, 566), (200, 80, 700, 480)),
    ],
)
def test_finds_large_letters_at_smaller_scale(size, letter):
    ((*found,),) = bounds(detect_lines(picture(size, letter), Detector()))
    assert np.allclose(found, letter, atol=0.02 * max(size))


@pytest.mark.unit
def test_large_letters_replace_their_parts():
    # Only a low part of the letters is small enough for the first look.
    pixels = picture((1600, 1200), (200, 400, 700, 720), (700, 560, 900, 720))
    found = bounds(detect_lines(pixels, Detector()))
    assert len(found) == 1


@pytest.mark.unit
def test_keeps_small_lines_beside_large_ones():
    lines = [(100, 100, 300, 130), (900, 400, 1500, 800)]
    found = bounds(detect_lines(picture((1600, 1200), *lines), Detector()))
    assert len(found) == 2
    assert np.allclose(found, lines, atol=20)


@pytest.mark.unit
def test_looks_once_where_no_ink_is_left():
    detector = Detector()
    detect_lines(picture((1600, 1200), (100, 100, 700, 140), (800, 100, 1500, 140)), detector)
    detect_lines(picture((1600, 1200)), detector)
    assert len(detector.canvases) == 2


@pytest.mark.unit
@settings(max_examples=60, deadline=None)
@given(st.integers(8, 700), st.integers(8, 700), st.integers(0, 10**6))
def test_boxes_lie_within_the_picture(width, height, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)

    def find(canvas: NDArray[np.uint8]) -> list[Quad]:
        tall, wide = canvas.shape[:2]
        return [np.array([[-5, -5], [wide + 5, 0], [wide, tall + 9], [0, tall]], np.float32)]

    for quad in detect_lines(pixels, find):
        assert quad.min() >= 0
        assert (quad.max(axis=0) <= (width, height)).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("second", "count"),
    [
        ((295, 101, 600, 141), 1),  # the same line, cut
        ((295, 121, 600, 161), 2),  # another line
        ((315, 101, 600, 141), 2),  # a gap
        ((240, 101, 600, 141), 2),  # both contain the same words
        ((295, 80, 700, 160), 2),  # larger letters
    ],
)
def test_joins_line_that_was_cut(second, count):
    def find(_canvas: NDArray[np.uint8]) -> list[Quad]:
        return [
            np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
            for left, top, right, bottom in ((100, 100, 300, 140), second)
        ]

    assert len(detect_lines(picture((1000, 700)), find)) == count
