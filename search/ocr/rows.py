"""Rows: the lines of a page with the parts that detection cut them into."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_LETTER_PITCH = 3.5  # the same between single characters set one below or beside the other
FULL = 0.8  # of the width of a column, for lines that reach its right edge
MAX_SIZE_RATIO = 1.4  # of the heights of two lines in one type size: "ace" is lower than "Éfg"
MAX_WORD_GAP = 0.9  # between parts of one line, in heights
LEVEL = 0.4  # distance of the middles of lines in one row, in heights
PROSE_CHARACTERS, PROSE_WIDTH = 7, 5  # least letters of a line of running text, and width in heights


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


def join_rows(rows: Sequence[Row]) -> list[Row]:
    """Join the parts of lines, and characters set far apart."""
    joined: list[Row] = []
    for row in sorted(rows, key=lambda row: row.left):
        before = [
            other
            for other in joined
            if is_level(other, row) and -0.5 * row.height <= row.left - other.right <= _gap(other, row)
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


def is_level(one: Row, other: Row) -> bool:
    return abs(one.middle - other.middle) < LEVEL * min(one.height, other.height) and is_one_size(one, other)


def is_one_size(one: Row, other: Row) -> bool:
    return max(one.height, other.height) <= MAX_SIZE_RATIO * min(one.height, other.height)


def count_letters(row: Row) -> int:
    return sum(map(str.isalpha, row.text))


def is_prose(rows: Sequence[Row]) -> bool:
    """Return True for running text: wide lines of letters that nearly all reach the right edge."""
    if len(rows) < 2:
        return False
    left, right = min(row.left for row in rows), max(row.right for row in rows)
    full = [row.right - left >= FULL * (right - left) for row in rows[:-1]]
    letters = float(np.median([count_letters(row) for row in rows]))
    return (
        sum(full) >= 0.7 * len(full)
        and float(np.median([row.width / row.height for row in rows])) >= PROSE_WIDTH
        and letters >= max(PROSE_CHARACTERS, 0.6 * float(np.median([len(row.text) for row in rows])))
    )
