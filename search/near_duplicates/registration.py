"""The common part of two pictures, one of which was cut at its edges or got a frame.

Lucas and Kanade's method, from coarse to fine, for a stretch and a shift along each axis.
"""

import numpy as np
from PIL import Image

# (left, upper, right, lower) in 0–1 of width and height.
Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

# Longer sides at which pictures are compared, first roughly and then finely, and the most steps at each.
ROUGH_SIDES = (40, 80, 200)
FINE_SIDES = (640,)
STEPS = 8
# Change of stretch and shift, relative to half of the side, beyond which pictures do not match.
MAX_CHANGE = 0.16


def common_parts(
    one: Image.Image, other: Image.Image, *, start: tuple[Box, Box], sides: tuple[int, ...]
) -> tuple[Box, Box] | None:
    """Return the part of each picture that both show, near the parts in `start`; None if they do not match."""
    first = motion = _motion_between(*start)
    for side in sides:
        scale = min(1.0, side / max(one.size))
        size = max(8, round(one.width * scale)), max(8, round(one.height * scale))
        motion = _refined(motion, _pixels(one, size), _pixels(other, size), limit=first)
        if not _is_near(motion, first):
            return None
    left, right, own_left, own_right = _overlap(*motion[:2])
    upper, lower, own_upper, own_lower = _overlap(*motion[2:])
    return (own_left, own_upper, own_right, own_lower), (left, upper, right, lower)


def _motion_between(one: Box, other: Box) -> np.ndarray:
    """Return stretch and shift in x, then in y, that lead from one part to the other.

    Coordinates run from −1 to 1: x of the first picture is at stretch × x + shift of the other.
    """
    motion = []
    for axis in (0, 1):
        stretch = (other[axis + 2] - other[axis]) / (one[axis + 2] - one[axis])
        motion += [stretch, 2 * other[axis] - 1 + (1 - 2 * one[axis]) * stretch]
    return np.array(motion)


def _is_near(motion: np.ndarray, first: np.ndarray) -> bool:
    return bool(np.isfinite(motion).all() and np.abs(motion - first).max() < MAX_CHANGE)


def _pixels(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float32)


def _refined(motion: np.ndarray, one: np.ndarray, other: np.ndarray, *, limit: np.ndarray) -> np.ndarray:
    """Return the motion after some steps, each of which solves for the change that explains the difference best."""
    rows, columns = (np.linspace(-1, 1, 2 * length + 1)[1::2] for length in one.shape)
    for _step in range(STEPS):
        moved, is_inside = _sampled(other, rows * motion[2] + motion[3], columns * motion[0] + motion[1])
        if is_inside.mean() < 0.5:
            return np.full(4, np.nan)
        target, moved = _normalised(one, is_inside), _normalised(moved, is_inside)
        down, across = np.gradient(moved, 2 / one.shape[0], 2 / one.shape[1])
        slopes = np.stack([across * columns, across, down * rows[:, None], down])[:, is_inside]
        difference = (target - moved)[is_inside]
        normal = slopes @ slopes.T + 1e-3 * len(difference) * np.eye(4)
        change = np.linalg.solve(normal, slopes @ difference)
        motion = motion + change
        if not _is_near(motion, limit):
            return motion
        if np.abs(change).max() < 1e-4:
            break
    return motion


def _sampled(pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels at these coordinates, between pixels by linear interpolation, and which of them exist."""
    inside = []
    for axis, places in enumerate((rows, columns)):
        length = pixels.shape[axis]
        index = (places + 1) * length / 2 - 0.5
        inside.append((index > -0.5) & (index < length - 0.5))
        index = index.clip(0, length - 1)
        first = np.minimum(index.astype(np.intp), length - 2)
        weight = (index - first).astype(np.float32).reshape((-1, 1) if axis == 0 else (1, -1))
        low, high = np.take(pixels, first, axis=axis), np.take(pixels, first + 1, axis=axis)
        pixels = low * (1 - weight) + high * weight
    return pixels, inside[0][:, None] & inside[1][None, :]


def _normalised(pixels: np.ndarray, is_inside: np.ndarray) -> np.ndarray:
    known = pixels[is_inside]
    normalised: np.ndarray = (pixels - known.mean()) / max(float(known.std()), 1e-3)
    return normalised


def _overlap(stretch: float, shift: float) -> tuple[float, float, float, float]:
    """Return begin and end of the common part in the other picture, then in the first, in 0–1."""
    begin, end = max(-1.0, shift - stretch), min(1.0, shift + stretch)
    own_begin, own_end = (begin - shift) / stretch, (end - shift) / stretch
    begin, end, own_begin, own_end = ((place + 1) / 2 for place in (begin, end, own_begin, own_end))
    # Rounding may lead out of the picture.
    return max(begin, 0.0), min(end, 1.0), max(own_begin, 0.0), min(own_end, 1.0)
