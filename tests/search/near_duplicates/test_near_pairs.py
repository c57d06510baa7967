"""Near pairs are exactly those found by comparing all vectors, for any size of block."""

import numpy as np
import pytest

from search.near_duplicates import near_pairs
from search.near_duplicates.near_pairs import NeighbourSearch
from tests.factories import unit_vectors
from tests.search.near_duplicates.clusters import LIMIT, clustered

Distances = dict[tuple[int, int], float]


def find(ids, vectors, others, other_ids, *, most=1000, block=37) -> tuple[Distances, NeighbourSearch]:
    search = NeighbourSearch(ids, vectors, limit=LIMIT, max_neighbours=most)
    for begin in range(0, len(others), block):
        part = slice(begin, begin + block)
        search.compare(other_ids[part], others[part], positions=other_ids[part].astype(np.int32))
    return {(one, other): distance for one, other, distance in search.pairs()}, search


@pytest.mark.parametrize(("block", "few", "many"), [(2048, 10_000, 10**6), (16, 5, 50)])
def test_finds_the_pairs_of_brute_force(monkeypatch, block, few, many):
    for name, value in {
        "BLOCK": block,
        "MAX_SINGLE_PAIRS": few,
        "MAX_FOUND_PAIRS": many,
        "SKETCH_DIMENSIONS": 8,
    }.items():
        monkeypatch.setattr(near_pairs, name, value)
    vectors, ids = clustered(300), np.arange(300) + 7
    found, _search = find(ids[:120], vectors[:120], vectors, ids)
    distances = 1 - vectors[:120].astype(float) @ vectors.T.astype(float)
    expected = {(i + 7, j + 7) for i, j in np.argwhere(distances < LIMIT).tolist() if i != j}
    assert 500 < len(expected) < 120 * 300 / 2
    assert set(found) == expected
    for (one, other), distance in found.items():
        assert distance == pytest.approx(max(distances[one - 7, other - 7], 0), abs=1e-5)


def test_keeps_the_nearest_then_the_lowest_position(monkeypatch):
    monkeypatch.setattr(near_pairs, "MAX_FOUND_PAIRS", 10)
    angles = np.array([0.0, 0.01, 0.02, 0.03, 0.25, 0.2, 0.15])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    ids = np.array([10, 14, 12, 13, 11, 15, 16])
    found, search = find(ids[:1], vectors[:1], vectors, ids, most=4, block=3)
    # Three distances are equal after rounding, so positions decide; of the others the last is nearest.
    assert [other for _one, other in found] == [12, 13, 14, 16]
    assert search.is_cut.tolist() == [True]
    found, search = find(ids[:1], vectors[:1], vectors, ids, most=6)
    assert [other for _one, other in found] == [12, 13, 14, 16, 15, 11]
    assert search.is_cut.tolist() == [False]


def test_equal_vectors_do_not_make_millions_of_pairs(monkeypatch):
    monkeypatch.setattr(near_pairs, "MAX_FOUND_PAIRS", 20_000)
    vectors, ids = np.repeat(unit_vectors(1, 16), 3000, axis=0), np.arange(3000)
    found, search = find(ids[:50], vectors[:50], vectors, ids, most=5, block=1000)
    assert len(found) == 50 * 5
    assert {other for _one, other in found} == {0, 1, 2, 3, 4, 5}
    assert search.is_cut.all()
