"""What an encoder says of itself, and what its cosines mean to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Calibration:
    """A logistic curve from what a cosine has over its baseline to a score between 0 and 1."""

    slope: float
    midpoint: float

    def score(self, margin: float) -> float:
        return 1 / (1 + exp(-self.slope * (margin - self.midpoint)))


@dataclass(frozen=True)
class EncoderInfo:
    """An encoder and whether it answers.

    `model` names its vectors: encoder, first 12 digits of the weights' SHA-256, version of the preprocessing; it is
    empty while the encoder waits, and `reason` is then one sentence that says what to do. `scripts` are the ones it
    reads, in the words of search.query.parser.scripts_of; `floor` is the display score below which a hit means nothing.
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
    is_basic: bool


@dataclass(frozen=True)
class QueryVector:
    """A unit vector (float32) to search with, and the cosine that it has with pictures in general."""

    vector: np.ndarray
    baseline: float = 0.0

    @classmethod
    def from_stored(cls, vector: Sequence[float]) -> "QueryVector":
        """The vector of a photo, as it was stored."""
        numbers = np.asarray(vector, dtype=np.float32)
        return cls(numbers / np.linalg.norm(numbers))


def display_score(info: EncoderInfo, cosine: float, *, baseline: float, kind: Literal["text", "image"]) -> float:
    """How well a picture fits a query, 0–1; raw cosines differ from encoder to encoder and from query to query."""
    calibration = info.text_calibration if kind == "text" else info.image_calibration
    return calibration.score(cosine - baseline)
