"""The relevance cutoff: the rank from which a ranking is no better than chance."""

from collections.abc import Sequence
from math import erfc, sqrt

import numpy as np

# Share of photos above the cutoff that may be there by chance.
MAX_CHANCE_SHARE = 0.05
# With fewer photos, the background has no meaningful mean and spread.
MIN_SAMPLE_SIZE = 30
# Upper share of the background that is cut off, because it contains the very photos that the query looks for.
TRIMMED_SHARE = 0.02
MIN_SPREAD = 1e-3


def count_relevant(cosines: Sequence[float], *, background: np.ndarray, photos: int) -> int:
    """Return how many of `cosines` (best first) stand out from the `background`, cosines of random photos to the query.

    A fixed score would not do: good cosines of one query are poor ones of another. By the step-up rule of Benjamini and
    Hochberg, "Controlling the false discovery rate" (J. R. Stat. Soc. B 57, 1995): for each rank r, the number of
    `photos` drawn from the background that would reach its score by chance; the cutoff is below the last rank where
    that number is at most MAX_CHANCE_SHARE · r.
    """
    if len(background) < MIN_SAMPLE_SIZE:
        return len(cosines)
    trimmed = np.minimum(background, np.quantile(background, 1 - TRIMMED_SHARE))
    mean, spread = float(trimmed.mean()), max(float(trimmed.std()), MIN_SPREAD)
    relevant = 0
    for rank, cosine in enumerate(cosines, start=1):
        by_chance = photos * 0.5 * erfc((cosine - mean) / spread / sqrt(2))
        if by_chance <= MAX_CHANCE_SHARE * rank:
            relevant = rank
    return relevant
