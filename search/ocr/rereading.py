"""Lines that the default model cannot read: found, read by the recogniser of their script, or marked unread."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from search.ocr.recognisers import Recogniser
from search.ocr.scripts import (
    SCRIPTS,
    Script,
    as_latin,
    has_own_letters,
    has_script,
    latin_letters,
    letters_of,
    own_letters,
)

Pixels = NDArray[np.uint8]

# The figures below were measured with PP-OCRv6 small: it leaves out letters that it does not know, so that a line has
# few characters for its length, and is unsure of the others.
SURE = 0.93  # confidence
COVERED = 0.6  # of the length of a line, by characters of usual width
SURE_ON_PAGE = 0.985  # confidence, beside lines in another script
POLLED_LINES = 4
MAX_LENGTH = 3000  # of the lines read again in one picture, in heights of a line: half a minute
MIN_CONFIDENCE = {"thai": 0.87}  # Tesseract's Thai reads letters of other scripts with up to 0.86
USUAL_MIN_CONFIDENCE = 0.8
PAGE_MIN_CONFIDENCE = 0.55  # in the script of the page's other lines
PAGE_BONUS = 0.1
CLEAR_CONFIDENCE = 0.9  # no other recogniser is asked
OTHER_LETTERS = 0.2  # greatest share of letters of third scripts
ALIKE = 75  # of 100, for two readings of the same words
MIN_RATIO = 1.6  # of length to height; shorter boxes contain single characters, or none
# The default model's confidence below which a line counts as unread: with recognisers of all scripts, and without.
LEGIBLE, LEGIBLE_IF_UNKNOWN = 0.5, 0.75
LEGIBLE_COVERED = 0.4
MIN_UNREAD_RATIO = 3.0


@dataclass(frozen=True)
class Reading:
    """A line read by the recogniser of a script; without text it is unread. `turn` as in `ScannedLine.turns`."""

    turn: int
    text: str = ""
    confidence: float = 0.0
    script: str = ""


@dataclass(frozen=True)
class ScannedLine:
    """A line as the default model reads it.

    `turns` are the quarter turns by which it may be upright, the likely one first, `crop` returns its picture for one.
    """

    text: str
    confidence: float
    ratio: float
    turns: tuple[int, int]
    crop: Callable[[int], Pixels]

    @property
    def coverage(self) -> float:
        """The share of its length that characters of usual width fill."""
        widths = (1.0 if unicodedata.east_asian_width(character) in "WF" else 0.5 for character in _plain(self.text))
        return sum(widths) / self.ratio

    @property
    def is_doubtful(self) -> bool:
        return self.ratio >= MIN_RATIO and (self.confidence < SURE or self.has_gaps or has_script(self.text))

    @property
    def has_gaps(self) -> bool:
        return self.coverage < COVERED or self.text != self.text.strip()


def read_again(lines: Sequence[ScannedLine], recognisers: Sequence[Recogniser]) -> list[Reading | None]:
    """Return new readings of the lines that the default model cannot read, None for the others.

    The longest of them are shown to all recognisers. If one of these reads text in its script, the others follow, the
    most successful recogniser first; otherwise no time is spent on them.
    """
    doubtful = sorted((n for n, line in enumerate(lines) if line.is_doubtful), key=lambda n: -lines[n].ratio)
    # Without sure lines the page may be upside down.
    positions = (0,) if 2 * len(doubtful) < len(lines) else (0, 1)
    polled = {n: _best_reading(lines[n], recognisers, positions=positions) for n in doubtful[:POLLED_LINES]}
    readings = {n: reading for n, reading in polled.items() if reading}
    if readings:
        script = max(readings.values(), key=lambda reading: _letters_in(reading.script, readings)).script
        turned = sum(lines[n].turns.index(reading.turn) for n, reading in readings.items())
        ranked = sorted(recognisers, key=lambda recogniser: recogniser.script.name != script)
        page = _Page(SCRIPTS[script], int(2 * turned > len(readings)), ranked)
        readings = _read_page(lines, doubtful, readings, page)
    is_foreign = 2 * len(readings) > len(lines)
    knows_all = {recogniser.script.name for recogniser in recognisers} == set(SCRIPTS)
    for n in doubtful:
        if n not in readings and _is_illegible(lines[n], is_foreign=is_foreign, knows_all=knows_all):
            readings[n] = Reading(lines[n].turns[0])
    return [readings.get(n) for n in range(len(lines))]


@dataclass(frozen=True)
class _Page:
    """The script of a page with lines in another script, the index of its lines' turn, and the order of recognisers."""

    script: Script
    position: int
    recognisers: Sequence[Recogniser]

    @property
    def own_recognisers(self) -> list[Recogniser]:
        return [recogniser for recogniser in self.recognisers if recogniser.script == self.script]


def _read_page(
    lines: Sequence[ScannedLine], doubtful: Sequence[int], polled: dict[int, Reading], page: _Page
) -> dict[int, Reading]:
    readings: dict[int, Reading] = {}
    unsure = SURE_ON_PAGE if not page.script.is_latin else 1.0
    wanted = [*doubtful, *(n for n, line in enumerate(lines) if not line.is_doubtful and line.confidence < unsure)]
    lengths = accumulate(lines[n].ratio for n in wanted)
    for n in (n for n, length in zip(wanted, lengths, strict=True) if length <= MAX_LENGTH):
        known = polled.get(n)
        if known and (known.script, known.turn) == (page.script.name, lines[n].turns[page.position]):
            readings[n] = known
        elif reading := _best_reading(
            lines[n],
            page.recognisers if lines[n].is_doubtful else page.own_recognisers,
            positions=(page.position,),
            page_script=page.script.name,
        ):
            readings[n] = reading
    return readings | _read_homoglyphs(lines, readings, page)


def _best_reading(
    line: ScannedLine, recognisers: Sequence[Recogniser], *, positions: Sequence[int], page_script: str = ""
) -> Reading | None:
    best, best_score = None, 0.0
    for turn in (line.turns[position] for position in positions):
        crop = line.crop(turn)
        for recogniser in recognisers:
            text, confidence = recogniser.read(crop)
            is_usual = recogniser.script.name == page_script
            if not (is_usual and confidence >= CLEAR_CONFIDENCE and line.confidence < SURE_ON_PAGE):
                text = _with_sure_words(text, line, recogniser.script)
            reading = Reading(turn, text, confidence, recogniser.script.name)
            score = confidence + PAGE_BONUS * is_usual
            if score > best_score and _is_credible(reading, recogniser, is_usual=is_usual):
                best, best_score = reading, score
            if best_score >= CLEAR_CONFIDENCE:
                return best
    return best


def _is_credible(reading: Reading, recogniser: Recogniser, *, is_usual: bool) -> bool:
    """Return whether a reading is text in the recogniser's script rather than another script's letters misread.

    `is_usual`: other lines of the page are in this script.
    """
    text = reading.text
    least = PAGE_MIN_CONFIDENCE if is_usual else MIN_CONFIDENCE.get(reading.script, USUAL_MIN_CONFIDENCE)
    if reading.confidence < least:
        return False
    script, letters, own = recogniser.script, len(letters_of(text)), len(own_letters(recogniser.script, text))
    if own < max(script.least_letters, script.least_share * letters):
        return False
    if not script.is_latin and letters - own - len(latin_letters(text)) > OTHER_LETTERS * letters:
        return False
    return has_own_letters(script, text)


def _with_sure_words(text: str, line: ScannedLine, script: Script) -> str:
    """Return a new reading with the words that the default model is sure of, empty if the two contradict each other."""
    if line.confidence < SURE:
        return text
    if script.is_latin:
        return text if fuzz.ratio(_unaccented(_plain(text)), _unaccented(_plain(line.text))) >= ALIKE else ""
    own = [word for word in text.split() if any(map(script.owns, word))]
    rest = "".join(word for word in text.split() if word not in own)
    if max(fuzz.ratio(rest, _plain(line.text)), fuzz.ratio(as_latin(_plain(text)), _plain(line.text))) >= ALIKE:
        return text
    return " ".join([*own, *line.text.split()]) if line.has_gaps else ""


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _read_homoglyphs(lines: Sequence[ScannedLine], readings: dict[int, Reading], page: _Page) -> dict[int, Reading]:
    """Read words such as METPO, whose letters all look like Latin ones, on a page that is mostly in another script."""
    found: dict[int, Reading] = {}
    others = [n for n in range(len(lines)) if n not in readings and _plain(lines[n].text).isalpha()]
    if _letters_in(page.script.name, readings) <= sum(len(_plain(lines[n].text)) for n in others):
        return found
    for n in others:
        turn = lines[n].turns[page.position]
        crop = lines[n].crop(turn)
        for recogniser in page.own_recognisers:
            text, confidence = recogniser.read(crop)
            if _plain(as_latin(text)) == _plain(lines[n].text) and own_letters(page.script, text) == letters_of(text):
                found[n] = Reading(turn, text, confidence, page.script.name)
                break
    return found


def _is_illegible(line: ScannedLine, *, is_foreign: bool, knows_all: bool) -> bool:
    """Return whether the default model's reading of a doubtful line is worthless.

    `is_foreign`: most lines of the page are in another script. `knows_all`: recognisers of all scripts failed.
    """
    if is_foreign and line.confidence < SURE and letters_of(line.text):
        return True
    has_gaps = line.coverage < LEGIBLE_COVERED and line.confidence < SURE
    legible = LEGIBLE if knows_all else LEGIBLE_IF_UNKNOWN
    return line.ratio >= MIN_UNREAD_RATIO and (line.confidence < legible or has_gaps)


def _letters_in(script: str, readings: dict[int, Reading]) -> int:
    return sum(len(letters_of(reading.text)) for reading in readings.values() if reading.script == script)


def _plain(text: str) -> str:
    return "".join(text.split())
