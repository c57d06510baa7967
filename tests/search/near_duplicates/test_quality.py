"""Copies of labelled pictures are found, and pictures that are only alike are not: a small part of the benchmark."""

from benchmarks.near_duplicate_quality import Compared, measure, pairs_by_pixels
from benchmarks.picture_pairs import labelled_files


def test_finds_copies_and_nothing_else():
    files = list(labelled_files(share=0.01, copies=2))
    assert {file.kind for file in files} >= {"photograph", "same place", "burst", "meme", "chat", "document", "ticket"}
    pairs, candidates = pairs_by_pixels([Compared(file) for file in files])
    quality = measure(files, pairs)
    assert quality.wrong == []
    assert quality.recall > 0.8
    # Pictures that are alike were candidates.
    assert candidates > quality.wanted
    # A pair with another picture counts against it.
    assert measure(files, {*pairs, (0, len(files) - 1)}).precision < 1
