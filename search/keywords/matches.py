"""Boxes around the words of a query in a picture, cut from the boxes of the recognised lines."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any, NamedTuple

from gallery.models import Photo
from search.keywords.term_places import FoundTerms, TermPlaces
from search.query.parser import Query

Point = tuple[float, float]
Box = tuple[Point, ...]
"""Four corners, clockwise from the top left of the text, in 0–1 of the picture's width and height as seen."""

# Added on both sides of a match, in widths of a Chinese character, because places within a line are estimates.
MARGIN = 0.25
# Character widths of a typical sans-serif font; other lower-case letters and digits, and other capitals, hardly differ.
WIDTHS = {
    character: width
    for width, characters in (
        (0.25, " "),
        (0.28, "ijlI.,:;'|!"),
        (0.37, "frt()[]-"),
        (0.49, "sczxvyk"),
        (0.85, "wmMW@%"),
    )
    for character in characters
}
LOWERCASE_WIDTH, CAPITAL_WIDTH = 0.58, 0.64
# Unicode's classes of letters that are written from right to left, and of those, with digits, from left to right.
RIGHT_TO_LEFT, LEFT_TO_RIGHT = frozenset(("R", "AL")), frozenset(("L", "EN", "AN"))
# Categories of characters that stand above or below others, or nowhere.
WITHOUT_WIDTH = frozenset(("Mn", "Me", "Cf", "Cc"))


@dataclass(frozen=True)
class Match:
    """A matched text, with a box for each line that it spans."""

    text: str
    boxes: tuple[Box, ...]


class MatchFinder:
    """Finds the terms of a query in the recognised text of photos, by the rules that make snippets."""

    def __init__(self, query: Query) -> None:
        self._places = TermPlaces(query)

    def find(self, photo: Photo) -> list[Match]:
        """Return all matches in the picture, in reading order; those of the closest way for each term only."""
        return find_matches(self._places.in_photo(photo), photo)


def find_matches(found: FoundTerms, photo: Photo) -> list[Match]:
    """Return the matches of `found` in the picture, each with boxes in all lines that it spans."""
    text = getattr(photo, "text", None)
    lines = list(_placed(text.text, text.lines_as_seen(photo.rotation))) if text else []
    original = found.texts["text"].original
    begins, ends = [line.begin for line in lines], [line.end for line in lines]
    matches = []
    for begin, end in found.spans("text"):
        spanned = lines[bisect_right(ends, begin) : bisect_left(begins, end)]
        if spanned:
            matches.append(Match(original[begin:end], tuple(line.part(begin, end) for line in spanned)))
    return matches


def _placed(text: str, lines: Sequence[dict[str, Any]]) -> Iterator["_PlacedLine"]:
    """Yield the lines that have a box, with their places in the whole text."""
    at = 0
    for line in lines:
        written = line["text"].strip()
        begin = text.find(written, at)
        if not written or begin < 0:
            continue
        at = begin + len(written)
        if len(line.get("box", ())) == 4:
            yield _PlacedLine(written, line["box"], begin)


@dataclass(frozen=True)
class _PlacedLine:
    """A line that begins at `begin` in the whole text."""

    text: str
    box: Sequence[Sequence[float]]
    begin: int

    @property
    def end(self) -> int:
        return self.begin + len(self.text)

    @cached_property
    def extents(self) -> "_Extents":
        """The extents of the characters, computed once for all matches."""
        return _extents(self.text)

    def part(self, begin: int, end: int) -> Box:
        """Return the part of the box that contains text[begin:end] of the whole text."""
        return _part(self.box, self.extents, slice(max(0, begin - self.begin), end - self.begin))


def part_of_box(box: Sequence[Sequence[float]], text: str, *, begin: int, end: int) -> Box:
    """Return the part of a line's `box` that contains text[begin:end], by the widths of the characters."""
    return _part(box, _extents(text), slice(begin, end))


class _Extents(NamedTuple):
    """The left and right edge of each character of a line, and its width, in widths of a Chinese character."""

    edges: list[tuple[float, float]]
    width: float


def _extents(text: str) -> _Extents:
    """Return the extents of the characters of a line.

    Lines in Arabic or Hebrew begin at the right. Within them, numbers and other scripts run to the right (a short form
    of Unicode's bidirectional algorithm, UAX 9).
    """
    base, directions = _directions(text)
    runs = [list(run) for _direction, run in groupby(range(len(text)), key=lambda at: directions[at])]
    if base == "R":
        runs.reverse()
    edges, left = [(0.0, 0.0)] * len(text), 0.0
    for run in runs:
        for at in reversed(run) if directions[run[0]] == "R" else run:
            right = left + _width(text[at])
            edges[at], left = (left, right), right
    return _Extents(edges, left or 1.0)


def _directions(text: str) -> tuple[str, list[str]]:
    """Return the direction of a line, that of most of its letters, and those of its characters."""
    classes = list(map(unicodedata.bidirectional, text))
    strong: list[str] = ["R" if kind in RIGHT_TO_LEFT else "L" if kind in LEFT_TO_RIGHT else "" for kind in classes]
    base = "R" if strong.count("R") > classes.count("L") else "L"
    # Signs and spaces between two letters of one direction have it too.
    before = accumulate(strong, lambda last, own: own or last, initial=base)
    behind = list(accumulate(reversed(strong), lambda last, own: own or last, initial=base))[::-1]
    return base, [
        own or (left if left == right else base) for own, left, right in zip(strong, before, behind, strict=False)
    ]


def _part(box: Sequence[Sequence[float]], extents: _Extents, part: slice) -> Box:
    edges, width = extents.edges[part], extents.width
    left = max(0.0, min(left for left, _right in edges) - MARGIN) / width
    right = min(width, max(right for _left, right in edges) + MARGIN) / width
    top_left, top_right, bottom_right, bottom_left = box
    return (
        _between(top_left, top_right, left),
        _between(top_left, top_right, right),
        _between(bottom_left, bottom_right, right),
        _between(bottom_left, bottom_right, left),
    )


def _between(first: Sequence[float], second: Sequence[float], share: float) -> Point:
    x, y = (round(start + (end - start) * share, 5) for start, end in zip(first, second, strict=True))
    return x, y


def _width(character: str) -> float:
    """Return the usual width of a character, in widths of a Chinese character."""
    if unicodedata.category(character) in WITHOUT_WIDTH:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return WIDTHS.get(character) or (CAPITAL_WIDTH if character.isupper() else LOWERCASE_WIDTH)


def points(box: Box) -> str:
    """Return the points of a box for an SVG polygon."""
    return " ".join(f"{x:g},{y:g}" for x, y in box)
