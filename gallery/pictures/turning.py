"""Turns by hand: pictures, and places in them, by right angles clockwise, after the EXIF rotation."""

from collections.abc import Sequence

from PIL import Image

RIGHT_ANGLES = (0, 90, 180, 270)

# By degrees clockwise; Pillow counts them the other way round.
TRANSPOSES = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

Region = Sequence[float]
"""Left, top, right and bottom, in 0–1 of a picture's width and height."""


def turned_image(image: Image.Image, rotation: int) -> Image.Image:
    """Return the image turned clockwise by `rotation` degrees; it keeps its `info`."""
    return image.transpose(TRANSPOSES[rotation]) if rotation else image


def turned_size(width: int, height: int, *, rotation: int) -> tuple[int, int]:
    """Return the width and height of a picture after a turn."""
    return (height, width) if rotation % 180 else (width, height)


def turned_point(x: float, y: float, *, rotation: int) -> tuple[float, float]:
    """Return the place, in 0–1 of the width and height, of a point of the picture after a turn."""
    match rotation:
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x
    return x, y


def turned_region(region: Region, *, rotation: int) -> Region:
    """Return where a part of the picture lies after a turn."""
    left, top, right, bottom = region
    (x, y), (other_x, other_y) = (turned_point(*corner, rotation=rotation) for corner in ((left, top), (right, bottom)))
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def turned_back(rotation: int) -> int:
    """Return the turn that takes a picture back to where it was."""
    return -rotation % 360
