"""Clustered vectors, and their comparison until nothing is left."""

import numpy as np

from search.near_duplicates.comparing import compare_photos
from tests.factories import unit_vectors

LIMIT = 0.04
MODEL = "shapes@000000000000.1"
DIMENSIONS = 24


def compare(owner, *, model=MODEL, dimensions=DIMENSIONS) -> int:
    """Compare until nothing is left; return the number of passes."""
    passes = 0
    while compare_photos(owner.pk, model=model, dimensions=dimensions, limit=LIMIT):
        passes += 1
    return passes


def clustered(size: int, *, dimensions: int = 24, seed: int = 0) -> np.ndarray:
    """Return unit vectors around 20 centres, many pairs of which are nearer than LIMIT."""
    centres = unit_vectors(20, dimensions, seed=seed)
    generator = np.random.default_rng(seed)
    vectors = centres[generator.integers(20, size=size)] + 0.04 * generator.normal(size=(size, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
