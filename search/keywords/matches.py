"""Boxes around the words of a query in a picture, cut from the boxes of the recognised lines."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby, islice
from typing import Any

from search.keywords.term_places import MAX_SEARCHED_CHARACTERS, places_of_similar_words, places_of_terms
from search.query.folding import compose
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


@dataclass(frozen=True)
class Match:
    """A matched text, with a box for each line that it spans."""

    text: str
    boxes: tuple[Box, ...]


class MatchFinder:
    """Finds the terms of a query among the lines of a photo, by the rules that make snippets."""

    def __init__(self, query: Query) -> None:
        self._places = [places for places in (places_of_terms(query), places_of_similar_words(query)) if places]

    def find(self, lines: Sequence[dict[str, Any]]) -> list[Match]:
        """Return all matches among `lines` (of PhotoText), in reading order; similar words only without exact ones.

        Covers only the first MAX_SEARCHED_CHARACTERS characters.
        """
        lines = [line for line in lines if len(line.get("box", ())) == 4]
        separators = [*(line.get("separator", "\n") for line in lines[1:]), "\n"]
        # Each composed character with its line and position, because words may continue on the next line.
        characters = (
            (character, number, at)
            for number, (line, separator) in enumerate(zip(lines, separators, strict=False))
            for at, original in enumerate(line["text"] + separator)
            for character in compose(original)
        )
        read = list(islice(characters, MAX_SEARCHED_CHARACTERS))
        text = "".join(character for character, _number, _at in read)
        # Computed once per line, not once per match.
        edges = cache(lambda number: _edges(lines[number]["text"]))
        for places in self._places:
            if found := [_match(lines, read[begin:end], edges) for begin, end in places.in_text(text)]:
                return found
        return []


def _match(
    lines: Sequence[dict[str, Any]], places: Sequence[tuple[str, int, int]], edges: Callable[[int], list[float]]
) -> Match:
    boxes = []
    for number, characters in groupby(places, key=lambda place: place[1]):
        at = [place[2] for place in characters if place[2] < len(lines[number]["text"])]
        if at:
            boxes.append(_part(lines[number]["box"], edges(number), begin=at[0], end=at[-1] + 1))
    return Match("".join(character for character, _number, _at in places), tuple(boxes))


def part_of_box(box: Sequence[Sequence[float]], text: str, *, begin: int, end: int) -> Box:
    """Return the part of a line's `box` that contains text[begin:end], by the widths of the characters."""
    return _part(box, _edges(text), begin=begin, end=end)


def _edges(text: str) -> list[float]:
    """Return the edges of the characters of a line, in widths of a Chinese character."""
    return list(accumulate(map(_width, text), initial=0.0))


def _part(box: Sequence[Sequence[float]], edges: Sequence[float], *, begin: int, end: int) -> Box:
    left = max(0.0, edges[begin] - MARGIN) / edges[-1]
    right = min(edges[-1], edges[end] + MARGIN) / edges[-1]
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
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return WIDTHS.get(character) or (CAPITAL_WIDTH if character.isupper() else LOWERCASE_WIDTH)


def points(box: Box) -> str:
    """Return the points of a box for an SVG polygon."""
    return " ".join(f"{x:g},{y:g}" for x, y in box)
