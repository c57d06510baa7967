"""Finds parts of canonical texts in the original text.

Folding a long text takes milliseconds, and a page shows dozens. So the letters of the text are searched first, without
its separators, which takes a tenth of that; only the surroundings of what they have in common are folded.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from gallery.text.canonical import passages
from gallery.text.characters import clusters, fold_cluster
from search.query.spelling import Span

MAX_SEARCHED_CHARACTERS = 100_000
"""Only the first characters of a text are searched: texts can have a megabyte, and a page shows dozens of them."""

BLOCK_LENGTH = 128
MAX_BLOCKS_AT_ONCE = 8
MARK = "\0"


def locate(parts: Collection[str], text: str) -> Iterator[Span]:
    """Yield the places in `text` that fold to one of `parts`, from left to right; overlapping ones as one.

    The parts may begin or end with a space: the edge of a word. Covers only the first MAX_SEARCHED_CHARACTERS
    characters.
    """
    text = text[:MAX_SEARCHED_CHARACTERS]
    blocks = _Blocks(text)
    end_before = 0
    for first, last in _together(sorted(blocks.with_letters(parts))):
        # The blocks beside them, because words and numbers may begin there.
        around = slice(blocks.begins[max(0, first - 1)], blocks.begins[min(last + 2, len(blocks.begins) - 1)])
        within = range(max(blocks.begins[first], end_before), blocks.begins[last + 1])
        for begin, end in _merged(sorted(_spans(parts, text[around], offset=around.start))):
            if begin in within and end - 1 in within:
                end_before = _with_invisible(text, end)
                yield begin, end_before


class _Blocks:
    """A text in blocks, and the letters of each; `begins` also has the end of the last one."""

    def __init__(self, text: str) -> None:
        blocks = [text[at : at + BLOCK_LENGTH] for at in range(0, len(text), BLOCK_LENGTH)]
        letters = [block.translate(_LETTERS) for block in blocks]
        if any(MARK in some for some in letters):
            found = clusters().findall(text)
            whole = [found[at : at + BLOCK_LENGTH] for at in range(0, len(found), BLOCK_LENGTH)]
            blocks = list(map("".join, whole))
            letters = ["".join(map(_letters_of, block)) for block in whole]
        self.begins = list(accumulate(map(len, blocks), initial=0))
        self._letters = "".join(letters)
        self._letter_begins = list(accumulate(map(len, letters), initial=0))

    def with_letters(self, parts: Collection[str]) -> Iterator[tuple[int, int]]:
        """Yield the first and the last block of places that have the letters of one of `parts`."""
        for part in parts:
            wanted = "".join(map(_letters_of, part))
            at = self._letters.find(wanted) if wanted else -1
            while at >= 0:
                first = bisect_right(self._letter_begins, at) - 1
                last = bisect_right(self._letter_begins, at + len(wanted) - 1) - 1
                yield first, last
                # Other places in this block are found with it, except at its end.
                next_begin = self._letter_begins[first + 1] - len(wanted) + 1
                at = self._letters.find(wanted, max(at + 1, next_begin))


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


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
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
