"""Square views of a picture, which together show all of a long one to an encoder with square input."""

from math import ceil
from pathlib import Path
from typing import IO

from PIL import Image

from gallery.pictures.images import Region, open_image

# Pictures with a larger ratio of long to short side get views along the long side.
MAX_SINGLE_VIEW_RATIO = 2
MAX_VIEWS_ALONG = 6
# Distance of neighbouring views, in lengths of a view. They overlap by a quarter, so that an object cut by one view is
# whole in the next.
VIEW_STEP = 0.75
# Grey beside a part that is narrower than it is long.
PADDING_COLOUR = (128, 128, 128)


def open_for_encoder(file: Path | IO[bytes], *, side: int, rotation: int = 0, is_urgent: bool = False) -> Image.Image:
    """Decode a picture at a size with all the detail that an encoder with an input of `side`² pixels can use.

    It is turned by `rotation` degrees clockwise.

    Urgent pictures are decoded before others.

    Raises:
        InvalidImage: with a sentence for the user.
    """
    # Makes the short side at least twice the input's (gallery.pictures.images.fitted_size).
    return open_image(file, max_side=4 * side, rotation=rotation, is_urgent=is_urgent)


def open_region(path: Path, region: Region, *, side: int, rotation: int = 0) -> Image.Image:
    """Decode a part of a picture: left, top, right and bottom in 0–1 of its width and height, turned by `rotation`.

    The part is cropped before shrinking, so that it has as much detail as a whole picture.

    Raises:
        InvalidImage: with a sentence for the user.
    """
    return open_image(path, max_side=4 * side, region=region, rotation=rotation, is_urgent=True)


def views_along(image: Image.Image, *, side: int) -> list[Image.Image]:
    """Return overlapping views of `side`² pixels along a picture more than twice as long as wide, else none.

    Each view is a square of the picture. A picture that MAX_VIEWS_ALONG squares would not cover is cut into longer
    parts, with padding beside them.
    """
    long, short = max(image.size), min(image.size)
    if long <= MAX_SINGLE_VIEW_RATIO * short:
        return []
    count = min(MAX_VIEWS_ALONG, ceil((long - short) / (VIEW_STEP * short)) + 1)
    length = max(float(short), long / (1 + (count - 1) * VIEW_STEP))
    starts = [index * (long - length) / (count - 1) for index in range(count)]
    across = max(1, round(side * short / length))
    is_wide = image.width > image.height
    views = []
    for start in starts:
        box = (start, 0, start + length, short) if is_wide else (0, start, short, start + length)
        size = (side, across) if is_wide else (across, side)
        part = image.resize(size, Image.Resampling.BICUBIC, box=box)
        view = Image.new("RGB", (side, side), PADDING_COLOUR)
        view.paste(part, ((side - size[0]) // 2, (side - size[1]) // 2))
        views.append(view)
    return views
