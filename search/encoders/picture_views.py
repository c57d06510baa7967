"""The square views of a picture, so that no part of a long one is lost to an encoder's square input."""

from math import ceil
from pathlib import Path
from typing import IO

from PIL import Image

from gallery.pictures.images import Region, open_image

# A picture longer than this many times its short side gets views along it.
LONG = 2
MAX_VIEWS_ALONG = 6
# Neighbours overlap by a quarter, so that what one view cuts in two the next one shows whole.
STEP = 0.75
# Beside a part that is narrower than it is long.
PADDING = (128, 128, 128)


def open_for_encoder(file: Path | IO[bytes], *, side: int, is_urgent: bool = False) -> Image.Image:
    """Decode a picture with all the detail that an encoder with an input of `side`² pixels could use.

    Urgent pictures are decoded before others.

    Raises:
        InvalidImage: with a sentence for the user.
    """
    # Twice the input along the short side, whatever the shape (gallery.pictures.images.fitted_size).
    return open_image(file, max_side=4 * side, is_urgent=is_urgent)


def open_region(path: Path, region: Region, *, side: int) -> Image.Image:
    """Decode a part of a picture: left, top, right and bottom in 0–1 of its upright width and height.

    It is cut out before shrinking, so that it has as much detail as a whole picture.

    Raises:
        InvalidImage: with a sentence for the user.
    """
    return open_image(path, max_side=4 * side, region=region, is_urgent=True)


def views_along(image: Image.Image, *, side: int) -> list[Image.Image]:
    """Overlapping views of `side`² pixels along a picture more than twice as long as wide, else none.

    They are squares of the picture; one so long that six of those would not cover it gets longer parts, with padding
    beside them.
    """
    long, short = max(image.size), min(image.size)
    if long <= LONG * short:
        return []
    count = min(MAX_VIEWS_ALONG, ceil((long - short) / (STEP * short)) + 1)
    length = max(float(short), long / (1 + (count - 1) * STEP))
    starts = [index * (long - length) / (count - 1) for index in range(count)]
    across = max(1, round(side * short / length))
    is_wide = image.width > image.height
    views = []
    for start in starts:
        box = (start, 0, start + length, short) if is_wide else (0, start, short, start + length)
        size = (side, across) if is_wide else (across, side)
        part = image.resize(size, Image.Resampling.BICUBIC, box=box)
        view = Image.new("RGB", (side, side), PADDING)
        view.paste(part, ((side - size[0]) // 2, (side - size[1]) // 2))
        views.append(view)
    return views
