"""Tests of ranked lists, and of the pages cut from them with reasons."""

import json

from search.ranking.results import RankedList, RankedPhoto


def test_keeps_list_as_json():
    entries = (
        RankedPhoto(1, 2.5, tier="exact"),
        RankedPhoto(2, 1.5, tier="similar", cosine=0.25, likeness=0.5, near_duplicates=(4, 5)),
        RankedPhoto(3, 0.5, cosine=0.25, likeness=0.5),
    )
    ranked = RankedList(entries, relevant=2, words="tea", encoder="CLIP", left_out=7, found=9, is_cut=True)
    assert RankedList.from_json(json.loads(json.dumps(ranked.to_json()))) == ranked


def test_reads_list_of_previous_version():
    rows = [[1, 2.5, True, None, None, [4]], [2, 1.5, False, 0.25, 0.5, []]]
    ranked = RankedList.from_json({"entries": rows, "likely": 1, "words": "tea", "encoder": "CLIP"})
    assert [(entry.photo_id, entry.tier, entry.by_words) for entry in ranked.entries] == [
        (1, "exact", True),
        (2, "", False),
    ]
    assert (ranked.found, ranked.is_cut) == (2, False)
