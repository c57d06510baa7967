"""Reading order of the lines of a page: blocks of lines that belong together, and the order of these blocks.

Lines of a column, a table cell or a chat bubble are linked from each to the next one below, as in O'Gorman's Docstrum
(1993). The blocks are ordered by recursive X-Y cuts (Nagy and Seth 1984; on boxes: Ha, Haralick and Phillips 1995).
Rows come first, so that tables and chats are read row by row; columns, whose blocks no row divides, one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from search.ocr.blocks import find_blocks
from search.ocr.frames import Frame, page_angle
from search.ocr.rows import Row, is_prose

SAME_ROW, SAME_BLOCK, NEXT_CELL, NEXT_BLOCK = " ", "\n", "\t", "\n\n"
"""Separators between two lines in the text of a picture."""

# Boxes reach beyond their letters, so that those of neighbouring rows may overlap by this part of their height.
TOLERANCE = 0.2


@dataclass(frozen=True)
class _Block:
    """Rows that belong together, in order, and the box around them in the frame of the page."""

    rows: tuple[Row, ...]
    low: tuple[float, float]
    high: tuple[float, float]
    is_prose: bool

    def slack(self) -> float:
        return TOLERANCE * min(row.height for row in self.rows)


def reading_order(
    boxes: Sequence[NDArray[np.floating]], texts: Sequence[str], *, page_turn: int, pixels: NDArray[np.uint8]
) -> list[tuple[int, str]]:
    """Return the index of each line in reading order, with the separator from the line before.

    `boxes` have four corners in pixels, clockwise from the top left of the text; turned by `page_turn` quarters
    counter-clockwise, the page is upright.
    """
    if not boxes:
        return []
    corners = np.array(boxes, float)
    angle = page_angle(corners, page_turn)
    page = Frame(angle)
    quarters = page.quarters_of(corners)
    blocks = []
    for quarter in range(4):
        frame = Frame(angle + quarter * np.pi / 2)
        numbers = np.flatnonzero(quarters == quarter)
        rows = [Row.of(int(number), frame.place(corners[number]), texts[number]) for number in numbers]
        blocks += [_place(block, corners, page) for block in find_blocks(rows, frame, pixels)]
    return _with_separators(_cut(blocks))


def _place(rows: Sequence[Row], corners: NDArray[np.floating], page: Frame) -> _Block:
    boxes = np.array([page.place(corners[number]) for row in rows for number in row.numbers])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return _Block(
        tuple(rows), (float(low[0]), float(low[1])), (float(high[0]), float(high[1])), len(rows) > 2 and is_prose(rows)
    )


def _cut(blocks: Sequence[_Block]) -> list[_Block]:
    """Return blocks in reading order: cut by white rows, else by white columns, each part again."""
    rows = _parts(blocks, 1)
    if len(rows) > 1:
        return _cut_rows(rows)
    columns = _columns(blocks)
    if len(columns) == 1:
        return sorted(blocks, key=lambda block: (block.low[1], block.low[0]))
    return [block for column in columns for block in _cut(column)]


def _cut_rows(rows: Sequence[Sequence[_Block]]) -> list[_Block]:
    """Return the blocks of several rows: row by row, until all rows below are the paragraphs of columns of text."""
    ordered: list[_Block] = []
    for number, row in enumerate(rows):
        below = list(chain.from_iterable(rows[number:]))
        columns = _parts(below, 0) if any(block.is_prose for block in row) and number < len(rows) - 1 else []
        if len(columns) > 1 and _are_of_text(columns):
            return ordered + [block for column in columns for block in _cut(column)]
        ordered += _cut(row)
    return ordered


def _are_of_text(columns: Sequence[Sequence[_Block]]) -> bool:
    """Return True if running text stands in each column, level with that in the first one."""
    first, *others = [[block for block in column if block.is_prose] for column in columns]
    return all(
        any(one.low[1] < other.high[1] and other.low[1] < one.high[1] for one in first for other in column)
        for column in others
    )


def _columns(blocks: Sequence[_Block]) -> list[list[_Block]]:
    """Return the columns of blocks; only one at the side if it alone keeps the others from being cut by rows."""
    parts = _parts(blocks, 0)
    if len(parts) > 2:
        first, *others = parts
        *before, last = parts
        if len(first) == 1 and len(_parts(rest := list(chain.from_iterable(others)), 1)) > 1:
            return [first, rest]
        if len(last) == 1 and len(_parts(rest := list(chain.from_iterable(before)), 1)) > 1:
            return [rest, last]
    return parts


def _parts(blocks: Sequence[_Block], axis: int) -> list[list[_Block]]:
    """Return the groups of blocks between which there is white space along an axis."""
    parts: list[list[_Block]] = []
    reached = -np.inf
    for block in sorted(blocks, key=lambda block: block.low[axis]):
        slack = block.slack()
        if block.low[axis] + slack >= reached:
            parts.append([])
        parts[-1].append(block)
        reached = max(reached, block.high[axis] - slack)
    return parts


def _with_separators(blocks: Sequence[_Block]) -> list[tuple[int, str]]:
    order = []
    before: _Block | None = None
    for block in blocks:
        separator = _separator(before, block) if before else ""
        for row in block.rows:
            for number in row.numbers:
                order.append((number, separator))
                separator = SAME_ROW
            separator = SAME_BLOCK
        before = block
    return order


def _separator(before: _Block, block: _Block) -> str:
    """Return the tab between cells of one row, of which one has a single line, and an empty line between others."""
    common = min(before.high[1], block.high[1]) - max(before.low[1], block.low[1])
    smaller = min(before.high[1] - before.low[1], block.high[1] - block.low[1])
    is_in_row = block.low[0] > before.low[0] and common > smaller / 2
    return NEXT_CELL if is_in_row and min(len(before.rows), len(block.rows)) == 1 else NEXT_BLOCK
