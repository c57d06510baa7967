"""The relevance cutoff: the rank from which a ranking is no better than chance.

Three rules, measured with ConSE on 116 photographs and drawings (search/evaluation/README.md). Each of them finds
right pictures that the others miss, because the cosines of a query differ with the query and with the library.
"""

from collections.abc import Sequence
from math import erfc, log, sqrt

import numpy as np

# Share of photos above the cutoff that may be there by chance.
MAX_CHANCE_SHARE = 0.05
# With fewer photos, the background has no meaningful mean and spread.
MIN_SAMPLE_SIZE = 30
# Upper share of the background that is cut off, because it contains the very photos that the query looks for.
TRIMMED_SHARE = 0.02
MIN_SPREAD = 1e-3

# Photos that look this much like the words are relevant in any library.
CERTAIN_LIKENESS = 0.5
# The same beside photos that contain the words: 多喝 is about a text, though it is similar to coffee.
CERTAIN_BESIDE_WORDS = 0.6
# One photo, or two, whose odds are so much better (as a logarithm) than those of the next one stand out from the rest.
MIN_LEAD = 0.5
MAX_LEADERS = 2
# Keeps logarithms of odds finite.
EXTREME_LIKENESS = 1e-9


def count_relevant(
    cosines: Sequence[float],
    likenesses: Sequence[float],
    *,
    background: np.ndarray,
    photos: int,
    certain: float = CERTAIN_LIKENESS,
) -> int:
    """Return how many hits (best first) are relevant, by their `cosines` to the query and their `likenesses` (0–1).

    `background` are cosines of random photos to the query; `photos` is the number of all photos. Hits are relevant if
    their likeness is at least `certain`, if they lead the others clearly, or if they stand out from the background.
    """
    if len(background) < MIN_SAMPLE_SIZE:
        return len(cosines)
    return max(
        count_certain(likenesses, certain=certain),
        _count_leaders(likenesses),
        _count_outliers(cosines, background=background, photos=photos),
    )


def count_certain(likenesses: Sequence[float], *, certain: float = CERTAIN_BESIDE_WORDS) -> int:
    """Return how many of `likenesses` (best first) are at least `certain`."""
    return sum(likeness >= certain for likeness in likenesses)


def _count_leaders(likenesses: Sequence[float]) -> int:
    odds = [_log_odds(likeness) for likeness in likenesses[: MAX_LEADERS + 1]]
    leads = [rank for rank in range(1, len(odds)) if odds[rank - 1] - odds[rank] >= MIN_LEAD]
    return max(leads, default=0)


def _log_odds(likeness: float) -> float:
    likeness = min(max(likeness, EXTREME_LIKENESS), 1 - EXTREME_LIKENESS)
    return log(likeness / (1 - likeness))


def _count_outliers(cosines: Sequence[float], *, background: np.ndarray, photos: int) -> int:
    """Return how many of `cosines` stand out from the `background`.

    A fixed score would not do: good cosines of one query are poor ones of another. By the step-up rule of Benjamini and
    Hochberg, "Controlling the false discovery rate" (J. R. Stat. Soc. B 57, 1995): for each rank r, the number of
    `photos` drawn from the background that would reach its score by chance; the cutoff is below the last rank where
    that number is at most MAX_CHANCE_SHARE · r.
    """
    trimmed = np.minimum(background, np.quantile(background, 1 - TRIMMED_SHARE))
    mean, spread = float(trimmed.mean()), max(float(trimmed.std()), MIN_SPREAD)
    relevant = 0
    for rank, cosine in enumerate(cosines, start=1):
        by_chance = photos * 0.5 * erfc((cosine - mean) / spread / sqrt(2))
        if by_chance <= MAX_CHANCE_SHARE * rank:
            relevant = rank
    return relevant
