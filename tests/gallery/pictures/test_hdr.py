"""HDR pictures look like the same scene without HDR, and keep differences above the reference white."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gallery.pictures.images import open_image
from tests.picture_files import chunk, png, save

pytestmark = pytest.mark.unit

COLOURS = np.array(((200, 40, 40), (40, 150, 50), (50, 60, 190), (255, 255, 255), (128, 128, 128), (8, 8, 8)))
TO_BT_2020 = np.array(((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956)))
TO_P3 = np.array(((0.8225, 0.1774, 0.0), (0.0332, 0.9669, 0.0), (0.0171, 0.0724, 0.9108)))
WHITE = 203.0


def light_of(srgb: np.ndarray) -> np.ndarray:
    code = srgb / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def pq(nits: np.ndarray) -> np.ndarray:
    power = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(nits: np.ndarray) -> np.ndarray:
    luminance = nits @ np.array((0.2627, 0.6780, 0.0593))
    scene = nits / 1000 * np.maximum(luminance / 1000, 1e-9)[..., None] ** (1 / 1.2 - 1)
    scene = np.clip(scene, 0, 1)
    return np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    )


def hdr_png(nits: np.ndarray, code: tuple[int, ...], *, depth: int = 16) -> bytes:
    """Return a PNG with a column of ten pixels for each colour."""
    signal = pq(nits) if code[1] == 16 else hlg(nits)
    values = np.round(signal * (2**depth - 1)).astype(">u2" if depth == 16 else np.uint8)
    rows = np.repeat(np.repeat(values[None], 10, axis=1), 10, axis=0)
    rows = np.ascontiguousarray(rows).reshape(10, -1).view(np.uint8)
    return png(rows, depth=depth, kind=2, width=10 * len(nits), before=chunk(b"cICP", bytes(code)))


def shown(data: bytes, count: int) -> np.ndarray:
    image = open_image(BytesIO(data))
    return np.array([image.getpixel((5 + 10 * number, 5)) for number in range(count)], int)


@pytest.mark.parametrize(
    ("transfer", "primaries", "matrix"),
    [(16, 9, TO_BT_2020), (16, 12, TO_P3), (16, 1, np.eye(3)), (18, 9, TO_BT_2020)],
    ids=["PQ BT.2020", "PQ P3", "PQ BT.709", "HLG"],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_shows_sdr_scene_in_hdr_as_in_sdr(transfer, primaries, matrix, depth):
    nits = light_of(COLOURS) @ matrix.T * WHITE
    colours = shown(hdr_png(nits, (primaries, transfer, 0, 1), depth=depth), len(COLOURS))
    assert np.abs(colours - COLOURS).max() <= 8, colours


@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_keeps_differences_between_bright_lights(transfer):
    nits = np.repeat(np.array((5.0, 50, 203, 400, 700, 1000))[:, None], 3, axis=1)
    levels = shown(hdr_png(nits, (9, transfer, 0, 1)), len(nits))[:, 0]
    assert (np.diff(levels)[:4] > 4).all(), levels
    assert (np.diff(levels) >= 0).all(), levels
    assert levels[-1] >= 250
    assert levels[1] >= 110
    assert levels[2] >= 190


def test_converts_wide_gamut_without_profile():
    data = png(np.full((8, 24), 128, np.uint8), depth=8, kind=2, width=8, before=chunk(b"cICP", bytes((12, 13, 0, 1))))
    assert open_image(BytesIO(data)).getpixel((4, 4)) == (128, 128, 128)
    pixels = np.tile(np.array((200, 40, 40), np.uint8), (8, 8))
    data = png(pixels, depth=8, kind=2, width=8, before=chunk(b"cICP", bytes((12, 13, 0, 1))))
    red, green, _blue = open_image(BytesIO(data)).getpixel((4, 4))
    assert red > 210
    assert green < 35


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_reads_numbers_of_colours_in_boxes(kind):
    grey = Image.new("RGB", (64, 64), (148, 148, 148))  # PQ for 203 nits
    grey.paste((0, 0, 0), (0, 0, 32, 64))
    data = bytearray(save(grey, kind))
    place = data.index(b"colrnclx") + 8
    data[place : place + 4] = b"\0\x09\0\x10"
    assert min(open_image(BytesIO(bytes(data))).getpixel((48, 32))) >= 248
    assert max(open_image(BytesIO(bytes(data))).getpixel((10, 32))) <= 4
