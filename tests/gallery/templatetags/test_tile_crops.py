"""Crops of long pictures on tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.models import Photo
from gallery.templatetags.tile_crops import Crop, crop

SIDES = st.integers(1, 40_000)
PLACES = st.floats(0, 1)


def crop_of(width: int, height: int, *boxes: tuple[float, float, float, float]) -> Crop:
    corners = [((left, top), (right, top), (right, bottom), (left, bottom)) for left, top, right, bottom in boxes]
    return crop(Photo(width=width, height=height), corners)


@pytest.mark.parametrize(
    ("size", "boxes", "expected"),
    [
        ((800, 600), [(0.1, 0.1, 0.2, 0.2)], (0, 0, 800, 600, "")),
        ((600, 6000), [], (0, 2500, 600, 1000, "50% 50.00%")),
        ((600, 6000), [(0.1, 0.69, 0.9, 0.71)], (0, 3700, 600, 1000, "50% 74.00%")),
        ((600, 6000), [(0.1, 0.99, 0.9, 1.0)], (0, 5000, 600, 1000, "50% 100.00%")),
        ((600, 6000), [(0.1, 0.0, 0.9, 0.01)], (0, 0, 600, 1000, "50% 0.00%")),
        ((600, 6000), [(0, 0.1, 1, 0.11), (0, 0.8, 1, 0.81), (0, 0.82, 1, 0.83)], (0, 4330, 600, 1000, "50% 86.60%")),
        ((4800, 1000), [(0.9, 0.1, 1.0, 0.2)], (2400, 0, 2400, 1000, "100.00% 50%")),
    ],
    ids=["ordinary", "middle", "around", "end", "beginning", "most boxes", "panorama"],
)
def test_crops_around_boxes(size, boxes, expected):
    found = crop_of(*size, *boxes)
    assert (found.left, found.top, found.width, found.height, found.focus) == expected


@given(width=SIDES, height=SIDES, places=st.lists(st.tuples(PLACES, PLACES, PLACES, PLACES), max_size=5))
def test_stays_within_the_picture(width, height, places):
    boxes = [(min(a, b), min(c, d), max(a, b), max(c, d)) for a, b, c, d in places]
    found = crop_of(width, height, *boxes)
    assert 0 <= found.left <= width - found.width
    assert 0 <= found.top <= height - found.height
