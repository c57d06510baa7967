"""Blocks of lines that follow each other: paragraphs of a column, table cells, chat bubbles.

Works in a frame where text runs to the right. A line is linked to the next one below it if the two are near, aligned
and of one size, and no ruling or edge of a background separates them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search.ocr.frames import Frame

Pixels = NDArray[np.uint8]

MAX_SIZE_RATIO = 1.6  # of the heights of two lines in one type size: "ace" is lower than "Éfg"
MAX_PITCH = 2.6  # from line to line of a block, in heights of its lines
MAX_LINK = 3.0  # from one line to the next, in their heights, which vary with the letters
MAX_LETTER_PITCH = 3.5  # the same between single characters set one below or beside the other
WIDER_PITCH = 1.4  # times the pitch within a block: the next block begins
MAX_WORD_GAP = 0.9  # between parts of one line, in heights
MAX_INDENT = 2.5  # of the left edges of two lines of a block, in heights
ALIGNED = 1.0  # right edges or middles that agree, in heights
LEVEL = 0.4  # distance of the middles of lines in one row, in heights
FULL = 0.8  # of the width of a column, for lines that reach its right edge
ALIGNED_ROWS = 0.7  # of the lines of a column, beside which a table has another column's
PROSE_CHARACTERS, PROSE_WIDTH = 7, 5  # least letters of a line of running text, and width in heights
BLANK, STEP = 8, 6  # greatest deviation of colours along an empty pixel row, and least difference to the next one
SAMPLES = 32  # points along a pixel row between two lines


@dataclass(frozen=True)
class Row:
    """One line of text, or its parts from left to right."""

    numbers: tuple[int, ...]
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, number: int, box: NDArray[np.floating], text: str) -> "Row":
        """Return a row of one line."""
        left, top, right, bottom = map(float, box)
        return cls((number,), text.strip(), left, top, max(right, left + 1), max(bottom, top + 1))

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def is_letter(self) -> bool:
        return len(self.text) == 1 and self.text.isalpha() and self.width < 2 * self.height

    def joined(self, other: "Row") -> "Row":
        """Return the row of this line and the next one at its right."""
        return Row(
            self.numbers + other.numbers,
            f"{self.text} {other.text}",
            self.left,
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


Block = list[Row]


def find_blocks(rows: Sequence[Row], frame: Frame, pixels: Pixels) -> list[Block]:
    """Return the rows as blocks, each from top to bottom; the blocks themselves in no order."""
    chains = _split_by_pitch(_chains(_joined_rows(rows), frame, pixels))
    return _split_tables(chains)


def _joined_rows(rows: Sequence[Row]) -> list[Row]:
    """Join the parts of lines, and characters set far apart."""
    joined: list[Row] = []
    for row in sorted(rows, key=lambda row: row.left):
        before = [
            other
            for other in joined
            if _is_level(other, row) and -0.5 * row.height <= row.left - other.right <= _gap(other, row)
        ]
        if before:
            nearest = max(before, key=lambda other: other.right)
            joined.remove(nearest)
            row = nearest.joined(row)
        joined.append(row)
    return joined


def _gap(before: Row, after: Row) -> float:
    is_spaced = after.is_letter and all(map(_is_single_letter, before.text.split()))
    return (MAX_LETTER_PITCH - 1 if is_spaced else MAX_WORD_GAP) * min(before.height, after.height)


def _is_single_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha()


def _is_level(one: Row, other: Row) -> bool:
    return abs(one.middle - other.middle) < LEVEL * min(one.height, other.height) and _is_one_size(one, other)


def _is_one_size(one: Row, other: Row) -> bool:
    return max(one.height, other.height) <= MAX_SIZE_RATIO * min(one.height, other.height)


def _chains(rows: Sequence[Row], frame: Frame, pixels: Pixels) -> list[Block]:
    """Link each row to the only one that is next below it, if they belong together."""
    rows = sorted(rows, key=lambda row: row.middle)
    below, above = _neighbours(rows, 1), _neighbours(rows, -1)
    links = {
        number: following
        for number, following in below.items()
        if above.get(following) == number and _follows(rows[number], rows[following], rows)
    }
    chains, starts = [], set(range(len(rows))) - set(links.values())
    for number in sorted(starts):
        chain = [number]
        while chain[-1] in links:
            chain.append(links[chain[-1]])
        chains += _split_at_edges([rows[i] for i in chain], frame, pixels)
    return chains


def _neighbours(rows: Sequence[Row], direction: int) -> dict[int, int]:
    """Return for each row the index of the next one below (1) or above (-1), where it is the only one in its place."""
    boxes = np.array([(row.left, row.right, row.middle, row.height) for row in rows]).reshape(-1, 4)
    left, right, middle, height = boxes.T
    found = {}
    for number, row in enumerate(rows):
        common = np.minimum(right, row.right) - np.maximum(left, row.left)
        away = direction * (middle - row.middle)
        beside = (common > 0.3 * np.minimum(right - left, row.width)) & (away > 0.5 * np.minimum(height, row.height))
        if not beside.any():
            continue
        nearest = int(np.argmin(np.where(beside, away, np.inf)))
        level = beside & (np.abs(middle - middle[nearest]) < LEVEL * height[nearest])
        if level.sum() == 1:
            found[number] = nearest
    return found


def _follows(upper: Row, lower: Row, rows: Sequence[Row]) -> bool:
    """Return True if the lower row is near, of the same size, aligned, and no other row lies between them anywhere."""
    height = (upper.height + lower.height) / 2
    most = MAX_LETTER_PITCH if upper.is_letter and lower.is_letter else MAX_LINK
    is_aligned = (
        abs(upper.left - lower.left) <= MAX_INDENT * height
        or abs(upper.right - lower.right) <= ALIGNED * height
        or abs(upper.left + upper.right - lower.left - lower.right) <= 2 * ALIGNED * height
    )
    return (
        is_aligned
        and _is_one_size(upper, lower)
        and lower.middle - upper.middle <= most * height
        and not any(upper.bottom <= row.top and row.bottom <= lower.top for row in rows)
    )


def _split_at_edges(chain: Block, frame: Frame, pixels: Pixels) -> list[Block]:
    """Split a chain at rulings and edges of backgrounds; but running text on ruled paper stays together."""
    edges = [_is_edge_between(upper, lower, frame, pixels) for upper, lower in pairwise(chain)]
    if all(edges) and _is_prose(chain):
        return [chain]
    return _split(chain, edges)


def _split(chain: Block, is_boundary: Sequence[bool]) -> list[Block]:
    """Split a chain between those rows where there is a boundary."""
    parts = [[chain[0]]]
    for row, splits in zip(chain[1:], is_boundary, strict=True):
        if splits:
            parts.append([])
        parts[-1].append(row)
    return parts


def _is_edge_between(upper: Row, lower: Row, frame: Frame, pixels: Pixels) -> bool:
    """Return True if the colour changes between two rows along all their common width."""
    left, right = max(upper.left, lower.left), min(upper.right, lower.right)
    margin = 0.25 * min(upper.height, lower.height)
    top, bottom = min(upper.bottom, lower.top) - margin, max(upper.bottom, lower.top) + margin
    if right - left < SAMPLES / 4:
        return False
    across, down = np.linspace(left, right, SAMPLES), np.arange(top, bottom)
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    points = np.rint(frame.to_picture(grid)).astype(int)
    height, width = pixels.shape[:2]
    x, y = np.clip(points.T, 0, np.array([[width - 1], [height - 1]]))
    colours = pixels[y, x].reshape(len(down), SAMPLES, -1).astype(float)
    blank = colours.std(axis=1).max(axis=1) < BLANK
    steps = np.abs(np.diff(colours.mean(axis=1), axis=0)).max(axis=1, initial=0)
    return bool((steps[blank[1:] & blank[:-1]] > STEP).any())


def _split_by_pitch(chains: Sequence[Block]) -> list[Block]:
    """Split chains where the next row is farther away than rows of that size are within this chain or beside it."""
    pitches = [[lower.middle - upper.middle for upper, lower in pairwise(chain)] for chain in chains]
    split = []
    for chain, own in zip(chains, pitches, strict=True):
        beside = [
            min(others)
            for other, others in zip(chains, pitches, strict=True)
            if others and other is not chain and not _is_prose(chain) and _is_beside(chain, other)
        ]
        most = MAX_LETTER_PITCH if all(row.is_letter for row in chain) else MAX_PITCH
        most *= float(np.median([row.height for row in chain]))
        limits = [
            min(most, WIDER_PITCH * min([*own[max(0, number - 1) : number + 2], *beside])) for number in range(len(own))
        ]
        split += _split(chain, [pitch > limit for pitch, limit in zip(own, limits, strict=True)])
    return split


def _is_beside(one: Block, other: Block) -> bool:
    """Return True for chains of one size at the same height of the page."""
    return (
        one[0].top < other[-1].bottom
        and other[0].top < one[-1].bottom
        and (_right(one) <= _left(other) or _right(other) <= _left(one))
        and _is_one_size(one[0], other[0])
    )


def _left(chain: Block) -> float:
    return min(row.left for row in chain)


def _right(chain: Block) -> float:
    return max(row.right for row in chain)


def _split_tables(chains: Sequence[Block]) -> list[Block]:
    """Split the columns of tables and receipts where their rows begin; columns of running text stay as they are."""
    boundaries = [[False] * (len(chain) - 1) for chain in chains]
    for number, chain in enumerate(chains):
        for other, others in enumerate(chains[:number]):
            if not _is_beside(chain, others) or min(len(chain), len(others)) < 2:
                continue
            if not (_is_prose(chain) and _is_prose(others)) and (level := _level_rows(chain, others)):
                _mark_rows(chain, [at for at, _other in level], boundaries[number])
                _mark_rows(others, [at for _own, at in level], boundaries[other])
    return [part for chain, marks in zip(chains, boundaries, strict=True) for part in _split(chain, marks)]


def _level_rows(chain: Block, other: Block) -> list[tuple[int, int]]:
    """Return the pairs of level rows of two columns; none if most rows of the shorter one have no partner."""
    pairs = [(i, j) for i, row in enumerate(chain) for j, beside in enumerate(other) if _is_level(row, beside)]
    return pairs if len(pairs) >= max(2, ALIGNED_ROWS * min(len(chain), len(other))) else []


def _mark_rows(chain: Block, starts: Sequence[int], marks: list[bool]) -> None:
    """Mark the boundaries before the rows that start a row of the table; a full line of prose goes on below."""
    is_prose, width = _is_prose(chain), _right(chain) - _left(chain)
    for start in starts:
        if start and not (is_prose and chain[start - 1].right - _left(chain) >= FULL * width):
            marks[start - 1] = True


def _is_prose(chain: Block) -> bool:
    """Return True for running text: wide lines of letters that nearly all reach the right edge."""
    if len(chain) < 2:
        return False
    width = _right(chain) - _left(chain)
    full = [row.right - _left(chain) >= FULL * width for row in chain[:-1]]
    letters = [sum(map(str.isalpha, row.text)) for row in chain]
    return (
        sum(full) >= 0.7 * len(full)
        and float(np.median([row.width / row.height for row in chain])) >= PROSE_WIDTH
        and float(np.median(letters)) >= max(PROSE_CHARACTERS, 0.6 * float(np.median([len(row.text) for row in chain])))
    )
