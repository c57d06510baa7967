"""Near pairs among very many vectors: exact, found in blocks, in memory that does not grow with their number."""

from collections.abc import Iterator

import numpy as np

# Vectors that are compared at once.
BLOCK = 2048
# Dimensions of the sketches, which suffice to tell most pairs apart.
SKETCH_DIMENSIONS = 64
# Rounding error between distances of sketches and of whole vectors.
SKETCH_TOLERANCE = 1e-4
# Blocks with more candidates are compared by one matrix product.
MAX_SINGLE_PAIRS = 10_000
# Found pairs are reduced to the nearest ones when there are more.
MAX_FOUND_PAIRS = 1_000_000
# Distances are equal if they agree to this many decimals.
DISTANCE_DECIMALS = 3

PAIR = np.dtype([("row", np.int32), ("id", np.int64), ("position", np.int32), ("distance", np.float32)])


class NeighbourSearch:
    """Finds the neighbours of some unit vectors: those nearer than `limit` (1 − cosine), at most `max_neighbours` each.

    `ids` is (n,) integers, `vectors` (n, dimensions) float32. Of equally near neighbours those with the lowest
    positions are kept. `is_cut`, (n,), marks vectors that had more neighbours than were kept.

    Two vectors are at least as far apart as their projections (Pythagoras). Sketches are projections on the axes with
    the greatest variance. They are too far apart for nearly all pairs, and only the rest is compared in all dimensions.
    """

    def __init__(self, ids: np.ndarray, vectors: np.ndarray, *, limit: float, max_neighbours: int) -> None:
        self.ids = ids
        self.is_cut = np.zeros(len(ids), dtype=bool)
        self._vectors = vectors
        self._limit = limit
        self._max_neighbours = max_neighbours
        centred = vectors - vectors.mean(axis=0)
        _variances, axes = np.linalg.eigh(centred.T @ centred)
        self._axes = axes[:, -SKETCH_DIMENSIONS:].astype(np.float32)
        sketches, half = self._sketch(vectors)
        self._sketches = np.column_stack([sketches, -half, np.ones_like(half)])
        self._found = np.empty(0, dtype=PAIR)

    def compare(self, ids: np.ndarray, vectors: np.ndarray, *, positions: np.ndarray) -> None:
        """Compare all vectors with a block of others; a vector is not its own neighbour."""
        sketches, half = self._sketch(vectors)
        # With these two columns the product is −|difference|²/2, the negative distance of unit vectors.
        others = np.column_stack([sketches, np.ones_like(half), -half]).T
        for begin in range(0, len(self.ids), BLOCK):
            end = begin + BLOCK
            candidates = self._sketches[begin:end] @ others > -self._limit - SKETCH_TOLERANCE
            rows, columns = np.divmod(np.flatnonzero(candidates), len(ids))
            distances = 1 - _cosines(self._vectors[begin:end], vectors, rows, columns)
            is_near = (distances < self._limit) & (self.ids[begin:end][rows] != ids[columns])
            found = np.empty(np.count_nonzero(is_near), dtype=PAIR)
            found["row"] = rows[is_near] + begin
            found["id"] = ids[columns[is_near]]
            found["position"] = positions[columns[is_near]]
            found["distance"] = distances[is_near]
            self._found = np.concatenate([self._found, found])
            if len(self._found) > MAX_FOUND_PAIRS:
                self._keep_nearest()

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Yield the id of each vector, the id of a neighbour, and their distance; nearest neighbours first."""
        self._keep_nearest()
        for row, other, _position, distance in self._found.tolist():
            yield int(self.ids[row]), other, max(distance, 0.0)

    def _sketch(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors' projections on the axes, and half of the squares of their lengths."""
        sketches = vectors @ self._axes
        return sketches, (sketches**2).sum(axis=1) / 2

    def _keep_nearest(self) -> None:
        self._found, cut = keep_nearest(self._found, most=self._max_neighbours)
        self.is_cut[cut] = True


def keep_nearest(found: np.ndarray, *, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `most` nearest of each row, sorted, of equally near ones those with the lowest positions.

    The second array holds the rows that had more.
    """
    order = np.lexsort((found["position"], np.round(found["distance"], DISTANCE_DECIMALS), found["row"]))
    found = found[order]
    is_kept = np.arange(len(found)) - np.searchsorted(found["row"], found["row"]) < most
    return found[is_kept], found["row"][~is_kept]


def _cosines(vectors: np.ndarray, others: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the cosines of the pairs (vectors[rows], others[columns])."""
    if len(rows) <= MAX_SINGLE_PAIRS:
        return np.einsum("ij,ij->i", vectors[rows], others[columns])
    cosines: np.ndarray = (vectors @ others.T)[rows, columns]
    return cosines
