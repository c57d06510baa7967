"""Backgrounds of transparent pictures, in contrast with their ink, so that white on transparent is seen and read."""

import numpy as np
from PIL import Image

WHITE, DARK, GREY = 255, 32, 128
"""Backgrounds, all grey, in order of preference."""

# Pictures with at most this part transparent have a frame or round corners, and are no ink on transparent paper.
MOST_FRAMED = 0.2
LEAST_CONTRAST = 48  # difference of luminance between ink and background
ENOUGH_INK = 0.9  # part of the ink that contrasts with a good background
SAMPLE_SIDE = 1000  # pixels


def background_of(image: Image.Image) -> int:
    """Return the grey value behind the transparent pixels of a picture: the first with which its ink contrasts.

    The picture, or a sample of it, has at most SAMPLE_SIDE pixels along a side.
    """
    sample = np.asarray(image.convert("RGBA"))
    alpha = sample[:, :, 3]
    # Shadows are much more transparent than the ink.
    is_ink = alpha > max(int(alpha.max()) // 2, 1)
    if not is_ink.any() or is_ink.mean() >= 1 - MOST_FRAMED:
        return WHITE
    luminance = np.asarray(Image.fromarray(sample[:, :, :3]).convert("L"), int)[_outline(is_ink)]
    shares = {ground: float((abs(luminance - ground) >= LEAST_CONTRAST).mean()) for ground in (WHITE, DARK, GREY)}
    best = max(shares, key=shares.__getitem__)
    return next((ground for ground, share in shares.items() if share >= ENOUGH_INK), best)


def on_background(image: Image.Image, background: int) -> Image.Image:
    """Return an `image` that has transparency in RGB, opaque, on a grey value."""
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, (background,) * 3)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _outline(is_ink: np.ndarray) -> np.ndarray:
    """Return where ink touches the background; an outline of another colour is visible with anything within."""
    around = np.pad(is_ink, 1, mode="edge")
    inner = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    outline: np.ndarray = is_ink & ~inner
    return outline if outline.any() else is_ink
