"""Comparison of two pictures by their pixels: whether one is a copy of the other.

Copies may be smaller, recompressed, brighter, darker, in greys, turned, cut at the edges by a few per cent, or bear a
small mark near a corner. Screenshots, papers and memes that differ in their words are no copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from search.near_duplicates.fingerprints import inner_box, make_fingerprint, turn_between
from search.near_duplicates.registration import FINE_SIDES, ROUGH_SIDES, WHOLE, Box, common_parts

# Pixels at which pictures are compared first, and drawn ones (screenshots, papers) again, so that words differ.
COARSE_PIXELS = 320 * 240
FINE_PIXELS = 1_000_000
# Parts never lie exactly on each other, which only larger pixels forgive.
FINE_PIXELS_OF_PARTS = 400_000
BLOCK = 16
# Correlation of whole pictures, and of their blocks.
MIN_CORRELATION = 0.93
MIN_BLOCK_CORRELATION = 0.5
MIN_FINE_CORRELATION = 0.7
# Brightness is scaled to this standard deviation. Noise of compression has a variance of about NOISE then.
CONTRAST = 50.0
NOISE = 150.0
TONES = 32
# Log of the greatest difference between the ratios of width to height.
MAX_RATIO_DIFFERENCE = 0.07
# A picture is drawn if so many of its pixels have one brightness.
DRAWN_SHARE = 0.2
# A mark covers at most this share of the blocks, and is within this share of width and height from a corner.
MAX_MARK_SHARE = 0.02
MARK_REACH = 0.35
# Blocks with a mark vary so many times more than without; other words vary as much.
MARK_VARIANCE = 1.8


Parts = tuple[Box, Box]


class Picture(Protocol):
    """A picture in two sizes, in greys."""

    @property
    def small(self) -> Image.Image: ...

    @property
    def large(self) -> Image.Image: ...


@dataclass(frozen=True)
class _Agreement:
    """The correlation of two pictures, those of their blocks, and the variances of these, (2, rows, columns)."""

    whole: float
    blocks: np.ndarray
    variances: np.ndarray


def copy_distance(one: Picture, other: Picture) -> float | None:
    """Return 1 − correlation of two pictures if one is a copy of the other, otherwise None."""
    prints = make_fingerprint(one.small), make_fingerprint(other.small)
    if not all(prints):
        return None
    turn = turn_between(*prints)
    found = (
        _distance(one, other, turn=turn, parts=parts) for parts in _likely_parts(_turned(one.small, turn), other.small)
    )
    return next((distance for distance in found if distance is not None), None)


def _likely_parts(one: Image.Image, other: Image.Image) -> Iterator[Parts]:
    """Yield the parts of two pictures that may show the same: whole, with edges cut, without frames."""
    yield WHOLE, WHOLE
    starts: list[Parts] = [(WHOLE, WHOLE)]
    boxes = inner_box(one), inner_box(other)
    if any(boxes):
        starts += [(boxes[0] or WHOLE, boxes[1] or WHOLE)]
    for start in starts:
        if parts := common_parts(one, other, start=start, sides=ROUGH_SIDES):
            yield parts


def _distance(one: Picture, other: Picture, *, turn: int, parts: Parts) -> float | None:
    """Compare parts of two pictures, in 0–1 of width and height after the turn of the first."""
    coarse = _agreement(_turned(one.small, turn), other.small, parts=parts, pixels=COARSE_PIXELS)
    if coarse is None or coarse.whole < MIN_CORRELATION:
        return None
    is_drawn = _is_drawn(one.small) or _is_drawn(other.small)
    if not _is_same(coarse, may_be_marked=not is_drawn):
        return None
    if is_drawn and not _agree_finely(_turned(one.large, turn), other.large, parts=parts):
        return None
    return max(0.0, 1 - coarse.whole)


def _agree_finely(one: Image.Image, other: Image.Image, *, parts: Parts) -> bool:
    pixels = FINE_PIXELS
    if parts != (WHOLE, WHOLE):
        fine_parts = common_parts(one, other, start=parts, sides=FINE_SIDES)
        parts, pixels = fine_parts or parts, FINE_PIXELS_OF_PARTS
    fine = _agreement(one, other, parts=parts, pixels=pixels)
    return fine is not None and bool(fine.blocks.min() >= MIN_FINE_CORRELATION)


def _turned(image: Image.Image, turn: int) -> Image.Image:
    return image.rotate(90 * turn, expand=True) if turn else image


def _agreement(one: Image.Image, other: Image.Image, *, parts: Parts, pixels: int) -> _Agreement | None:
    """Compare parts of two pictures in the size of the smaller one; None if their shapes differ."""
    boxes = [_in_pixels(part, image) for part, image in zip(parts, (one, other), strict=True)]
    sides = [(right - left, lower - upper) for left, upper, right, lower in boxes]
    (width, height), (other_width, other_height) = sides
    if abs(np.log(width * other_height / (height * other_width))) > MAX_RATIO_DIFFERENCE:
        return None
    width, height = min(sides, key=lambda side: side[0] * side[1])
    scale = min(1.0, (pixels / (width * height)) ** 0.5)
    size = max(BLOCK, round(width * scale)), max(BLOCK, round(height * scale))
    first, second = (_resized(image, size, box=box) for image, box in zip((one, other), boxes, strict=True))
    first, second, whole = _in_one_tone(first, second)
    return _Agreement(whole, *_blocks(first, second))


def _in_pixels(part: Box, image: Image.Image) -> Box:
    left, upper, right, lower = part
    return left * image.width, upper * image.height, right * image.width, lower * image.height


def _resized(image: Image.Image, size: tuple[int, int], *, box: Box) -> np.ndarray:
    is_much_larger = box[2] - box[0] >= 2 * size[0]
    resampling = Image.Resampling.BOX if is_much_larger else Image.Resampling.BICUBIC
    return np.asarray(image.resize(size, resampling, box=box), dtype=np.float32)


def _in_one_tone(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Give one of two pictures the brightness of the other, and both the same contrast; return their correlation too.

    Tones that are one in a picture, as in overexposed parts, become one in the other.
    """
    attempts = []
    for pair in ((_with_tones_of(first, second), second), (first, _with_tones_of(second, first))):
        centred = [pixels - pixels.mean() for pixels in pair]
        deviations = [max(float(pixels.std()), 1e-3) for pixels in pair]
        whole = float((centred[0] * centred[1]).mean()) / (deviations[0] * deviations[1])
        scale = CONTRAST / max(deviations)
        attempts.append((whole, centred[0] * scale, centred[1] * scale))
    whole, first, second = max(attempts, key=lambda attempt: attempt[0])
    return first, second, whole


def _with_tones_of(pixels: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Return `pixels` with the brightness that pixels of the same tone have in `model`; darker ones stay darker."""
    width = 256 // TONES
    tones = (pixels.clip(0, 255) // width).astype(np.intp).ravel()
    counts = np.bincount(tones, minlength=TONES)
    sums = np.bincount(tones, model.ravel(), minlength=TONES)
    known = np.flatnonzero(counts)
    curve = np.maximum.accumulate(np.interp(np.arange(TONES), known, sums[known] / counts[known]))
    return np.interp(pixels, np.arange(TONES) * width + width / 2, curve).astype(np.float32)


def _blocks(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the correlation of each block, 1 for blocks in which both are plain, and its variance in both pictures."""
    rows, columns = first.shape[0] // BLOCK, first.shape[1] // BLOCK

    def mean(pixels: np.ndarray) -> np.ndarray:
        cut = pixels[: rows * BLOCK, : columns * BLOCK]
        means: np.ndarray = cut.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))
        return means

    one, other = mean(first), mean(second)
    common = mean(first * second) - one * other
    variances = np.stack([mean(first**2) - one**2, mean(second**2) - other**2])
    return (2 * common + NOISE) / (variances.sum(axis=0) + NOISE), variances


def _is_drawn(image: Image.Image) -> bool:
    counts = np.asarray(image.histogram(), dtype=np.float64)
    around = np.convolve(counts, np.ones(5), mode="same")
    return bool(around.max() > DRAWN_SHARE * counts.sum())


def _is_same(found: _Agreement, *, may_be_marked: bool) -> bool:
    """Return whether no block differs, or only those of a small mark near a corner of one of the pictures."""
    differs = found.blocks < MIN_BLOCK_CORRELATION
    if not differs.any():
        return True
    one, other = found.variances[:, differs]
    has_mark = (one > MARK_VARIANCE * other).all() or (other > MARK_VARIANCE * one).all()
    if not may_be_marked or not has_mark or differs.mean() > MAX_MARK_SHARE:
        return False
    return all(
        places.max() < MARK_REACH * length or places.min() >= (1 - MARK_REACH) * length
        for places, length in zip(np.nonzero(differs), differs.shape, strict=True)
    )
