"""Crops of long pictures on tiles, around the words that were found."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template

from gallery.models import Photo
from gallery.photos.timeline import NARROWEST, WIDEST

register = template.Library()
Box = Sequence[tuple[float, float]]
"""Corners in 0–1 of the picture's width and height."""


@dataclass(frozen=True)
class Crop:
    """The part of a picture that its tile shows: the place of its corner and its size, in pixels of the picture.

    `focus` is the same place as CSS writes it in `object-position`; empty if the tile shows the whole picture.
    """

    left: int
    top: int
    width: int
    height: int
    focus: str


@register.filter
def crop(photo: Photo, boxes: Sequence[Box]) -> Crop:
    """Return the part of the picture that its tile shows: with most of the boxes, or the middle."""
    width, height = photo.width, photo.height
    if width < NARROWEST * height:
        shown = round(width / NARROWEST)
        top = _start(boxes, axis=1, share=shown / height) * (height - shown)
        return Crop(0, round(top), width, shown, f"50% {top / (height - shown):.2%}")
    if width > WIDEST * height:
        shown = round(height * WIDEST)
        left = _start(boxes, axis=0, share=shown / width) * (width - shown)
        return Crop(round(left), 0, shown, height, f"{left / (width - shown):.2%} 50%")
    return Crop(0, 0, width, height, "")


def _start(boxes: Sequence[Box], *, axis: int, share: float) -> float:
    """Return where a part that shows `share` of the picture starts (0–1 of the room) to show the most boxes."""
    spans = [(min(corner[axis] for corner in box), max(corner[axis] for corner in box)) for box in boxes]
    starts = [min(max((low + high - share) / 2, 0.0), 1 - share) for low, high in spans]
    if not starts:
        return 0.5
    best = max(starts, key=lambda start: sum(low >= start and high <= start + share for low, high in spans))
    return best / (1 - share)
