"""Tests of reciprocal rank fusion."""

import pytest

from search.ranking.fusion import RRF_K, reciprocal_rank_fusion


def test_adds_weighted_reciprocal_ranks():
    scores = reciprocal_rank_fusion([([7, 8], 1.0), ([8, 9], 2.0)])
    assert scores == {
        7: pytest.approx(1 / (RRF_K + 1)),
        8: pytest.approx(1 / (RRF_K + 2) + 2 / (RRF_K + 1)),
        9: pytest.approx(2 / (RRF_K + 2)),
    }
