"""Turns by hand move pixels, regions and points alike, whatever the EXIF orientation and the shape of the picture."""

import pytest
from PIL import Image

from gallery.pictures.images import open_image
from gallery.pictures.turning import RIGHT_ANGLES, turned_back, turned_point, turned_region, turned_size
from tests.drawing import CORNERS, corner_colours, draw_corners, save_image

# Turns of the stored pixels by EXIF orientation, which makes the picture upright again.
STORED = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
# The corner of the upright picture that each turn shows at the top left, top right, bottom right and bottom left.
SHOWN = {0: "abcd", 90: "dabc", 180: "cdab", 270: "bcda"}
SIZES = {"landscape": (80, 48), "portrait": (48, 80)}


@pytest.mark.parametrize("rotation", RIGHT_ANGLES)
@pytest.mark.parametrize("orientation", list(STORED))
@pytest.mark.parametrize("shape", list(SIZES))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_turns_after_exif(kind: str, shape: str, orientation: int, rotation: int) -> None:
    upright = draw_corners(SIZES[shape])
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    file = save_image(upright.transpose(turn) if turn is not None else upright, kind, exif=exif)
    image = open_image(file, rotation=rotation)
    assert image.size == (SIZES[shape] if rotation in (0, 180) else SIZES[shape][::-1])
    assert corner_colours(image) == SHOWN[rotation]
    for number, (x, y) in enumerate(CORNERS):
        region = (x / 2, y / 2, x / 2 + 0.5, y / 2 + 0.5)
        part = open_image(file, rotation=rotation, region=region, max_side=24)
        assert set(corner_colours(part)) == {SHOWN[rotation][number]}


@pytest.mark.parametrize("rotation", RIGHT_ANGLES)
def test_turns_points_and_regions_with_pixels(rotation: int) -> None:
    for number, (x, y) in enumerate(CORNERS):
        place = turned_point(x, y, rotation=rotation)
        assert CORNERS.index(place) == SHOWN[rotation].index("abcd"[number])
    region = (0.1, 0.2, 0.4, 0.9)
    turned = turned_region(region, rotation=rotation)
    assert turned[0] < turned[2]
    assert turned[1] < turned[3]
    assert turned_region(turned, rotation=turned_back(rotation)) == pytest.approx(region)


def test_swaps_sides_at_quarter_turns() -> None:
    assert [turned_size(4, 3, rotation=rotation) for rotation in (0, 90, 180, 270, -90)] == [
        (4, 3),
        (3, 4),
        (4, 3),
        (3, 4),
        (3, 4),
    ]
