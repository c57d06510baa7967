"""Drawn files of every kind look as drawn: size, place of the corners, colours, transparency."""

import base64
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pillow_heif
import pylibjxl
import pytest
from PIL import Image, ImageCms

from gallery.pictures.images import fault_of, make_thumbnail, open_image, read_header
from tests.picture_files import chunk, dng, grey_profile, pam, png, psd, rgb_profile, save, tiff, wide_pixels

pillow_heif.register_heif_opener()
pytestmark = pytest.mark.unit

SIZE = WIDTH, HEIGHT = 60, 40
CORNERS = ((200, 40, 40), (40, 150, 50), (50, 60, 190), (225, 215, 110))
"""Colours of the upper left, upper right, lower left and lower right quarter."""
PLACES = ((12, 8), (48, 8), (12, 32), (48, 32))
HOLE = (26, 16, 34, 24)
INKS = ((0, 255, 255, 0), (255, 0, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0))
PRINTED = ((232, 31, 42), (0, 143, 63), (48, 36, 123), (255, 255, 255))
MADE_BY_TURNING = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
# A JPEG XL of 40 × 60 pixels that cjxl made from a PNG with EXIF's orientation 6.
TURNED_JXL = base64.b64decode(
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAABKanhsY/8K2AFOWCCguCQIAgEAyABLKCTGGh4UTJcGn4Aq5/Nj/AtEATDsIEYwFAJVjAN57kkXP8WFgaVOCqbRhRrz0ZvKIQ=="
)


def drawn(colours: tuple[tuple[int, ...], ...] = CORNERS, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, SIZE)
    for colour, (x, y) in zip(colours, PLACES, strict=True):
        left, top = x // 30 * 30, y // 20 * 20
        image.paste(colour, (left, top, left + 30, top + 20))
    return image


def in_mode(mode: str) -> Image.Image:
    """Return the drawing in a mode, with a transparent hole if the mode has transparency."""
    image = drawn()
    if mode in ("LA", "RGBA"):
        image.putalpha(255)
        image.paste((0, 0, 0, 0), HOLE)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    return image.quantize(16) if mode == "P" else image.convert(mode)


def stored(orientation: int) -> Image.Image:
    return drawn().transpose(MADE_BY_TURNING[orientation]) if orientation > 1 else drawn()


def grey(colour: tuple[int, ...]) -> tuple[int, int, int]:
    return (Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0)),) * 3


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def modes() -> Iterator[tuple[str, bytes]]:
    kinds = {
        "PNG": ("L", "LA", "P", "RGB", "RGBA", "I;16"),
        "TIFF": ("L", "LA", "P", "RGB", "RGBA", "I;16", "F"),
        "JPEG": ("L", "RGB"),
        "WEBP": ("RGB", "RGBA"),
        "GIF": ("L", "P"),
        "BMP": ("L", "P", "RGB"),
        "TGA": ("L", "LA", "RGB", "RGBA"),
        "PPM": ("L", "RGB", "I;16"),
        "JPEG2000": ("L", "LA", "RGB", "RGBA", "I;16"),
        "AVIF": ("L", "RGB", "RGBA"),
        "HEIF": ("L", "RGB", "RGBA"),
        "ICO": ("RGBA",),
        "DIB": ("RGB",),
        "SGI": ("L", "RGB", "RGBA"),
        "PCX": ("L", "RGB"),
        "QOI": ("RGB", "RGBA"),
        "DDS": ("RGB", "RGBA"),
    }
    for kind, names in kinds.items():
        for mode in names:
            yield f"{kind} {mode}", save(in_mode(mode), kind)
    for mode in ("L", "LA", "RGB", "RGBA"):
        if mode != "LA":
            pixels = np.ascontiguousarray(np.asarray(in_mode(mode)))
            yield f"JXL {mode}", pylibjxl.encode(pixels, lossless=True)
        yield f"PAM {mode}", pam(in_mode(mode))
    for mode in ("L", "RGB"):
        yield f"PSD {mode}", psd(in_mode(mode))
    for mode in ("L", "RGB", "RGBA"):
        yield f"PSD {mode} of 16 bits", psd(in_mode(mode), depth=16)
        yield f"PSD {mode} of 16 bits in runs", psd(in_mode(mode), depth=16, is_packed=True)
        yield f"PSB {mode} in runs", psd(in_mode(mode), version=2, is_packed=True)
    for mode, kind in (("L", 0), ("RGB", 2), ("LA", 4), ("RGBA", 6)):
        yield f"PNG {mode} of 16 bits", png(wide_pixels(in_mode(mode)), depth=16, kind=kind, width=WIDTH)
    tags = {256: (4, [WIDTH]), 257: (4, [HEIGHT]), 262: (3, [2]), 277: (3, [3]), 278: (4, [HEIGHT])}
    wide = (np.asarray(drawn()).astype("<u2") * 257).tobytes()
    for kind, number in (("WEBP", 50001), ("JPEG2000", 34712), ("JXL", 50002)):
        piece = pylibjxl.encode(np.asarray(drawn()), lossless=True) if kind == "JXL" else save(drawn(), kind)
        yield f"TIFF RGB of {kind}", tiff(tags | {258: (3, [8] * 3), 259: (3, [number])}, piece)
    yield "TIFF RGB of 16 bits", tiff(tags | {258: (3, [16] * 3), 259: (3, [1])}, wide)


MODES = dict(modes())


def check(data: bytes, colours: tuple[tuple[int, ...], ...], *, tolerance: float = 12) -> Image.Image:
    header = read_header(BytesIO(data))
    image = open_image(BytesIO(data))
    assert (header.width, header.height) == image.size == SIZE
    assert fault_of(image) == ""
    shown = [image.getpixel(place) for place in PLACES]
    assert np.abs(np.array(shown, int) - np.array(colours, int)).max() <= tolerance, shown
    assert image.info.get("icc_profile") is None
    return image


@pytest.mark.parametrize("name", MODES)
def test_shows_each_mode_of_each_format(name):
    is_grey = name.split()[1] in ("L", "LA", "I;16", "F")
    # Grey values from black to white, as the file does not say which are meant.
    colours = [grey(colour) for colour in CORNERS] if is_grey else CORNERS
    if name == "TIFF F":
        low, high = min(colours)[0], max(colours)[0]
        colours = [((value - low) * 255 / (high - low),) * 3 for value, *_others in colours]
    image = check(MODES[name], tuple(colours))
    if name.split()[1] in ("LA", "RGBA"):
        assert min(image.getpixel((30, 20))) > 240


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "DNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_each_format_upright_once(kind, orientation):
    if kind == "DNG":
        data = dng(stored(orientation), orientation=orientation)
    else:
        data = save(stored(orientation), kind, exif=exif_of(orientation))
    check(data, CORNERS, tolerance=40 if kind == "DNG" else 12)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "1"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_turns_each_mode_upright(kind, mode):
    if kind == "PNG" and mode == "CMYK":
        kind = "JPEG"
    image = in_mode(mode).transpose(Image.Transpose.ROTATE_90)
    upright = open_image(BytesIO(save(in_mode(mode), kind)))
    turned = open_image(BytesIO(save(image, kind, exif=exif_of(6))))
    assert np.abs(np.asarray(upright, int) - np.asarray(turned, int)).mean() < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_obeys_no_orientation_of_xmp(kind):
    packet = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>
        </rdf:RDF></x:xmpmeta>"""
    if kind == "PNG":
        text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
        rows = np.asarray(drawn()).reshape(HEIGHT, -1)
        data = png(rows, depth=8, kind=2, width=WIDTH, before=text)
    elif kind == "TIFF":
        data = save(drawn(), kind, tiffinfo={700: packet})
    else:
        data = save(drawn(), kind, xmp=packet)
    check(data, CORNERS)


def test_obeys_orientation_of_jpeg_xl_and_not_of_its_exif():
    check(TURNED_JXL, CORNERS)
    pixels = np.asarray(drawn())
    check(pylibjxl.encode(pixels, lossless=True, exif=exif_of(6).tobytes()), CORNERS)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PSD"])
def test_shows_inks_as_printed(kind):
    image = drawn(INKS, "CMYK")
    check(psd(image) if kind == "PSD" else save(image, kind), PRINTED)


def test_shows_lab():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(drawn(), srgb, lab, outputMode="LAB")
    check(save(image, "TIFF"), CORNERS)


@pytest.mark.parametrize("padding", [0, 20_000, 1_500_000])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF", "JXL"])
def test_converts_profile_of_any_size(kind, padding):
    profile = rgb_profile(padding=padding)
    light = (np.array(CORNERS) / 255) ** 2.2
    from_p3 = np.array(((1.2249, -0.2247, 0), (-0.0420, 1.0419, 0), (-0.0197, -0.0786, 1.0979)))
    light = np.clip(light @ from_p3.T, 0, 1)
    colours = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    if kind == "JXL":
        data = pylibjxl.encode(np.asarray(drawn()), lossless=True, icc=profile)
    else:
        data = save(drawn(), kind, icc_profile=profile)
    image = check(data, tuple(map(tuple, colours)), tolerance=8)
    assert Image.open(BytesIO(make_thumbnail(image, 32))).info.get("icc_profile") is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB"])
def test_converts_profile_of_grey_pictures(kind, mode):
    if (kind, mode) == ("JPEG", "LA"):
        mode = "L"
    light = np.array([grey(colour) for colour in CORNERS]) / 255
    colours = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    image = in_mode("L").convert(mode)
    check(save(image, kind, icc_profile=grey_profile(gamma=1)), tuple(map(tuple, colours)), tolerance=6)


@pytest.mark.parametrize(
    "profile", [b"", b"x" * 300, rgb_profile()[:200], rgb_profile()[:-40], grey_profile(gamma=1)[:90]]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_ignores_broken_profiles(kind, profile):
    check(save(drawn(), kind, icc_profile=profile), CORNERS)


@pytest.mark.parametrize(
    ("depth", "clear"), [(1, 1), (2, 2), (4, 9), (8, 130), (16, 40_000)], ids=lambda value: str(value)
)
def test_shows_holes_of_grey_pictures_with_a_transparent_value(depth, clear):
    row = np.zeros(8, np.uint64)
    row[3] = clear
    bits = "".join(f"{value:0{depth}b}" for value in row)
    packed = np.array([[int(bits[place : place + 8], 2) for place in range(0, len(bits), 8)]] * 8, np.uint8)
    data = png(packed, depth=depth, kind=0, width=8, before=chunk(b"tRNS", clear.to_bytes(2, "big")))
    image = open_image(BytesIO(data))
    assert image.getpixel((3, 4)) == (255, 255, 255)
    assert image.getpixel((2, 4)) == (0, 0, 0)


def test_shows_holes_of_colour_pictures_of_16_bits():
    pixels = np.zeros((8, 8, 3), ">u2")
    pixels[:, 3] = 0x1234, 0x5678, 0x9ABC
    clear = chunk(b"tRNS", pixels[0, 3].tobytes())
    data = png(pixels.reshape(8, -1).view(np.uint8), depth=16, kind=2, width=8, before=clear)
    assert open_image(BytesIO(data)).getpixel((3, 4)) == (255, 255, 255)
