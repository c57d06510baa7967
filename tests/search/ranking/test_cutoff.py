"""Tests of the relevance cutoff over backgrounds of different scales."""

import numpy as np
import pytest

from search.ranking.cutoff import count_certain, count_relevant


def background(middle: float, spread: float) -> np.ndarray:
    return np.random.default_rng(5).normal(middle, spread, size=500)


def unlikely(size: int) -> list[float]:
    """Likenesses of `size` hits of which none leads the others."""
    return [0.1] * size


@pytest.mark.parametrize(("middle", "spread"), [(0.18, 0.02), (0.6, 0.08)])
def test_counts_outliers_at_any_scale(middle, spread):
    good = [middle + spread * deviations for deviations in (8, 7, 6)]
    by_chance = np.random.default_rng(2).normal(middle, spread, size=10_000)
    ranked = [*good, *sorted(by_chance, reverse=True)[:200]]
    assert count_relevant(ranked, unlikely(203), background=background(middle, spread), photos=10_000) == 3


def test_counts_none_without_outliers():
    assert count_relevant([0.25, 0.24], unlikely(2), background=background(0.18, 0.02), photos=100_000) == 0


def test_accepts_lower_scores_when_many_match():
    few = count_relevant([0.255], unlikely(1), background=background(0.18, 0.02), photos=100_000)
    many = count_relevant([0.255] * 200, unlikely(200), background=background(0.18, 0.02), photos=100_000)
    assert (few, many) == (0, 200)


def test_counts_all_without_background():
    assert count_relevant([0.3, 0.2], unlikely(2), background=np.array([0.1] * 5), photos=5) == 2


@pytest.mark.parametrize("photos", [30, 100, 1000, 100_000])
@pytest.mark.parametrize("spread", [0.02, 0.4], ids=["varied", "alike"])
@pytest.mark.parametrize(
    ("likenesses", "relevant"),
    [
        ([0.8, 0.7, 0.6, 0.3, 0.25], 3),  # certain ones
        ([0.3, 0.12, 0.11, 0.1], 1),  # one leads
        ([0.3, 0.29, 0.12, 0.11], 2),  # two alike lead
        ([0.3, 0.29, 0.28, 0.27, 0.12], 0),  # three lead together
        ([0.2, 0.18, 0.15, 0.12], 0),
        ([0.999999999999, 1.0, 0.1], 2),
        ([], 0),
    ],
)
def test_counts_certain_hits_and_leaders_in_any_library(likenesses, relevant, spread, photos):
    cosines = [0.2] * len(likenesses)
    found = count_relevant(cosines, likenesses, background=background(0.2, spread), photos=photos)
    assert found == relevant


def test_counts_certain_hits_beside_words():
    assert count_certain([0.9, 0.6, 0.59, 0.1]) == 2
