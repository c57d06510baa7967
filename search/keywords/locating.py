"""Finds parts of canonical texts in the original text.

Folding a long text takes milliseconds, and a page shows dozens. So the letters of the text are searched first, without
its separators, which takes a tenth of that. Most of the places that have them are clear at once: a word between spaces,
Chinese characters one after the other. The surroundings of the others are folded.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import accumulate, count
from typing import NamedTuple

from gallery.text.canonical import BOUNDARY, UNSPACED, passages
from gallery.text.characters import clusters, fold_cluster
from search.query.spelling import Span

MAX_SEARCHED_CHARACTERS = 100_000
"""Only the first characters of a text are searched: texts can have a megabyte, and a page shows dozens of them."""

BLOCK_LENGTH = 128
MAX_BLOCKS_AT_ONCE = 8
MARK = "\0"
# Of more places of a part, the surroundings are folded: all of a block at once.
MAX_CLEAR_PLACES = 500
# Folding turns it into the character before it.
REPETITION = "々"
# Parts of which only the line ends between them matter, and those that are a word, or a part of one. The long vowel may
# also be a dash.
UNSPACED_PART, WORD_PART = re.compile(f"(?:(?![ー々]){UNSPACED.pattern})+"), re.compile(" ?[a-z]+ ?|[a-z0-9]+")
LETTER = re.compile("[A-Za-z]")
# Where a word certainly begins and ends: no sign joins it to another one.
BEGIN_OF_WORD = re.compile(r"(?:\A|(?:\A|[A-Za-z,;!?])[ \n])\Z")
END_OF_WORD = re.compile(r"\Z|[ \n][A-Za-z]|[,;!?] ")


def locate(parts: Collection[str], text: str) -> Iterator[Span]:
    """Yield the places in `text` that fold to one of `parts`, from left to right; overlapping ones as one.

    The parts may begin or end with a space: the edge of a word. Covers only the first MAX_SEARCHED_CHARACTERS
    characters.
    """
    text = text[:MAX_SEARCHED_CHARACTERS]
    blocks = _Blocks(text)
    clear: list[Span] = []
    unclear: list[tuple[int, int]] = []
    for place in blocks.with_letters(parts):
        if place.is_clear is None:
            unclear.append(place.blocks)
        elif place.is_clear:
            clear.append(place.span)
    for begin, end in _merged(merge(sorted(clear), _folded(parts, text, blocks, sorted(unclear)))):
        yield begin, _with_invisible(text, end)


def _folded(parts: Collection[str], text: str, blocks: "_Blocks", ranges: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Yield the places in ranges of blocks, which are folded with their surroundings."""
    end_before = 0
    for first, last in _together(ranges):
        # The blocks beside them, because words and numbers may begin there.
        around = slice(blocks.begins[max(0, first - 1)], blocks.begins[min(last + 2, len(blocks.begins) - 1)])
        within = range(max(blocks.begins[first], end_before), blocks.begins[last + 1])
        for begin, end in _merged(sorted(_spans(parts, text[around], offset=around.start))):
            if begin in within and end - 1 in within:
                end_before = end
                yield begin, end


class _Place(NamedTuple):
    """Letters of a part in a text: their `span`, the `blocks` from the first to the last, and whether they are it.

    Without the canonical form of the surroundings, `is_clear` may be undecided: None.
    """

    span: Span
    blocks: tuple[int, int]
    is_clear: bool | None


class _Blocks:
    """A text in blocks, and the letters of each; `begins` also has the end of the last one."""

    def __init__(self, text: str) -> None:
        blocks = [text[at : at + BLOCK_LENGTH] for at in range(0, len(text), BLOCK_LENGTH)]
        letters = [block.translate(_LETTERS) for block in blocks]
        self._has_simple_characters = REPETITION not in text
        if any(MARK in some for some in letters):
            self._has_simple_characters = False
            found = clusters().findall(text)
            whole = [found[at : at + BLOCK_LENGTH] for at in range(0, len(found), BLOCK_LENGTH)]
            blocks = list(map("".join, whole))
            letters = ["".join(map(_letters_of, block)) for block in whole]
        self._text, self._blocks = text, blocks
        self.begins = list(accumulate(map(len, blocks), initial=0))
        self._letters = "".join(letters)
        self._letter_begins = list(accumulate(map(len, letters), initial=0))
        self._origins: dict[int, list[int]] = {}

    def with_letters(self, parts: Collection[str]) -> Iterator[_Place]:
        """Yield the places that have the letters of one of `parts`."""
        for part in parts:
            wanted = "".join(map(_letters_of, part))
            at = self._letters.find(wanted) if wanted else -1
            for number in count():
                if at < 0:
                    break
                place = self._place(part, range(at, at + len(wanted)), is_clear=number < MAX_CLEAR_PLACES)
                yield place
                following = at + 1
                if place.is_clear is None:
                    # Other places in this block are found with it, except at its end.
                    following = max(following, self._letter_begins[place.blocks[0] + 1] - len(wanted) + 1)
                at = self._letters.find(wanted, following)

    def _place(self, part: str, letters: range, *, is_clear: bool | None) -> _Place:
        first, last = (bisect_right(self._letter_begins, letter) - 1 for letter in (letters[0], letters[-1]))
        is_word = WORD_PART.fullmatch(part)
        if not (is_clear and self._has_simple_characters and (is_word or UNSPACED_PART.fullmatch(part))):
            return _Place((0, 0), (first, last), is_clear=None)
        begin = self._letter_begins[first]
        known = [origin for block in range(first, last + 1) for origin in self._origins_of(block)]
        origins = known[letters.start - begin : letters.stop - begin]
        is_clear = self._is_word(part, origins) if is_word else self._are_together(origins)
        return _Place((origins[0], origins[-1] + 1), (first, last), is_clear)

    def _origins_of(self, block: int) -> list[int]:
        """Return for each letter of a block its index in the text."""
        if block not in self._origins:
            characters = enumerate(self._blocks[block], start=self.begins[block])
            self._origins[block] = [at for at, character in characters for _letter in _LETTERS[ord(character)]]
        return self._origins[block]

    def _are_together(self, origins: list[int]) -> bool:
        """Return whether characters of scripts without spaces follow each other in the canonical form."""
        between = self._text[origins[0] : origins[-1]]
        return len(between) < len(origins) or not BOUNDARY.search("".join(map(fold_cluster, between)))

    def _is_word(self, part: str, origins: list[int]) -> bool | None:
        """Return whether letters in the text are `part`; None if signs between or beside them decide."""
        begin, end = origins[0], origins[-1] + 1
        if origins != list(range(begin, end)):
            return None
        if part[0] == " " and not BEGIN_OF_WORD.search(self._text, max(0, begin - 2), begin):
            return False if LETTER.match(self._text, begin - 1) else None
        if part[-1] == " " and not END_OF_WORD.match(self._text, end):
            return False if LETTER.match(self._text, end) else None
        return True


@lru_cache(maxsize=100_000)
def _letters_of(cluster: str) -> str:
    """Return the canonical characters of a cluster; empty for separators."""
    return passages(cluster)[0].text.replace(" ", "")


class _Letters(dict[int, str]):
    """Translates characters to their canonical letters, and those that combine with the one before to MARK."""

    def __missing__(self, code: int) -> str:
        combines = len(clusters().findall(f"a{chr(code)}")) == 1
        self[code] = MARK if combines else _letters_of(chr(code))
        return self[code]


_LETTERS = _Letters()


def _together(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield sorted ranges of blocks with overlapping and neighbouring ones as one, up to some length."""
    current: tuple[int, int] | None = None
    for first, last in ranges:
        if current and (first <= current[1] or (first == current[1] + 1 and last - current[0] < MAX_BLOCKS_AT_ONCE)):
            current = current[0], max(current[1], last)
        else:
            if current:
                yield current
            current = first, last
    if current:
        yield current


def _spans(parts: Collection[str], text: str, *, offset: int) -> Iterator[Span]:
    """Yield the places of `parts` in `text`, moved by `offset`."""
    for passage in passages(text):
        for part in parts:
            letters = part.strip()
            lead = len(part) - len(part.lstrip())
            at = passage.text.find(part)
            while at >= 0:
                begin = passage.origins[at + lead]
                last = passage.origins[at + lead + len(letters) - 1]
                cluster = clusters().match(text, last)
                yield begin + offset, (cluster.end() if cluster else last + 1) + offset
                at = passage.text.find(part, at + max(1, len(part) - 1))


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield sorted spans, overlapping ones as one."""
    current: Span | None = None
    for begin, end in spans:
        if current and begin < current[1]:
            current = current[0], max(current[1], end)
        else:
            if current:
                yield current
            current = begin, end
    if current:
        yield current


def _with_invisible(text: str, end: int) -> int:
    """Return the end of the invisible characters behind a place, such as the skin tone of an emoji."""
    while end < len(text) and not fold_cluster(text[end]):
        end += 1
    return end
