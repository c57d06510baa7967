"""Where a ranking stops to be better than chance: the boundary above "less likely"."""

from collections.abc import Sequence
from math import erfc, sqrt

import numpy as np

# Above the boundary so few may be chance.
CHANCE_SHARE = 0.05
# Of fewer photos nobody can say what chance is.
SMALLEST_SAMPLE = 30
# Of the background so much at the upper end does not count: the very photos that are looked for are in it.
TOP_SHARE = 0.02
SMALLEST_SPREAD = 1e-3


def count_likely(cosines: Sequence[float], *, background: np.ndarray, photos: int) -> int:
    """How many of `cosines` (best first) stand out from the `background`: cosines of any photos to the same query.

    No fixed score could say so: what is a good cosine for one query is a poor one for another. By the step-up rule of
    Benjamini and Hochberg, "Controlling the false discovery rate" (J. R. Stat. Soc. B 57, 1995): of `photos` drawn
    from the background, so many would by chance reach the score of rank r; the boundary lies below the last rank that
    chance explains to at most CHANCE_SHARE.
    """
    if len(background) < SMALLEST_SAMPLE:
        return len(cosines)
    others = np.minimum(background, np.quantile(background, 1 - TOP_SHARE))
    middle, spread = float(others.mean()), max(float(others.std()), SMALLEST_SPREAD)
    likely = 0
    for rank, cosine in enumerate(cosines, start=1):
        by_chance = photos * 0.5 * erfc((cosine - middle) / spread / sqrt(2))
        if by_chance <= CHANCE_SHARE * rank:
            likely = rank
    return likely
