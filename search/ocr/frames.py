"""Coordinates in which the lines of a page are level, and the colours between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Frame:
    """Coordinates turned by `angle` (radians, clockwise) against those of the picture, in pixels."""

    angle: float

    def place(self, corners: Floats) -> Floats:
        """Return left, top, right and bottom of a box in this frame; for a tilted box of its middle lines."""
        points = corners @ self._matrix
        middles = (points + np.roll(points, -1, axis=0)) / 2
        return np.concatenate([middles.min(axis=0), middles.max(axis=0)])

    def to_picture(self, points: Floats) -> Floats:
        """Return points of this frame in pixels of the picture."""
        return points @ self._matrix.T

    def quarters_of(self, corners: Floats) -> NDArray[np.int_]:
        """Return for each box the quarter turn of its text, clockwise, against this frame: 0 to 3."""
        return np.round((_angles(corners) - self.angle) / (np.pi / 2)).astype(int) % 4

    @property
    def _matrix(self) -> Floats:
        sine, cosine = np.sin(self.angle), np.cos(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])


def page_angle(corners: Floats, page_turn: int) -> float:
    """Return the angle of most text of a page that is upright after `page_turn` quarters counter-clockwise."""
    base = page_turn * np.pi / 2
    differences = np.angle(np.exp(1j * (_angles(corners) - base)))
    along = np.abs(differences) < np.pi / 4
    if not along.any():
        return base
    # The median by length: short boxes have hardly an angle.
    weights = np.linalg.norm(corners[along, 1] - corners[along, 0], axis=1)
    order = np.argsort(differences[along])
    half = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return base + float(differences[along][order][min(half, len(order) - 1)])


def _angles(corners: Floats) -> Floats:
    across = corners[:, 1] + corners[:, 2] - corners[:, 0] - corners[:, 3]
    return np.arctan2(across[:, 1], across[:, 0])
