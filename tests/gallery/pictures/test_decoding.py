"""Strip-by-strip decoding gives the same result as whole decoding; regions are cut out before shrinking."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gallery.pictures import decoding
from gallery.pictures.decoding import MAX_FITTED_PIXELS, TRANSPOSES, fitted_size
from gallery.pictures.images import open_image
from tests.drawing import noise, save_image

SIDES = [(300, 220), (90, 700), (700, 50), (1, 400)]
CASES = [
    ("JPEG", "RGB"),
    ("JPEG", "CMYK"),
    ("PNG", "RGBA"),
    ("PNG", "LA"),
    ("PNG", "P"),
    ("PNG", "I;16"),
    ("PNG", "1"),
    ("GIF", "P"),
    ("WEBP", "RGBA"),
    ("TIFF", "I"),
    ("TIFF", "F"),
    ("TIFF", "RGBA"),
    ("BMP", "L"),
]


@pytest.mark.parametrize(("kind", "mode"), CASES)
@pytest.mark.parametrize("size", SIDES)
def test_makes_same_picture_in_strips(kind: str, mode: str, size: tuple[int, int], monkeypatch) -> None:
    data = save_image(noise(size, mode), kind).getvalue()
    for side in (40, 97, 1000):
        monkeypatch.setattr(decoding, "STRIP_PIXELS", 4_000_000)
        whole = open_image(BytesIO(data), max_side=side)
        monkeypatch.setattr(decoding, "STRIP_PIXELS", 2000)
        strips = open_image(BytesIO(data), max_side=side)
        assert strips.size == whole.size == fitted_size(size, side=side)
        assert np.abs(np.asarray(strips).astype(int) - np.asarray(whole)).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_cuts_region_out_of_upright_picture(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = noise((400, 240), "RGB")
    upright = stored.transpose(TRANSPOSES[orientation]) if orientation in TRANSPOSES else stored
    file = save_image(stored, kind, exif=exif, **({"quality": 100, "subsampling": 0} if kind == "JPEG" else {}))
    region = (0.25, 0.1, 0.5, 0.9)
    width, height = upright.size
    cut = upright.crop((round(0.25 * width), round(0.1 * height), round(0.5 * width), round(0.9 * height)))
    found = open_image(file, max_side=10_000, region=region)
    assert found.size == cut.size
    assert np.abs(np.asarray(found).astype(int) - np.asarray(cut)).mean() < 3


def test_decodes_no_more_than_region_needs(monkeypatch) -> None:
    sizes = []
    shrunk = decoding._shrunk_rgb
    monkeypatch.setattr(decoding, "_shrunk_rgb", lambda image, *rest: sizes.append(image.size) or shrunk(image, *rest))
    file = save_image(noise((1600, 800), "RGB"), "JPEG")
    assert open_image(file, max_side=100, region=(0, 0, 0.5, 1)).size == (100, 100)
    assert open_image(file, max_side=100, region=(0.5, 0.5, 0.51, 0.52)).size == (16, 16)
    assert sizes == [(200, 100), (1600, 800)]


@pytest.mark.parametrize("size", [(1, 100_000), (100_000, 100), (14_000, 14_000), (3000, 66_000), (1080, 100_000)])
@pytest.mark.parametrize("side", [320, 1600, 6000])
def test_bounds_fitted_size_for_every_shape(size: tuple[int, int], side: int) -> None:
    fitted = fitted_size(size, side=side)
    assert fitted[0] * fitted[1] <= MAX_FITTED_PIXELS * 1.01
    assert max(fitted) <= max(60 * side, 6000)


def test_keeps_long_screenshots_readable() -> None:
    assert fitted_size((1080, 30_000), side=6000) == (1080, 30_000)
