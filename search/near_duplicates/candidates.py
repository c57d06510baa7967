"""Possible copies among very many fingerprints, found by equal parts instead of comparing all pairs.

Bits of a fingerprint that differ between copies are few and lie anywhere. Cut into many short parts, two fingerprints
of one picture therefore have at least one part in common, and sorting by a part brings them together (locality-
sensitive hashing by bit sampling).
"""

from collections.abc import Iterator

import numpy as np

from search.near_duplicates.fingerprints import FREQUENCIES, TURNS, turned, unpack
from search.near_duplicates.near_pairs import keep_nearest

# 21 parts of 12 bits: of pairs that differ in 30 bits of 256, 99 % share a part; of unrelated ones 0.5 %.
PART_BITS = 12
PARTS = FREQUENCIES**2 // PART_BITS
# Copies differ in 2 to 10 bits, brighter and marked ones in up to 30, and those with cut edges in up to 60.
MAX_DIFFERENT_BITS = 60
# Copies are equally near if their bits differ by less than about this, so that all meet at the best to keep.
EQUAL_BITS = 16
# Pairs that are counted at once.
MAX_CHUNK = 2_000_000
MAX_FOUND = 1_000_000

FOUND = np.dtype([("row", np.int32), ("id", np.int64), ("position", np.int32), ("distance", np.float32)])
_ORDER = np.random.default_rng(0).permutation(FREQUENCIES**2)


class CandidateSearch:
    """Finds the fingerprints nearest to some others in any turn, at most `most` each.

    `ids` is (n,) integers, `fingerprints` (n, 32) bytes. Of equally near ones those with the lowest positions are kept.
    """

    def __init__(self, ids: np.ndarray, fingerprints: np.ndarray, *, most: int) -> None:
        self.ids = ids
        self._turned = [_shuffled(turned(unpack(fingerprints), turn)) for turn in TURNS]
        self._most = most
        self._found = np.empty(0, dtype=FOUND)

    def compare(self, ids: np.ndarray, fingerprints: np.ndarray, *, positions: np.ndarray) -> None:
        """Compare with others, of which a fingerprint's own id is passed over."""
        others = _shuffled(unpack(fingerprints))
        for part in range(PARTS):
            keys = _part(others, part)
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            for own in self._turned:
                wanted = _part(own, part)
                begins, ends = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
                for rows, places in _ranges(begins, ends):
                    self._add(rows, order[places], own=own, others=others, ids=ids, positions=positions)

    def nearest(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield each id and the ids of its candidates, nearest first."""
        self._reduce()
        rows = np.arange(len(self.ids))
        begins = np.searchsorted(self._found["row"], rows)
        ends = np.searchsorted(self._found["row"], rows, side="right")
        for row in rows:
            yield int(self.ids[row]), self._found["id"][begins[row] : ends[row]]

    def _add(
        self,
        rows: np.ndarray,
        columns: np.ndarray,
        *,
        own: np.ndarray,
        others: np.ndarray,
        ids: np.ndarray,
        positions: np.ndarray,
    ) -> None:
        different = np.bitwise_count(own[rows] ^ others[columns]).sum(axis=1, dtype=np.int32)
        is_near = (different <= MAX_DIFFERENT_BITS) & (self.ids[rows] != ids[columns])
        found = np.empty(np.count_nonzero(is_near), dtype=FOUND)
        found["row"], found["id"] = rows[is_near], ids[columns[is_near]]
        found["position"], found["distance"] = positions[columns[is_near]], different[is_near] // EQUAL_BITS
        self._found = np.concatenate([self._found, found])
        if len(self._found) > MAX_FOUND:
            self._reduce()

    def _reduce(self) -> None:
        """Keep the nearest ones, each once: pairs are found by several parts and turns."""
        found = self._found[np.lexsort((self._found["distance"], self._found["id"], self._found["row"]))]
        is_new = np.ones(len(found), dtype=bool)
        is_new[1:] = (found["row"][1:] != found["row"][:-1]) | (found["id"][1:] != found["id"][:-1])
        self._found, _cut = keep_nearest(found[is_new], most=self._most)


def _shuffled(signs: np.ndarray) -> np.ndarray:
    """Return the signs as (n, 4) words of 64 bits, in an order that spreads each frequency's neighbours."""
    packed = np.packbits(signs.reshape(len(signs), FREQUENCIES**2)[:, _ORDER], axis=1)
    return np.ascontiguousarray(packed).view(np.uint64)


def _part(words: np.ndarray, part: int) -> np.ndarray:
    """Return 12 bits of each fingerprint, the part with that number, as integers."""
    packed = words.view(np.uint8)
    begin = part * PART_BITS
    first = packed[:, begin // 8].astype(np.uint32) << 16
    second = packed[:, begin // 8 + 1].astype(np.uint32) << 8
    third = packed[:, min(begin // 8 + 2, packed.shape[1] - 1)].astype(np.uint32)
    shifted: np.ndarray = ((first | second | third) >> (24 - PART_BITS - begin % 8)) & (2**PART_BITS - 1)
    return shifted.astype(np.uint16)


def _ranges(begins: np.ndarray, ends: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows, places) for all places in the ranges of all rows, about MAX_CHUNK at once."""
    counts = ends - begins
    total = np.cumsum(counts)
    first = 0
    while first < len(counts):
        done = total[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(total, done + MAX_CHUNK, side="right")))
        lengths = counts[first:last]
        rows = np.repeat(np.arange(first, last), lengths)
        starts = np.repeat(begins[first:last] - (np.cumsum(lengths) - lengths), lengths)
        yield rows, starts + np.arange(len(rows))
        first = last
