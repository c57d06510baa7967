"""Samples: plain coloured shapes, drawn four times as large and made smaller for smooth edges."""

from math import cos, pi, sin

from PIL import Image

from photosearch.samples.sheet import Colour, Sheet

SIDE = 640
SCALE = 4


def _polygon(corners: int, *, radius: float, turn: float, inner: float = 1.0) -> list[tuple[float, float]]:
    """Corners of a regular polygon around the middle; with `inner` below 1 every second one moves in: a star."""
    middle, points = SIDE * SCALE / 2, []
    for corner in range(corners):
        reach = radius * SCALE * (inner if corner % 2 else 1.0)
        angle = turn + 2 * pi * corner / corners
        points.append((middle + reach * sin(angle), middle - reach * cos(angle)))
    return points


def _shape(points: list[tuple[float, float]] | None, *, colour: Colour, background: Colour) -> Sheet:
    """A sheet with one shape: the polygon of `points`, or a circle."""
    sheet = Sheet(SIDE * SCALE, SIDE * SCALE, background)
    if points:
        sheet.pen.polygon(points, fill=colour)
    else:
        sheet.pen.circle((SIDE * SCALE / 2, SIDE * SCALE / 2), 200 * SCALE, fill=colour)
    sheet.image = sheet.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return sheet


def red_circle() -> Sheet:
    """A red circle on white."""
    return _shape(None, colour="#d62828", background="white")


def blue_square() -> Sheet:
    """A blue square on cream."""
    return _shape(_polygon(4, radius=260, turn=pi / 4), colour="#1d4ed8", background="#fdf6e3")


def green_triangle() -> Sheet:
    """A green triangle on grey."""
    return _shape(_polygon(3, radius=250, turn=0), colour="#2f9e44", background="#e9ecef")


def yellow_star() -> Sheet:
    """A yellow star on dark blue."""
    return _shape(_polygon(10, radius=250, turn=0, inner=0.4), colour="#ffd43b", background="#101d42")
