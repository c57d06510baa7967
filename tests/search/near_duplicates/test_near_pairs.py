"""Near pairs are exactly those that comparing everything with everything finds, however the blocks are cut."""

import numpy as np
import pytest

from search.near_duplicates import near_pairs
from search.near_duplicates.near_pairs import Neighbours
from tests.factories import unit_vectors
from tests.search.near_duplicates.clusters import LIMIT, clustered


def met(ids, vectors, others, other_ids, *, most=1000, block=37) -> tuple[dict[tuple[int, int], float], Neighbours]:
    neighbours = Neighbours(ids, vectors, limit=LIMIT, most=most)
    for begin in range(0, len(others), block):
        part = slice(begin, begin + block)
        neighbours.meet(other_ids[part], others[part], places=other_ids[part].astype(np.int32))
    return {(one, other): distance for one, other, distance in neighbours.pairs()}, neighbours


@pytest.mark.parametrize(("block", "few", "many"), [(2048, 10_000, 10**6), (16, 5, 50)])
def test_the_pairs_are_those_of_brute_force(monkeypatch, block, few, many):
    for name, value in {"BLOCK": block, "FEW": few, "MANY": many, "SKETCH": 8}.items():
        monkeypatch.setattr(near_pairs, name, value)
    vectors, ids = clustered(300), np.arange(300) + 7
    found, _neighbours = met(ids[:120], vectors[:120], vectors, ids)
    distances = 1 - vectors[:120].astype(float) @ vectors.T.astype(float)
    expected = {(i + 7, j + 7) for i, j in np.argwhere(distances < LIMIT).tolist() if i != j}
    assert 500 < len(expected) < 120 * 300 / 2
    assert set(found) == expected
    for (one, other), distance in found.items():
        assert distance == pytest.approx(max(distances[one - 7, other - 7], 0), abs=1e-5)


def test_of_many_the_nearest_are_kept_and_of_equals_the_first(monkeypatch):
    monkeypatch.setattr(near_pairs, "MANY", 10)
    angles = np.array([0.0, 0.01, 0.02, 0.03, 0.25, 0.2, 0.15])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    ids = np.array([10, 14, 12, 13, 11, 15, 16])
    found, neighbours = met(ids[:1], vectors[:1], vectors, ids, most=4, block=3)
    # Three are as good as equal, and differ in their places; the nearest of the others is the last.
    assert [other for _one, other in found] == [12, 13, 14, 16]
    assert neighbours.is_cut.tolist() == [True]
    found, neighbours = met(ids[:1], vectors[:1], vectors, ids, most=6)
    assert [other for _one, other in found] == [12, 13, 14, 16, 15, 11]
    assert neighbours.is_cut.tolist() == [False]


def test_thousands_of_equal_vectors_make_no_millions_of_pairs(monkeypatch):
    monkeypatch.setattr(near_pairs, "MANY", 20_000)
    vectors, ids = np.repeat(unit_vectors(1, 16), 3000, axis=0), np.arange(3000)
    found, neighbours = met(ids[:50], vectors[:50], vectors, ids, most=5, block=1000)
    assert len(found) == 50 * 5
    assert {other for _one, other in found} == {0, 1, 2, 3, 4, 5}
    assert neighbours.is_cut.all()
