"""Reading of the lines detected in a picture of any orientation, in reading order."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from search.ocr.layout import SAME_BLOCK, reading_order
from search.ocr.rereading import Reading, ScannedLine
from search.ocr.tiles import Quad

Pixels = NDArray[np.uint8]
Detect = Callable[[Pixels], list[Quad]]
"""Function from a picture (height × width × RGB) to the boxes of its lines."""
Recognise = Callable[[list[Pixels]], list[tuple[str, float]]]
"""Function from crops of single lines (height × width × BGR, text to the right) to their texts and confidences."""
ReadAgain = Callable[[list[ScannedLine]], list[Reading | None]]
"""Function from the lines of a page to new readings of those that are in another script, None for the others."""

VERTICAL_RATIO = 1.5  # boxes with a larger ratio of height to width contain a line that runs up or down
SURE_CONFIDENCE = 0.95  # measured: right readings are rarely below, upside-down ones rarely above
PAGE_BONUS = 0.1  # for the orientation of the page, which wins unless another one is clearly better
MIN_CONFIDENCE = 0.5
SINGLE_MIN_CONFIDENCE = 0.93  # of a single letter or digit, which round things resemble
MAX_RATIO = 60  # of width to height; the recogniser squeezes longer lines until they are illegible
CROP_HEIGHT = 240  # pixels at most; the recogniser shrinks lines to 48
PIECES_OVERLAP = 4  # of the pieces of a longer line, in heights of the line: at most four Chinese characters
OVERLAP_CHARACTERS = 16  # narrow characters in this overlap


@dataclass(frozen=True)
class TextLine:
    """A line of text in a picture.

    `box` has four corners, clockwise from the top left of the *text*, in 0–1 of the picture's width and height.
    `separator` stands between the line before and this one: a space within a row, a line end within a block, a tab
    between cells, an empty line between blocks.
    `script` is empty for a line read by the default model. A line without text is unread: in an unknown script, or
    illegible.
    """

    text: str
    confidence: float
    box: tuple[tuple[float, float], ...]
    separator: str = SAME_BLOCK
    script: str = ""


@dataclass
class _FoundLine:
    """A box, and its readings by the number of quarter turns counter-clockwise."""

    quad: Quad
    readings: dict[int, tuple[str, float]] = field(default_factory=dict)
    other: Reading | None = None

    @property
    def directions(self) -> tuple[int, ...]:
        """The plausible turns, most likely first."""
        width, height = _size(self.quad)
        # Turn 1 suits Chinese columns too: the recogniser reads characters that are turned to the left.
        return (1, 3) if height >= VERTICAL_RATIO * width else (0, 2)

    @property
    def is_unread(self) -> bool:
        return self.other is not None and not self.other.text

    def best(self, page_turn: int | None = None) -> tuple[int, str, float]:
        if self.other:
            return self.other.turn, self.other.text, self.other.confidence
        turn = max(self.readings, key=lambda turn: self.readings[turn][1] + PAGE_BONUS * (turn == page_turn))
        return (turn, *self.readings[turn])


def read_lines(
    pixels: Pixels, *, detect: Detect, recognise: Recognise, read_again: ReadAgain | None = None
) -> list[TextLine]:
    """Return the text in a picture (height × width × RGB), upright or turned by quarters, in reading order.

    Lines that could not be read come last.
    """
    page_turn, lines = _read_page(pixels, detect(pixels), recognise, read_again)
    if page_turn % 2 == 0:
        return lines
    # The detector misses vertical lines, and finds them in the picture turned upright.
    turned = np.rot90(pixels, page_turn)  # no copy, which would double the memory of a large picture
    _, upright = _read_page(turned, detect(turned), recognise, read_again)
    if sum(map(_evidence, upright)) <= sum(map(_evidence, lines)):
        return lines
    return [replace(line, box=_as_box(_turn(np.array(line.box), -page_turn))) for line in upright]


def _read_page(
    pixels: Pixels, quads: list[Quad], recognise: Recognise, read_again: ReadAgain | None
) -> tuple[int, list[TextLine]]:
    """Return the turn of the picture (quarters counter-clockwise until upright) and its lines in reading order.

    Every line is read once as it is, so that most pictures need one pass. Only doubtful lines are turned and read
    again. Then the lines vote on the turn of the page, which decides doubtful lines.
    """
    lines = [_FoundLine(quad) for quad in quads if min(_size(quad)) >= 3]
    _read(pixels, [(line, line.directions[0]) for line in lines], recognise)
    across = [line for line in lines if 0 in line.readings]
    doubtful = [line for line in lines if 0 not in line.readings]
    if _mean_confidence(across) < SURE_CONFIDENCE:
        doubtful += [line for line in across if line.best()[2] < SURE_CONFIDENCE]
    _read(pixels, [(line, line.directions[1]) for line in doubtful], recognise)
    page_turn = _vote(lines)
    if page_turn == 2:
        _read(pixels, [(line, 2) for line in across if 2 not in line.readings], recognise)
    if read_again:
        page_turn = _read_other_scripts(pixels, lines, page_turn, read_again)
    size = np.array(pixels.shape[1::-1])
    finished = [(_finish(line, page_turn, size), line.is_unread) for line in lines]
    found = [line for line, is_unread in finished if not is_unread and _is_text(line)]
    unread = [replace(line, separator="") for line, is_unread in finished if is_unread]
    boxes = [np.array(line.box) * size for line in found]
    order = reading_order(boxes, [line.text for line in found], page_turn=page_turn, pixels=pixels)
    return page_turn, [replace(found[number], separator=separator) for number, separator in order] + unread


def _read_other_scripts(pixels: Pixels, lines: list[_FoundLine], page_turn: int, read_again: ReadAgain) -> int:
    """Fill in the readings of lines in other scripts, and return the turn of the page that they show."""
    scanned = []
    for line in lines:
        _, text, confidence = line.best(page_turn)
        width, height = _size(line.quad)
        turns = sorted(line.directions, key=lambda direction: direction != page_turn)
        scanned.append(
            ScannedLine(
                text,
                confidence,
                ratio=max(width, height) / min(width, height),
                turns=(turns[0], turns[1]),
                crop=partial(_upright_crop, pixels, line.quad),
            )
        )
    for line, reading in zip(lines, read_again(scanned), strict=True):
        line.other = reading
    return _vote(lines) if any(line.other and line.other.text for line in lines) else page_turn


def _size(quad: Quad) -> tuple[float, float]:
    """Return width and height of a box in pixels."""
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
    """Return the box of a line as a straight crop (BGR)."""
    import cv2

    height, width = pixels.shape[:2]
    # OpenCV cannot warp pictures with sides of more than 32,767 pixels, so the part is cut out first.
    left, top = np.clip(np.floor(quad.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 1, 1, (width, height))
    patch, corners = pixels[top:bottom, left:right], quad - (left, top)
    scale = CROP_HEIGHT / min(_size(quad))
    if scale < 1:
        size = max(1, round(patch.shape[1] * scale)), max(1, round(patch.shape[0] * scale))
        corners = corners * (np.array(size) / patch.shape[1::-1])
        patch = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.uint8)
    patch = np.ascontiguousarray(patch[:, :, ::-1])
    upright = tuple(round(side) for side in _size(corners))
    target = np.array([[0, 0], [upright[0], 0], upright, [0, upright[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    crop = cv2.warpPerspective(patch, matrix, upright, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _upright_crop(pixels: Pixels, quad: Quad, turn: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(_crop(pixels, quad), turn))


def _split(crop: Pixels) -> list[Pixels]:
    """Split a line into overlapping pieces that are short enough for the recogniser."""
    height, width = crop.shape[:2]
    if width <= MAX_RATIO * height:
        return [crop]
    length, overlap = MAX_RATIO * height // 2, PIECES_OVERLAP * height
    return [crop[:, start : start + length] for start in range(0, width - overlap, length - overlap)]


def _join(pieces: list[tuple[str, float]]) -> tuple[str, float]:
    """Return text and confidence of a line from those of its overlapping pieces."""
    text, confidence = pieces[0]
    for piece, other in pieces[1:]:
        # Spaces are the least reliable characters.
        common = _common_length(
            "".join(text.split())[-OVERLAP_CHARACTERS:], "".join(piece.split())[:OVERLAP_CHARACTERS]
        )
        # Half of the overlap from each piece, because the outermost characters may be cut.
        before = re.sub(rf"(\S\s*){{{common // 2}}}$", "", text)
        after = re.sub(rf"^(\s*\S){{{common - common // 2}}}", "", piece)
        text = before + after if common else f"{text} {piece}"
        confidence = min(confidence, other)
    return text, confidence


def _common_length(end: str, start: str) -> int:
    """Return the number of characters that the end of one piece shares with the start of the next."""

    def agreement(length: int) -> int:
        same = [a == b for a, b in zip(end[-length:], start[:length], strict=True)]
        return sum(same) - 2 * same[1:-1].count(False)

    lengths = range(1, min(len(end), len(start)) + 1)
    best = max(lengths, key=agreement, default=0)
    return best if best and agreement(best) > 0 else 0


def _weight(line: _FoundLine) -> int:
    return len(line.best()[1])


def _mean_confidence(lines: list[_FoundLine]) -> float:
    """Return the mean confidence per character, so that sentences outweigh specks."""
    total = sum(map(_weight, lines))
    return sum(_weight(line) * line.best()[2] for line in lines) / total if total else 0.0


def _vote(lines: list[_FoundLine]) -> int:
    """Return the turn by which the picture is best legible: quarters counter-clockwise."""
    votes = [0.0] * 4
    for line in lines:
        turn, text, confidence = line.best()
        votes[turn] += len(text) * confidence
    return votes.index(max(votes))


def _finish(line: _FoundLine, page_turn: int, size: NDArray[np.int_]) -> TextLine:
    turn, text, confidence = line.best(page_turn)
    box = _as_box(np.roll(line.quad, -turn, axis=0) / size)
    return TextLine(text, round(confidence, 4), box, script=line.other.script if line.other else "")


def _as_box(corners: NDArray[np.floating]) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in np.clip(corners, 0, 1))


def _turn(corners: NDArray[np.floating], quarters: int) -> NDArray[np.floating]:
    """Turn points of a picture, in 0–1 with y downwards, by quarters counter-clockwise."""
    x, y = corners[:, 0] - 0.5, corners[:, 1] - 0.5
    for _ in range(quarters % 4):
        x, y = y, -x
    return np.stack([x, y], axis=1) + 0.5


def _evidence(line: TextLine) -> float:
    return len(line.text) * line.confidence


def _is_text(line: TextLine) -> bool:
    letters = sum(character.isalnum() for character in line.text)
    return letters > 0 and line.confidence >= (MIN_CONFIDENCE if letters > 1 else SINGLE_MIN_CONFIDENCE)
