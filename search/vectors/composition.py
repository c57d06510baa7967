"""A picture, words it should have more of, words it should have less of: one vector to search with.

By vector arithmetic in the encoder's space: image + weight · words − weight · words to avoid. A cosine to a sum is a
sum of cosines, so this is the linear fusion of the rankings in one pass over the index. The weight gives the words the
same spread over the person's photos as the picture has (standard scores before adding, Renda and Straccia, "Web
metasearch: rank vs. score based rank aggregation methods", SAC 2003): texts lie in a corner of their own, where raw
cosines hardly differ, and would otherwise change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Of fewer photos the spread says nothing.
SMALLEST_SAMPLE = 30
LIGHTEST, HEAVIEST = 0.5, 4.0


@dataclass(frozen=True)
class Composition:
    """A unit `vector`, and what makes its cosines comparable with those of the picture alone.

    cosine · `length` − `baseline` is the cosine to the picture, raised or lowered by how much more or less of the words
    a photo has than any photo.
    """

    vector: np.ndarray
    length: float
    baseline: float


def compose(
    image: np.ndarray, *, wanted: Sequence[np.ndarray] = (), avoided: Sequence[np.ndarray] = (), sample: np.ndarray
) -> Composition:
    """The unit vectors `image`, `wanted` and `avoided`, (dimensions,), as one; `sample` are photos, (n, dimensions)."""
    words = np.zeros_like(image)
    for sign, vectors in ((1, wanted), (-1, avoided)):
        for vector in vectors:
            words = words + sign * _weight(image, vector, sample) * vector
    total = image + words
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        return Composition(image, 1.0, 0.0)
    baseline = float(np.mean(sample @ words)) if len(sample) and (len(wanted) or len(avoided)) else 0.0
    return Composition(total / length, length, baseline)


def _weight(image: np.ndarray, words: np.ndarray, sample: np.ndarray) -> float:
    if len(sample) < SMALLEST_SAMPLE:
        return 1.0
    spread = float(np.std(sample @ words))
    return float(np.clip(np.std(sample @ image) / spread, LIGHTEST, HEAVIEST)) if spread else 1.0
