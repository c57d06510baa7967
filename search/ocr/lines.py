"""Reads the lines that were found in a picture, whichever way it was turned, and puts them in reading order."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from search.ocr.tiles import Quad

Pixels = NDArray[np.uint8]
Detect = Callable[[Pixels], list[Quad]]
"""A picture (height × width × RGB) → the boxes of its lines."""
Recognise = Callable[[list[Pixels]], list[tuple[str, float]]]
"""Crops of single lines (height × width × BGR, text running to the right) → text and confidence of each."""

TALL = 1.5  # a box this many times higher than wide holds a line that runs up or down
SURE = 0.95  # measured: right readings are rarely below, upside-down ones rarely above
PAGE_BONUS = 0.1  # a line is read as its page is, unless another way is clearly better
MIN_CONFIDENCE = 0.5
MAX_RATIO = 60  # the recogniser squeezes lines that are longer than this for their height until nobody can read them
PIECES_OVERLAP = 4  # of such a line, in its heights: four Chinese characters, at most
OVERLAP_CHARACTERS = 16  # so many narrow ones


@dataclass(frozen=True)
class TextLine:
    """A line of text in a picture.

    `box`: four corners, clockwise from the top left of the *text*, in 0–1 of the width and height of the picture.
    """

    text: str
    confidence: float
    box: tuple[tuple[float, float], ...]


@dataclass
class _FoundLine:
    """A box, and what was read in it for each number of quarter turns counter-clockwise."""

    quad: Quad
    readings: dict[int, tuple[str, float]] = field(default_factory=dict)

    @property
    def directions(self) -> tuple[int, ...]:
        """The turns that make sense, likeliest first."""
        width, height = _size(self.quad)
        # Chinese columns are read with turn 1 too: the recogniser knows characters that lie on their left side.
        return (1, 3) if height >= TALL * width else (0, 2)

    def best(self, page_turn: int | None = None) -> tuple[int, str, float]:
        turn = max(self.readings, key=lambda turn: self.readings[turn][1] + PAGE_BONUS * (turn == page_turn))
        return (turn, *self.readings[turn])


def read_lines(pixels: Pixels, *, detect: Detect, recognise: Recognise) -> list[TextLine]:
    """The text in a picture (height × width × RGB) that may be turned by quarters, in reading order."""
    page_turn, lines = _read_page(pixels, detect(pixels), recognise)
    if page_turn % 2 == 0:
        return lines
    # The detector misses lines that run up or down; it finds them in the picture turned upright.
    turned = np.ascontiguousarray(np.rot90(pixels, page_turn))
    _, upright = _read_page(turned, detect(turned), recognise)
    if sum(map(_evidence, upright)) <= sum(map(_evidence, lines)):
        return lines
    return [replace(line, box=_as_box(_turn(np.array(line.box), -page_turn))) for line in upright]


def _read_page(pixels: Pixels, quads: list[Quad], recognise: Recognise) -> tuple[int, list[TextLine]]:
    """How the picture is turned (quarter turns counter-clockwise until upright), and its lines in reading order.

    Every line is read once, as it stands. Only where that is doubtful is it turned round and read again, so that
    the usual picture costs one pass; then the lines vote which way the page is turned, and decide doubtful ones.
    """
    lines = [_FoundLine(quad) for quad in quads if min(_size(quad)) >= 3]
    _read(pixels, [(line, line.directions[0]) for line in lines], recognise)
    across = [line for line in lines if 0 in line.readings]
    doubtful = [line for line in lines if 0 not in line.readings]
    if _mean_confidence(across) < SURE:
        doubtful += [line for line in across if line.best()[2] < SURE]
    _read(pixels, [(line, line.directions[1]) for line in doubtful], recognise)
    page_turn = _vote(lines)
    if page_turn == 2:
        _read(pixels, [(line, 2) for line in across if 2 not in line.readings], recognise)
    height, width = pixels.shape[:2]
    found = [_finish(line, page_turn, np.array([width, height])) for line in lines]
    return page_turn, _in_reading_order([line for line in found if _is_text(line)], page_turn)


def _size(quad: Quad) -> tuple[float, float]:
    """Width and height in pixels."""
    width = max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    height = max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))
    return float(width), float(height)


def _read(pixels: Pixels, wanted: Iterable[tuple[_FoundLine, int]], recognise: Recognise) -> None:
    """Fill in the reading of each line for the given turn."""
    pieces = [(line, turn, _split(np.rot90(_crop(pixels, line.quad), turn))) for line, turn in wanted]
    texts = iter(recognise([piece for _, _, parts in pieces for piece in parts]))
    for line, turn, parts in pieces:
        line.readings[turn] = _join([next(texts) for _ in parts])


def _crop(pixels: Pixels, quad: Quad) -> Pixels:
    """The box of a line, straightened (BGR)."""
    import cv2

    height, width = pixels.shape[:2]
    # Cut out first: OpenCV cannot warp pictures of more than 32,767 pixels a side.
    left, top = np.clip(np.floor(quad.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 1, 1, (width, height))
    patch = np.ascontiguousarray(pixels[top:bottom, left:right, ::-1])
    size = tuple(round(side) for side in _size(quad))
    corners = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform((quad - (left, top)).astype(np.float32), corners)
    crop = cv2.warpPerspective(patch, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _split(crop: Pixels) -> list[Pixels]:
    """A line in pieces that the recogniser can hold; of two neighbours, one repeats the end of the other."""
    height, width = crop.shape[:2]
    if width <= MAX_RATIO * height:
        return [crop]
    length, overlap = MAX_RATIO * height // 2, PIECES_OVERLAP * height
    return [crop[:, start : start + length] for start in range(0, width - overlap, length - overlap)]


def _join(pieces: list[tuple[str, float]]) -> tuple[str, float]:
    """Text and confidence of a line that was read in pieces, of which each begins with the end of the one before."""
    text, confidence = pieces[0]
    for piece, other in pieces[1:]:
        # Of spaces the recogniser is less sure than of anything else.
        common = _common_length(
            "".join(text.split())[-OVERLAP_CHARACTERS:], "".join(piece.split())[:OVERLAP_CHARACTERS]
        )
        # Half from each: the outermost characters may have been cut through.
        before = re.sub(rf"(\S\s*){{{common // 2}}}$", "", text)
        after = re.sub(rf"^(\s*\S){{{common - common // 2}}}", "", piece)
        text = before + after if common else f"{text} {piece}"
        confidence = min(confidence, other)
    return text, confidence


def _common_length(end: str, start: str) -> int:
    """How many characters the end of one piece of a line has in common with the start of the next."""

    def agreement(length: int) -> int:
        same = [a == b for a, b in zip(end[-length:], start[:length], strict=True)]
        return sum(same) - 2 * same[1:-1].count(False)

    lengths = range(1, min(len(end), len(start)) + 1)
    best = max(lengths, key=agreement, default=0)
    return best if best and agreement(best) > 0 else 0


def _weight(line: _FoundLine) -> int:
    return len(line.best()[1])


def _mean_confidence(lines: list[_FoundLine]) -> float:
    """Over characters, so that specks do not outvote sentences."""
    total = sum(map(_weight, lines))
    return sum(_weight(line) * line.best()[2] for line in lines) / total if total else 0.0


def _vote(lines: list[_FoundLine]) -> int:
    """Which way the picture must be turned to be read: quarter turns counter-clockwise."""
    votes = [0.0] * 4
    for line in lines:
        turn, text, confidence = line.best()
        votes[turn] += len(text) * confidence
    return votes.index(max(votes))


def _finish(line: _FoundLine, page_turn: int, size: NDArray[np.int_]) -> TextLine:
    turn, text, confidence = line.best(page_turn)
    return TextLine(text, round(confidence, 4), _as_box(np.roll(line.quad, -turn, axis=0) / size))


def _as_box(corners: NDArray[np.floating]) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in np.clip(corners, 0, 1))


def _turn(corners: NDArray[np.floating], quarters: int) -> NDArray[np.floating]:
    """Points of a picture, in 0–1, after it was turned counter-clockwise; y grows downwards."""
    x, y = corners[:, 0] - 0.5, corners[:, 1] - 0.5
    for _ in range(quarters % 4):
        x, y = y, -x
    return np.stack([x, y], axis=1) + 0.5


def _evidence(line: TextLine) -> float:
    return len(line.text) * line.confidence


def _is_text(line: TextLine) -> bool:
    return line.confidence >= MIN_CONFIDENCE and any(character.isalnum() for character in line.text)


def _in_reading_order(lines: list[TextLine], page_turn: int) -> list[TextLine]:
    """From the top to the bottom of the page as it is read; within a row from left to right."""
    placed = []
    for line in lines:
        corners = _turn(np.array(line.box), page_turn)
        placed.append((corners.min(axis=0), corners.max(axis=0), line))
    placed.sort(key=lambda item: float(item[0][1] + item[1][1]))
    rows: list[list[tuple[NDArray, NDArray, TextLine]]] = []
    for item in placed:
        middle = (item[0][1] + item[1][1]) / 2
        # The row's first line says how far down it reaches.
        if rows and middle < rows[-1][0][1][1]:
            rows[-1].append(item)
        else:
            rows.append([item])
    return [line for row in rows for _, _, line in sorted(row, key=lambda item: float(item[0][0]))]
