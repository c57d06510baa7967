"""Distances on the globe, and its cells of one degree."""

import numpy as np

EARTH_RADIUS = 6371.0088
DEGREES_EAST, DEGREES_NORTH = 360, 180
KM_PER_DEGREE = EARTH_RADIUS * np.pi / 180


def cell_of(latitude: float, longitude: float) -> int:
    """Return the number of the cell of one degree with this point."""
    row = min(int(latitude + 90), DEGREES_NORTH - 1)
    return row * DEGREES_EAST + int(longitude + 180) % DEGREES_EAST


def distances(latitude: float, longitude: float, latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    """Return the distances in km from one point to others, in degrees."""
    north, other_north = np.radians(latitude), np.radians(latitudes.astype(float))
    east = np.radians(longitudes.astype(float) - longitude)
    chord = np.sin((other_north - north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * np.sin(east / 2) ** 2
    found: np.ndarray = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1)))
    return found
