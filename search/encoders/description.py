"""Descriptions of encoders, and scores for their cosines."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Calibration:
    """A logistic curve that maps a cosine's margin over its baseline to a score between 0 and 1."""

    slope: float
    midpoint: float

    def score(self, margin: float) -> float:
        return 1 / (1 + exp(-self.slope * (margin - self.midpoint)))


@dataclass(frozen=True)
class EncoderInfo:
    """An encoder and its state.

    `model` names its vectors: encoder, first 12 digits of the weights' SHA-256, version of the preprocessing. While the
    encoder waits for its weights, `model` is empty and `reason` is a sentence that says what to do. `scripts` are the
    scripts it reads, as search.query.parser.scripts_of names them. Hits with a display score below `floor` are
    meaningless. Vectors of two pictures nearer than `same_picture_distance` (1 − cosine) are near-duplicates.
    """

    name: str
    title: str
    model: str
    dimensions: int
    scripts: frozenset[str]
    text_calibration: Calibration
    image_calibration: Calibration
    floor: float
    state: Literal["ready", "waiting"]
    reason: str
    same_picture_distance: float


@dataclass(frozen=True)
class QueryVector:
    """A unit vector (float32) to search with, and its mean cosine with unrelated pictures."""

    vector: np.ndarray
    baseline: float = 0.0

    @classmethod
    def from_stored(cls, vector: Sequence[float]) -> "QueryVector":
        """Make a query vector from a stored embedding."""
        numbers = np.asarray(vector, dtype=np.float32)
        return cls(numbers / np.linalg.norm(numbers))


def display_score(info: EncoderInfo, cosine: float, *, baseline: float, kind: Literal["text", "image"]) -> float:
    """Return how well a picture matches a query, 0–1, comparable across encoders and queries."""
    calibration = info.text_calibration if kind == "text" else info.image_calibration
    return calibration.score(cosine - baseline)
