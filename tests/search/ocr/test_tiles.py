"""Long pictures are cut into overlapping tiles, and every line of the tiles is found once."""

from itertools import pairwise

import numpy as np
import pytest

from search.ocr.tiles import MAX_TILES, Quad, Span, merge_tiles, readable_size, tile_spans


def quad(left: float, top: float, right: float, bottom: float) -> Quad:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def bounds(quads: list[Quad]) -> list[tuple[float, ...]]:
    return [(*map(float, found.min(axis=0)), *map(float, found.max(axis=0))) for found in quads]


@pytest.mark.parametrize(("length", "across"), [(1080, 1080), (2400, 1080), (1600, 100), (4000, 3000), (1, 1)])
def test_most_pictures_are_one_tile(length, across):
    assert tile_spans(length, across=across) == [Span(0, length)]


@pytest.mark.parametrize(("length", "across"), [(20_000, 1080), (2701, 1080), (1601, 10), (100_000, 3000)])
def test_overlapping_tiles_cover_a_long_picture(length, across):
    spans = tile_spans(length, across=across)
    assert (spans[0].start, spans[-1].end) == (0, length)
    sizes = {span.end - span.start for span in spans}
    assert len(sizes) == 1
    assert max(sizes) <= max(1600, across * 3 // 2)
    overlaps = [before.end - after.start for before, after in pairwise(spans)]
    assert min(overlaps) >= max(sizes) // 6 - 1


TILES = (Span(0, 1000), Span(800, 1800))


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        # Whole in both tiles, with slightly different boxes.
        ([(10, 850, 500, 890)], [(12, 852, 501, 891)], [(10, 850, 500, 890)]),
        # Cut by the end of the first tile, by the start of the second.
        ([(10, 980, 200, 1000)], [(10, 978, 500, 1020)], [(10, 978, 500, 1020)]),
        ([(10, 790, 500, 830)], [(10, 800, 500, 829)], [(10, 790, 500, 830)]),
        # Higher than the overlap: cut by both tiles.
        ([(10, 700, 500, 1000)], [(11, 800, 499, 1100)], [(10, 700, 500, 1100)]),
        # Lines that touch, and one far away.
        (
            [(10, 850, 500, 890), (10, 100, 500, 140)],
            [(10, 888, 500, 925), (10, 850, 500, 890)],
            [(10, 850, 500, 890), (10, 100, 500, 140), (10, 888, 500, 925)],
        ),
        # Two columns on one line.
        (
            [(10, 850, 200, 890), (300, 850, 500, 890)],
            [(300, 850, 500, 890), (10, 850, 200, 890)],
            [(10, 850, 200, 890), (300, 850, 500, 890)],
        ),
    ],
)
@pytest.mark.parametrize("axis", [0, 1])
def test_merges_a_line_of_two_tiles(first, second, merged, axis):
    def turned(boxes):
        return [
            (top, left, bottom, right) if axis == 0 else (left, top, right, bottom)
            for left, top, right, bottom in boxes
        ]

    tiles = [(span, [quad(*box) for box in turned(boxes)]) for span, boxes in zip(TILES, (first, second), strict=True)]
    assert bounds(merge_tiles(tiles, axis=axis)) == turned(merged)


def test_joins_a_line_along_many_tiles():
    spans = tile_spans(10_000, across=500)
    tiles = [(span, [quad(max(50, span.start), 100, min(9900, span.end), 140)]) for span in spans]
    assert bounds(merge_tiles(tiles, axis=0)) == [(50, 100, 9900, 140)]


@pytest.mark.parametrize("size", [(1080, 30_000), (30_000, 1500), (6000, 6000), (623, 57_735), (8, 8)])
def test_reads_real_pictures_at_their_size(size):
    assert readable_size(size) == size


@pytest.mark.parametrize("size", [(100_000, 100), (100, 100_000), (12_000_000, 16), (200_000_000, 1)])
def test_reads_picture_of_too_many_tiles_at_lower_scale(size):
    smaller = readable_size(size)
    assert len(tile_spans(max(smaller), across=min(smaller))) <= MAX_TILES
    assert max(smaller) < max(size)
