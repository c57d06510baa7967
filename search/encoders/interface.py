"""The interface of an encoder: a model that turns pictures and texts into vectors of one space."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from search.encoders.description import EncoderInfo, QueryVector


class Encoder(ABC):
    """An encoder whose weights are loaded. Several threads may use one instance at the same time."""

    name: str
    """The name in the setting ENCODERS, which is also the name of the encoder's module."""
    side: int
    """Width and height of the input, in pixels."""

    @classmethod
    def fetch(cls) -> Path | None:
        """Download missing weights and return their path; return None if this encoder downloads nothing.

        Raises:
            WeightsUnavailable: the download failed.
        """
        return None

    @classmethod
    @abstractmethod
    def load(cls) -> Self:
        """Load the encoder as the settings describe it.

        Raises:
            WeightsUnavailable: the weights are missing or damaged.
        """

    @abstractmethod
    def describe(self) -> EncoderInfo:
        """Return the description of the loaded encoder: name of its vectors, scripts, calibration, thresholds."""

    @staticmethod
    @abstractmethod
    def describe_waiting(reason: str) -> EncoderInfo:
        """Return the description of the encoder while its weights are not loaded; `reason` says why."""

    @abstractmethod
    def prepare(self, image: Image.Image) -> np.ndarray:
        """Return the part of `encode_images`' input for one picture (RGB)."""

    @abstractmethod
    def encode_images(self, prepared: Sequence[np.ndarray]) -> np.ndarray:
        """Return the unit vectors of prepared pictures: (pictures, dimensions) float32."""

    @abstractmethod
    def encode_text(self, text: str) -> QueryVector:
        """Return the query vector of a text."""
