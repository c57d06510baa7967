"""Tests of the relevance cutoff over backgrounds of different scales."""

import numpy as np
import pytest

from search.ranking.cutoff import count_relevant


def background(middle: float, spread: float) -> np.ndarray:
    return np.random.default_rng(5).normal(middle, spread, size=500)


@pytest.mark.parametrize(("middle", "spread"), [(0.18, 0.02), (0.6, 0.08)])
def test_counts_outliers_at_any_scale(middle, spread):
    good = [middle + spread * deviations for deviations in (8, 7, 6)]
    by_chance = np.random.default_rng(2).normal(middle, spread, size=10_000)
    ranked = [*good, *sorted(by_chance, reverse=True)[:200]]
    assert count_relevant(ranked, background=background(middle, spread), photos=10_000) == 3


def test_counts_none_without_outliers():
    assert count_relevant([0.25, 0.24], background=background(0.18, 0.02), photos=100_000) == 0


def test_accepts_lower_scores_when_many_match():
    few = count_relevant([0.255], background=background(0.18, 0.02), photos=100_000)
    many = count_relevant([0.255] * 200, background=background(0.18, 0.02), photos=100_000)
    assert (few, many) == (0, 200)


def test_counts_all_without_background():
    assert count_relevant([0.3, 0.2], background=np.array([0.1] * 5), photos=5) == 2
