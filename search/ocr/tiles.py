"""Overlapping tiles of very long pictures, and the merging of the lines detected in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Quad = NDArray[np.float32]
"""Four corners (x, y) in pixels, clockwise from the top left."""

MAX_SINGLE_TILE_RATIO = 2.5  # phone screens have up to 2.3, and are read well as one tile
SHORTEST_TILE = 1600
MAX_TILES = 48  # a screenshot of 1080 × 30,000 pixels has 23
EDGE = 4  # pixels; boxes of lines cut by a tile end at most this far from its edge
MIN_COMMON_AREA = 0.5  # of the smaller box, for two boxes of one line
MIN_COVERED_AREA = 0.8  # of the smaller box, for a box that contains the other one


@dataclass(frozen=True)
class Span:
    """A tile's start and end along the picture's long side, in pixels."""

    start: int
    end: int


def readable_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the (width, height) at which a picture has at most MAX_TILES tiles: its own, except for huge pictures."""
    scale = 1.0
    width, height = size
    while len(tile_spans(max(width, height), across=min(width, height))) > MAX_TILES:
        scale *= 0.9
        width, height = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return width, height


def tile_spans(length: int, *, across: int) -> list[Span]:
    """Return tiles along a side of `length`: one for most pictures, else several that overlap by at least a sixth.

    A tile is at most 1.5 times as long as wide, so that small letters stay legible when the detector shrinks it.
    """
    tile = max(SHORTEST_TILE, across * 3 // 2)
    if length <= max(MAX_SINGLE_TILE_RATIO * across, SHORTEST_TILE):
        return [Span(0, length)]
    count = -(-(length - tile // 6) // (tile - tile // 6))
    starts = [round(number * (length - tile) / (count - 1)) for number in range(count)]
    return [Span(start, start + tile) for start in starts]


def merge_tiles(tiles: list[tuple[Span, list[Quad]]], *, axis: int) -> list[Quad]:
    """Return the lines of a picture from those of its tiles along `axis`; all boxes are in the picture's pixels.

    A line cut by the edge of a tile within the overlap is whole in the neighbouring tile. Other boxes of neighbouring
    tiles are the same line if they agree within the overlap. If one contains the other, it is kept; else both were
    cut, and the line spans both.
    """
    merged: list[Quad] = []
    for before, (span, quads), after in zip([None, *tiles], tiles, [*tiles[1:], None], strict=False):
        overlap = (span.start, before[0].end if before else span.start)
        until = after[0].start if after else span.end
        reaching = [i for i, other in enumerate(merged) if other[:, axis].max() > span.start]
        for quad in quads:
            low, high = float(quad[:, axis].min()), float(quad[:, axis].max())
            if (low <= span.start + EDGE and high < overlap[1]) or (high >= span.end - EDGE and low > until):
                continue
            twin = next((i for i in reaching if _is_same(merged[i], quad, overlap, axis)), None)
            if twin is None:
                merged.append(quad)
            else:
                merged[twin] = _join(merged[twin], quad)
    return merged


def _bounds(quad: Quad) -> NDArray[np.float32]:
    """Return the box around a quadrilateral: [[left, top], [right, bottom]]."""
    return np.stack([quad.min(axis=0), quad.max(axis=0)])


def _area(bounds: NDArray[np.float32]) -> float:
    return float(np.prod(np.maximum(bounds[1] - bounds[0], 0)))


def _common_area(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return _area(np.stack([np.maximum(a[0], b[0]), np.minimum(a[1], b[1])]))


def _is_same(a: Quad, b: Quad, overlap: tuple[int, int], axis: int) -> bool:
    first, second = _bounds(a), _bounds(b)
    for bounds in (first, second):
        bounds[:, axis] = np.clip(bounds[:, axis], *overlap)
    smaller = min(_area(first), _area(second))
    return smaller > 0 and _common_area(first, second) / smaller >= MIN_COMMON_AREA


def _join(a: Quad, b: Quad) -> Quad:
    first, second = _bounds(a), _bounds(b)
    smaller, larger = sorted((first, second), key=_area)
    if _common_area(smaller, larger) >= MIN_COVERED_AREA * _area(smaller):
        return a if larger is first else b
    (left, top), (right, bottom) = np.minimum(first[0], second[0]), np.maximum(first[1], second[1])
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
