"""Query vectors composed of a picture, wanted words and words to avoid.

The vectors are added: image + weight · words − weight · words to avoid. The cosine with a sum is a sum of cosines, so
this is a linear fusion of the rankings in one pass over the index. The weight gives the words the same spread over the
user's photos as the picture has (standard scores before adding, Renda and Straccia, "Web metasearch: rank vs. score
based rank aggregation methods", SAC 2003). Without it words would change nothing, because all photos have similar
cosines with a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# The spread of fewer photos is not meaningful.
MIN_SAMPLE_SIZE = 30
MIN_WEIGHT, MAX_WEIGHT = 0.5, 4.0


@dataclass(frozen=True)
class Composition:
    """A unit `vector`, and the terms that make its cosines comparable with those of the picture alone.

    cosine · `length` − `baseline` is a photo's cosine with the picture, raised or lowered by how much better or worse
    it matches the words than photos on average.
    """

    vector: np.ndarray
    length: float
    baseline: float


def compose_vector(
    image: np.ndarray, *, wanted: Sequence[np.ndarray] = (), avoided: Sequence[np.ndarray] = (), sample: np.ndarray
) -> Composition:
    """Combine the unit vectors `image`, `wanted` and `avoided`, (dimensions,); `sample` are photos, (n, dimensions)."""
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
    if len(sample) < MIN_SAMPLE_SIZE:
        return 1.0
    spread = float(np.std(sample @ words))
    return float(np.clip(np.std(sample @ image) / spread, MIN_WEIGHT, MAX_WEIGHT)) if spread else 1.0
