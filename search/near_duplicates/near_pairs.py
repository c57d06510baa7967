"""Near pairs among very many vectors: exact, in blocks, and in memory that does not grow with their number."""

from collections.abc import Iterator

import numpy as np

# Vectors that are compared at once.
BLOCK = 2048
# Most pairs are told to be far apart by so many numbers of each.
SKETCH = 64
# What sketches may differ from distances by rounding.
SLACK = 1e-4
# Up to so many pairs of a block are looked at one by one.
FEW = 10_000
# Found pairs are sorted out when there are so many.
MANY = 1_000_000
# Distances that differ by less are alike: then it is the place that counts.
DECIMALS = 3

PAIR = np.dtype([("row", np.int32), ("id", np.int64), ("place", np.int32), ("distance", np.float32)])


class Neighbours:
    """What is nearer than `limit` (1 − cosine) to each of some unit vectors, among all those that are met.

    `ids` is (n,) integers, `vectors` (n, dimensions) float32. Of each only the `most` nearest are kept, and of those
    that are alike near the ones in the first places; `is_cut` says, row by row, where there were more.

    By Pythagoras no two vectors are nearer than they are on some of a space's axes. On those along which the vectors
    differ most, nearly all pairs are too far apart, and only the rest need be compared on all axes.
    """

    def __init__(self, ids: np.ndarray, vectors: np.ndarray, *, limit: float, most: int) -> None:
        self.ids = ids
        self.is_cut = np.zeros(len(ids), dtype=bool)
        self._vectors = vectors
        self._limit = limit
        self._most = most
        centred = vectors - vectors.mean(axis=0)
        _spreads, axes = np.linalg.eigh(centred.T @ centred)
        self._axes = axes[:, -SKETCH:].astype(np.float32)
        sketches, half = self._sketch(vectors)
        self._sketches = np.column_stack([sketches, -half, np.ones_like(half)])
        self._found = np.empty(0, dtype=PAIR)

    def meet(self, ids: np.ndarray, vectors: np.ndarray, *, places: np.ndarray) -> None:
        """Compare with at most some thousands of others; nothing is a neighbour of itself."""
        sketches, half = self._sketch(vectors)
        # With these two columns the product is −|difference|²/2, which is the negative distance of unit vectors.
        others = np.column_stack([sketches, np.ones_like(half), -half]).T
        for begin in range(0, len(self.ids), BLOCK):
            end = begin + BLOCK
            candidates = self._sketches[begin:end] @ others > -self._limit - SLACK
            rows, columns = np.divmod(np.flatnonzero(candidates), len(ids))
            distances = 1 - _cosines(self._vectors[begin:end], vectors, rows, columns)
            is_near = (distances < self._limit) & (self.ids[begin:end][rows] != ids[columns])
            found = np.empty(np.count_nonzero(is_near), dtype=PAIR)
            found["row"] = rows[is_near] + begin
            found["id"] = ids[columns[is_near]]
            found["place"] = places[columns[is_near]]
            found["distance"] = distances[is_near]
            self._found = np.concatenate([self._found, found])
            if len(self._found) > MANY:
                self._sort_out()

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Of each its neighbours, nearest first: its id, the other's, and their distance."""
        self._sort_out()
        for row, other, _place, distance in self._found.tolist():
            yield int(self.ids[row]), other, max(distance, 0.0)

    def _sketch(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The vectors on the chosen axes, and half of the square of their lengths there."""
        sketches = vectors @ self._axes
        return sketches, (sketches**2).sum(axis=1) / 2

    def _sort_out(self) -> None:
        """Leave no more than the most of each row."""
        found = self._found
        found = found[np.lexsort((found["place"], np.round(found["distance"], DECIMALS), found["row"]))]
        within = np.arange(len(found)) - np.searchsorted(found["row"], found["row"]) < self._most
        self.is_cut[found["row"][~within]] = True
        self._found = found[within]


def _cosines(vectors: np.ndarray, others: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Those of the pairs that `rows` and `columns` name."""
    if len(rows) <= FEW:
        return np.einsum("ij,ij->i", vectors[rows], others[columns])
    cosines: np.ndarray = (vectors @ others.T)[rows, columns]
    return cosines
