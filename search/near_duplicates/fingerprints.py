"""Fingerprints of pictures: 256 bits that copies share, whatever their size, format, brightness and turn.

A fingerprint holds the signs of the lowest frequencies of a picture's brightness (a DCT, as in pHash and PDQ). Turning
a picture changes only their signs and order, so that the fingerprint of the turned picture follows without its pixels
(docs/adr/0016-near-duplicates.md).
"""

import numpy as np
from PIL import Image
from scipy.fft import dctn

FREQUENCIES = 16
FINGERPRINT_BYTES = FREQUENCIES**2 // 8
SAMPLES = 64
# Standard deviation of brightness (0–255) below which a picture shows too little to be recognised.
MIN_CONTRAST = 3.0
# A frame is found among so many rows and columns: those within FRAME_TOLERANCE of the corner's brightness.
FRAME_SAMPLES = 256
FRAME_TOLERANCE = 14
MAX_FRAME_SHARE = 0.2
# Quarters of a full turn, counter-clockwise.
TURNS = (0, 1, 2, 3)


def make_fingerprint(image: Image.Image) -> bytes:
    """Return the fingerprint of an image; empty for plain ones, which would all be alike.

    A change of the result needs a higher THUMBNAIL_VERSION and COPIES_VERSION.
    """
    grey = np.asarray(image.convert("L").resize((SAMPLES, SAMPLES), Image.Resampling.BOX), dtype=np.float32)
    if grey.std() < MIN_CONTRAST:
        return b""
    signs = dctn(grey, norm="ortho")[:FREQUENCIES, :FREQUENCIES] > 0
    return np.packbits(signs).tobytes()


def make_inner_fingerprint(image: Image.Image) -> bytes:
    """Return the fingerprint of an image without its plain frame; empty if it has none."""
    box = inner_box(image)
    if box is None:
        return b""
    left, upper, right, lower = (round(edge * image.size[number % 2]) for number, edge in enumerate(box))
    return make_fingerprint(image.crop((left, upper, max(right, left + 1), max(lower, upper + 1))))


def inner_box(image: Image.Image) -> tuple[float, float, float, float] | None:
    """Return left, upper, right and lower edge of the part inside a plain frame, in 0–1; None without a frame."""
    grey = np.asarray(image.convert("L").resize((FRAME_SAMPLES, FRAME_SAMPLES), Image.Resampling.BOX), dtype=np.int16)
    differs = np.abs(grey - grey[0, 0]) > FRAME_TOLERANCE
    if not differs.any():
        return None
    columns, rows = (np.flatnonzero(differs.any(axis=axis)) for axis in (0, 1))
    left, upper, right, lower = (
        float(edge) / FRAME_SAMPLES for edge in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    )
    return (left, upper, right, lower) if 0 < max(left, upper, 1 - right, 1 - lower) <= MAX_FRAME_SHARE else None


def unpack(fingerprints: np.ndarray) -> np.ndarray:
    """Return the signs, (n, 16, 16) booleans, of fingerprints, (n, 32) bytes."""
    return np.unpackbits(fingerprints, axis=1).astype(bool).reshape(-1, FREQUENCIES, FREQUENCIES)


def turned(signs: np.ndarray, turn: int) -> np.ndarray:
    """Return the signs, (n, 16, 16), of the pictures turned by `turn` quarters counter-clockwise."""
    is_odd = np.arange(FREQUENCIES) % 2 == 1
    for _quarter in range(turn):
        # A quarter turn swaps the axes and mirrors top and bottom, which negates odd vertical frequencies.
        signs = signs.transpose(0, 2, 1) ^ is_odd[None, :, None]
    return signs


def turn_between(one: bytes, other: bytes) -> int:
    """Return the turn of the picture of `one` that makes it most like that of `other`."""
    signs = unpack(np.frombuffer(one + other, dtype=np.uint8).reshape(2, FINGERPRINT_BYTES))
    return min(TURNS, key=lambda turn: np.count_nonzero(turned(signs[:1], turn) != signs[1:]))
