"""Fingerprints of copies are found among many without comparing all pairs."""

import numpy as np
import pytest

from search.near_duplicates import candidates
from search.near_duplicates.candidates import MAX_DIFFERENT_BITS, CandidateSearch
from search.near_duplicates.fingerprints import TURNS, turned, unpack


def random_fingerprints(size: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, 32), dtype=np.uint8)


def with_errors(fingerprints: np.ndarray, bits: int, *, seed: int = 1) -> np.ndarray:
    """Return the fingerprints with so many bits changed in each."""
    random = np.random.default_rng(seed)
    changes = np.zeros((len(fingerprints), 256), dtype=bool)
    for row in changes:
        row[random.choice(256, bits, replace=False)] = True
    return fingerprints ^ np.packbits(changes, axis=1)


def find(ids: np.ndarray, fingerprints: np.ndarray, others: np.ndarray, other_ids: np.ndarray, *, most: int = 50):
    search = CandidateSearch(ids, fingerprints, most=most)
    search.compare(other_ids, others, positions=other_ids.astype(np.int32))
    return {photo_id: found.tolist() for photo_id, found in search.nearest()}


@pytest.mark.parametrize("turn", TURNS)
def test_always_finds_copies_that_differ_in_20_bits(turn, monkeypatch):
    # Of 21 parts, 20 errors leave one without.
    monkeypatch.setattr(candidates, "MAX_CHUNK", 300)
    monkeypatch.setattr(candidates, "MAX_FOUND", 100)
    originals = random_fingerprints(400)
    copies = with_errors(originals[:150], 20)
    sideways = np.packbits(turned(unpack(copies), turn).reshape(150, 256), axis=1)
    ids = np.arange(400)
    found = find(ids[:150] + 1000, sideways, originals, ids)
    assert all(own - 1000 in others for own, others in found.items())


def test_finds_most_copies_that_differ_in_40_bits():
    originals, ids = random_fingerprints(300), np.arange(300)
    found = find(ids + 1000, with_errors(originals, 40), originals, ids)
    assert sum(own - 1000 in others for own, others in found.items()) > 260


def test_finds_only_what_comparing_all_pairs_finds():
    originals = random_fingerprints(40)
    all_of = np.concatenate([originals, *(with_errors(originals, bits, seed=bits) for bits in (0, 5, 15, 45))])
    ids = np.arange(len(all_of)) * 7
    found = find(ids, all_of, all_of, ids)
    signs = unpack(all_of)
    distances = np.min([(turned(signs, turn)[:, None] != signs[None]).sum(axis=(2, 3)) for turn in TURNS], axis=0)
    for row, own in enumerate(ids):
        near = {int(ids[other]) for other in np.flatnonzero(distances[row] <= MAX_DIFFERENT_BITS)} - {own}
        certain = {int(ids[other]) for other in np.flatnonzero(distances[row] <= 20)} - {own}
        assert certain <= set(found[own]) <= near
        assert len(set(found[own])) == len(found[own])


def test_keeps_the_nearest_then_the_lowest_position():
    one = random_fingerprints(1)
    others = np.concatenate([with_errors(one, 35), one, one, with_errors(one, 20), one])
    ids = np.array([10, 14, 12, 13, 11])
    assert find(np.array([99]), one, others, ids, most=3) == {99: [11, 12, 14]}
    assert find(np.array([99]), one, others, ids) == {99: [11, 12, 14, 13, 10]}


def test_finds_nothing_among_no_fingerprints():
    none, ids = np.empty((0, 32), dtype=np.uint8), np.empty(0, dtype=np.int64)
    assert find(ids, none, none, ids) == {}
    assert find(np.array([1]), random_fingerprints(1), none, ids) == {1: []}
