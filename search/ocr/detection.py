"""Detection of lines at several scales, with a margin around the picture.

The detector misses letters at the edge of a picture, those higher than about 190 pixels, and close lines that are
tilted. So each tile gets a margin in the colour of its edges, tilted pages are looked at again upright, and a look at a
quarter of the size finds large letters where the first found none.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from search.ocr.tiles import Quad, merge_tiles, tile_spans

Pixels = NDArray[np.uint8]
FindBoxes = Callable[[Pixels], list[Quad]]
"""Function from a picture whose sides are multiples of SIDE_STEP (height × width × RGB) to the boxes of its lines."""

DETECTOR_SIDE = 1600  # at full size a 12-megapixel photo needs 2.7 GB, and the result is worse
DETECTOR_AREA = 1600 * 1200  # pixels; a square of 1600 would need 150 MB more
SIDE_STEP = 32  # of the detector; it would squeeze pictures of other sizes
MARGIN = 12  # least pixels of margin
LEAST_SIDE, MOST_ENLARGED = 48, 4  # pixels across to which thin strips are enlarged, and how often at most
LARGE_SCALES = (1 / 4, 1 / 12)  # of the first look; the last one only if nothing was found before
LEAST_LARGE = 100  # pixels at the first scale; smaller letters are found there
LEAST_SIDE_OF_LARGE = 160  # shorter sides at the first scale have no letters that are too large for it
MIN_TILT, MAX_TILT = np.deg2rad(8), np.deg2rad(45)  # of pages that are looked at again upright
LEAST_TILTED = 3  # lines
LEVEL, MOST_TALLER, MOST_TURNED = 0.25, 1.6, 0.1  # of two parts of a line: offset in heights, ratio of heights, sine
CELL = 32  # pixels at the first scale: the unit in which ink without lines is looked for
INK = 40  # difference of grey within a cell with ink
LEAST_CELLS = 6  # of ink that a large letter has
COVERED = 0.2  # part of a large box that lines of the first look cover
PART_HEIGHT, PART_INSIDE = 0.6, 0.8  # of a line that is a part of a large one: its height, and its area within


def detect_lines(pixels: Pixels, find_boxes: FindBoxes) -> list[Quad]:
    """Return the boxes of the lines in a picture."""
    height, width = pixels.shape[:2]
    axis = int(height > width)
    tiles = []
    for span in tile_spans(max(height, width), across=min(height, width)):
        part = pixels[span.start : span.end] if axis else pixels[:, span.start : span.end]
        corner = np.array([0, span.start] if axis else [span.start, 0], np.float32)
        tiles.append((span, [quad + corner for quad in _find(part, _scale(part), find_boxes)]))
    quads = _join_split_lines(merge_tiles(tiles, axis=axis))
    if len(tiles) > 1:
        return quads
    return _with_large_lines(pixels, _found_upright(pixels, quads, find_boxes), find_boxes)


def _join_split_lines(quads: list[Quad]) -> list[Quad]:
    """Join the boxes of one line that the detector cut, often within a word: level, of one height, and overlapping."""
    joined: list[Quad] = []
    for quad in sorted(quads, key=lambda quad: float(quad[:, 0].min())):
        before = next((i for i, other in enumerate(joined) if _continues(other, quad)), None)
        if before is None:
            joined.append(quad)
        else:
            joined[before] = _around(joined[before], quad)
    return joined


def _around(left: Quad, right: Quad) -> Quad:
    """Return the box around two parts of a line, tilted like the longer one."""
    longer = max(left, right, key=lambda quad: float(np.linalg.norm(quad[1] - quad[0])))
    along = (longer[1] - longer[0]) / np.linalg.norm(longer[1] - longer[0])
    axes = np.array([along, [-along[1], along[0]]], np.float32)
    points = np.concatenate([left, right]) @ axes.T
    (x, y), (end_x, end_y) = points.min(axis=0), points.max(axis=0)
    return np.array([[x, y], [end_x, y], [end_x, end_y], [x, end_y]], np.float32) @ axes


def _continues(left: Quad, right: Quad) -> bool:
    """Return True if the right box goes on with the line of the left one."""
    end, start = (left[1] + left[2]) / 2, (right[0] + right[3]) / 2
    if abs(end[0] - start[0]) > (limit := float(np.ptp(left[:, 1]))) or abs(end[1] - start[1]) > limit:
        return False
    length, height = np.linalg.norm(left[1] - left[0]), np.linalg.norm(left[3] - left[0])
    other_length, other_height = np.linalg.norm(right[1] - right[0]), np.linalg.norm(right[3] - right[0])
    along = (left[1] - left[0]) / max(length, 1)
    across = np.array([-along[1], along[0]])
    overlap = float((end - start) @ along)
    turn = (right[1] - right[0]) @ across / max(other_length, 1)
    return bool(
        0 <= overlap <= height
        and abs((end - start) @ across) <= LEVEL * height
        and max(height, other_height) <= MOST_TALLER * min(height, other_height)
        and abs(turn) <= MOST_TURNED
        and min(length, other_length) >= height
    )


def _scale(pixels: Pixels) -> float:
    """Return the scale of the first look: smaller for large pictures, larger for thin strips."""
    short, long = sorted(pixels.shape[:2])
    return min(_largest_scale(short, long), max(1.0, min(LEAST_SIDE / short, MOST_ENLARGED)))


def _largest_scale(short: float, long: float) -> float:
    """Return the largest scale at which the detector looks at a picture with these sides."""
    return min((DETECTOR_SIDE - 2 * MARGIN) / long, math.sqrt(DETECTOR_AREA / (long * short)))


def _find(pixels: Pixels, scale: float, find_boxes: FindBoxes) -> list[Quad]:
    """Return the boxes that are found at a scale, in pixels of the picture and within it."""
    height, width = pixels.shape[:2]
    if scale != 1:
        pixels = _resized(pixels, scale)
    size = pixels.shape[1], pixels.shape[0]
    sides = [-(-(side + 2 * MARGIN) // SIDE_STEP) * SIDE_STEP for side in size]
    left, top = (sides[0] - size[0]) // 2, (sides[1] - size[1]) // 2
    canvas = np.empty((sides[1], sides[0], 3), np.uint8)
    canvas[:] = _edge_colour(pixels)
    canvas[top : top + size[1], left : left + size[0]] = pixels
    factors = np.array([width / size[0], height / size[1]], np.float32)
    found = [(np.asarray(quad, np.float32) - (left, top)) * factors for quad in find_boxes(canvas)]
    return [np.clip(quad, 0, (width, height)).astype(np.float32) for quad in found]


def _found_upright(pixels: Pixels, quads: list[Quad], find_boxes: FindBoxes) -> list[Quad]:
    """Return the lines of a tilted page as they are found after turning it upright, if that finds more text."""
    import cv2

    angle = _tilt(quads)
    if not MIN_TILT <= abs(angle) <= MAX_TILT:
        return quads
    height, width = pixels.shape[:2]
    sine, cosine = abs(np.sin(angle)), abs(np.cos(angle))
    sides = np.array([width * cosine + height * sine, width * sine + height * cosine])
    scale = min(_scale(pixels), _largest_scale(*sorted(sides)))
    small = pixels if scale == 1 else _resized(pixels, scale)
    matrix = cv2.getRotationMatrix2D((small.shape[1] / 2, small.shape[0] / 2), np.rad2deg(angle), 1)
    size = (int(sides[0] * scale), int(sides[1] * scale))
    matrix[:, 2] = matrix[:, 2] + (np.array(size) - small.shape[1::-1]) / 2
    colour = tuple(map(int, _edge_colour(small)))
    upright = np.asarray(cv2.warpAffine(small, matrix, size, flags=cv2.INTER_LINEAR, borderValue=colour), np.uint8)
    back = np.linalg.inv(matrix[:, :2]).T
    factors = np.array([width, height]) / small.shape[1::-1]
    found = _join_split_lines(
        [(((quad - matrix[:, 2]) @ back) * factors).astype(np.float32) for quad in _find(upright, 1.0, find_boxes)]
    )
    return found if sum(map(_length, found)) > sum(map(_length, quads)) else quads


def _tilt(quads: list[Quad]) -> float:
    """Return the angle of most text against the edges of the picture, in radians; 0 for only a few lines."""
    lines = [quad for quad in quads if _length(quad) > 2 * np.linalg.norm(quad[3] - quad[0])]
    if len(lines) < LEAST_TILTED:
        return 0.0
    ways = np.array([quad[1] - quad[0] for quad in lines])
    return float(np.median(np.arctan2(ways[:, 1], ways[:, 0])))


def _length(quad: Quad) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]))


def _resized(pixels: Pixels, scale: float) -> Pixels:
    import cv2

    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))


def _edge_colour(pixels: Pixels) -> NDArray[np.uint8]:
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.median(edges, axis=0).astype(np.uint8)


def _with_large_lines(pixels: Pixels, quads: list[Quad], find_boxes: FindBoxes) -> list[Quad]:
    """Add the large lines that the first look did not find, instead of parts of them that it did."""
    first = _scale(pixels)
    if min(pixels.shape[:2]) * first < LEAST_SIDE_OF_LARGE or not _has_ink_without_lines(pixels, quads, first):
        return quads
    for scale in LARGE_SCALES:
        for large in _find(pixels, first * scale, find_boxes):
            if _height(large) * first >= LEAST_LARGE:
                quads = _merged(quads, large)
        if quads:
            break
    return quads


def _has_ink_without_lines(pixels: Pixels, quads: list[Quad], scale: float) -> bool:
    """Return True if enough cells outside the lines contain two colours."""
    import cv2

    height, width = (max(1, round(side * scale / CELL)) for side in pixels.shape[:2])
    # Four samples across and down each cell.
    grey = cv2.cvtColor(cv2.resize(pixels, (4 * width, 4 * height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    cells = np.asarray(grey).reshape(height, 4, width, 4)
    ink = cells.max(axis=(1, 3)).astype(int) - cells.min(axis=(1, 3)) >= INK
    for quad in quads:
        left, top = np.floor(quad.min(axis=0) * scale / CELL).astype(int)
        right, bottom = np.ceil(quad.max(axis=0) * scale / CELL).astype(int)
        ink[top:bottom, left:right] = False
    return int(ink.sum()) >= LEAST_CELLS


def _merged(quads: list[Quad], large: Quad) -> list[Quad]:
    """Return the lines with a large one, unless they cover it; those that are parts of it are left out."""
    kept = [quad for quad in quads if not _is_part(quad, large)]
    covered = sum(_common_area(quad, large) for quad in kept)
    return [*kept, large] if covered < COVERED * _area(large) else quads


def _is_part(quad: Quad, large: Quad) -> bool:
    return (
        _height(quad) >= PART_HEIGHT * _height(large)
        and _common_area(quad, large) >= PART_INSIDE * _area(quad)
        and _area(quad) < PART_INSIDE * _area(large)
    )


def _height(quad: Quad) -> float:
    return float(min(np.ptp(quad, axis=0)))


def _area(quad: Quad) -> float:
    return float(np.prod(np.ptp(quad, axis=0)))


def _common_area(one: Quad, other: Quad) -> float:
    low, high = np.maximum(one.min(axis=0), other.min(axis=0)), np.minimum(one.max(axis=0), other.max(axis=0))
    return float(np.prod(np.maximum(high - low, 0)))
