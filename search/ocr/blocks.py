"""Blocks of lines that follow each other: paragraphs of a column, table cells, chat bubbles.

Works in a frame where text runs to the right. Aligned lines of one size form columns. Their blocks end where the gap is
wider than between other lines, at rulings and edges of backgrounds, and where the rows of a table do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from search.ocr.frames import Frame
from search.ocr.rows import (
    FULL,
    LEVEL,
    MAX_LETTER_PITCH,
    Row,
    count_letters,
    is_level,
    is_one_size,
    is_prose,
    join_rows,
)

Pixels = NDArray[np.uint8]

MAX_LINK = 5.0  # from line to line of a column, in heights of the lines
MAX_PITCH = 2.6  # the same within a block
WIDER_PITCH = 1.4  # times the pitch within a block: the next block begins
MAX_INDENT = 2.5  # of the left edges of two lines of a block, in heights
ALIGNED = 1.0  # right edges or middles that agree, in heights
NEARLY_FULL = 0.7  # of the width of a column, for lines that go on in the next one, because the next word does not fit
LEVEL_ROWS = 0.7  # of the lines of a column that are level with lines of another one, in a table
BLANK, STEP = 8, 6  # greatest deviation of colours along an empty pixel row, and least difference to the next one
SAMPLES = 32  # points along a pixel row between two lines


@dataclass
class Column:
    """Rows one below the other. `ends` are the rows, by index, after which the next block begins."""

    rows: list[Row]
    ends: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left, self.right = min(row.left for row in self.rows), max(row.right for row in self.rows)
        self.pitches = [lower.middle - upper.middle for upper, lower in pairwise(self.rows)]

    def blocks(self) -> Iterator[list[Row]]:
        """Yield the rows of each block."""
        bounds = [0, *(end + 1 for end in sorted(self.ends)), len(self.rows)]
        for begin, end in pairwise(bounds):
            yield self.rows[begin:end]

    def is_beside(self, other: "Column") -> bool:
        """Return True for two columns in one type size at the same height of the page."""
        return (
            self.rows[0].top < other.rows[-1].bottom
            and other.rows[0].top < self.rows[-1].bottom
            and (self.right <= other.left or other.right <= self.left)
            and is_one_size(self.rows[0], other.rows[0])
        )

    def reaches(self, number: int) -> float:
        """Return the part of the column's width that a row covers from the left edge."""
        return (self.rows[number].right - self.left) / (self.right - self.left)


def find_blocks(rows: Sequence[Row], frame: Frame, pixels: Pixels) -> list[list[Row]]:
    """Return the rows as blocks, each from top to bottom; the blocks themselves in no order."""
    rows = sorted(join_rows(rows), key=lambda row: row.middle)
    columns = _columns(rows)
    for column in columns:
        _end_at_edges(column, frame, pixels)
        _end_at_other_rows(column, rows)
    for column in columns:
        _end_at_wide_gaps(column, [other for other in columns if other is not column and other.is_beside(column)])
    for one, other in combinations(columns, 2):
        if one.is_beside(other):
            _end_at_table_rows(one, other)
    return [block for column in columns for block in column.blocks()]


def _columns(rows: Sequence[Row]) -> list[Column]:
    """Link each row to the only one that is next below it, if the two are aligned."""
    below, above = _neighbours(rows, 1), _neighbours(rows, -1)
    links = {
        number: following
        for number, following in below.items()
        if above.get(following) == number and _is_in_column(rows[number], rows[following])
    }
    columns = []
    for number in sorted(set(range(len(rows))) - set(links.values())):
        column = [number]
        while column[-1] in links:
            column.append(links[column[-1]])
        columns.append(Column([rows[i] for i in column]))
    return columns


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


def _is_in_column(upper: Row, lower: Row) -> bool:
    height = (upper.height + lower.height) / 2
    is_aligned = (
        abs(upper.left - lower.left) <= MAX_INDENT * height
        or abs(upper.right - lower.right) <= ALIGNED * height
        or abs(upper.left + upper.right - lower.left - lower.right) <= 2 * ALIGNED * height
    )
    return is_aligned and is_one_size(upper, lower) and lower.middle - upper.middle <= MAX_LINK * height


def _end_at_edges(column: Column, frame: Frame, pixels: Pixels) -> None:
    """End blocks at rulings and edges of backgrounds; but running text on ruled paper stays together."""
    edges = {
        number
        for number, (upper, lower) in enumerate(pairwise(column.rows))
        if _is_edge_between(upper, lower, frame, pixels)
    }
    if len(edges) < len(column.pitches) or not is_prose(column.rows):
        column.ends |= edges


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


def _end_at_other_rows(column: Column, rows: Sequence[Row]) -> None:
    """End blocks where another row lies between two rows, wherever on the page: they are no neighbours."""
    for number, (upper, lower) in enumerate(pairwise(column.rows)):
        begin = bisect_left(rows, upper.bottom, key=lambda row: row.middle)
        end = bisect_right(rows, lower.top, key=lambda row: row.middle)
        if any(upper.bottom <= row.top and row.bottom <= lower.top for row in rows[begin:end]):
            column.ends.add(number)


def _end_at_wide_gaps(column: Column, beside: Sequence[Column]) -> None:
    """End blocks where the next row is farther away than rows of that size are in this column or beside it."""
    pitches = column.pitches
    most = MAX_LETTER_PITCH if all(row.is_letter for row in column.rows) else MAX_PITCH
    most *= float(np.median([row.height for row in column.rows]))
    for number, pitch in enumerate(pitches):
        if pitch > min(most, WIDER_PITCH * min(pitches[max(0, number - 1) : number + 2])):
            column.ends.add(number)
    least = min([pitch for other in (column, *beside) for pitch in other.pitches], default=0.0)
    number = 0
    for block in list(column.blocks()):
        within = range(number, number + len(block) - 1)
        number += len(block)
        if not is_prose(block):
            column.ends |= {at for at in within if pitches[at] > WIDER_PITCH * least}


def _end_at_table_rows(one: Column, other: Column) -> None:
    """End blocks where the rows of a table or receipt do; columns of running text stay as they are."""
    if is_prose(one.rows) and is_prose(other.rows):
        return
    level = [(i, j) for i, row in enumerate(one.rows) for j, beside in enumerate(other.rows) if is_level(row, beside)]
    if len(level) < max(2, LEVEL_ROWS * min(len(one.rows), len(other.rows))):
        return
    ends = set(one.ends), set(other.ends)
    for i, j in level:
        if _goes_on(one, i, ends[0]) and _goes_on(other, j, ends[1]):
            continue
        for column, number in ((one, i), (other, j)):
            # A full line of running text goes on below, though its next line is level with another column's.
            if number and not (is_prose(column.rows) and column.reaches(number - 1) >= FULL):
                column.ends.add(number - 1)


def _goes_on(column: Column, number: int, ends: set[int]) -> bool:
    """Return True for the second line of a cell: other rows are farther away, and the line before it is full."""
    before = number - 1
    return (
        number > 0
        and bool(ends)
        and before not in ends
        and column.reaches(before) >= NEARLY_FULL
        and count_letters(column.rows[before]) > len(column.rows[before].text) / 2
    )
