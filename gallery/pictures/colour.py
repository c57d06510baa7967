"""Converts the colours of pictures to sRGB: by ICC profile, by H.273 numbers, or from CMYK and Lab without either."""

import struct
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import IO

import numpy as np
from PIL import Image, ImageCms

from gallery.pictures.hdr import CodedColours, ColourCode

Conversion = Callable[[Image.Image], Image.Image]
"""Converts an opaque image in one of FLAT_MODES to RGB in sRGB."""

FLAT_MODES = ("RGB", "L", "CMYK", "LAB")
# The colour space that a profile names in bytes 16 to 20, and the mode of pictures that it describes.
MODE_OF_SPACE = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK", b"Lab ": "LAB"}
PROFILE_HEADER_BYTES = 128
MAX_PROFILE_TAGS = 200
# Profiles of the standard sRGB say so in their description, and need no conversion.
SRGB_NAMES = ("srgb", "iec 61966-2.1", "iec61966-2.1")
NCLX_HEADER_BYTES = 65_536
PIXELS_AT_A_TIME = 500_000

# Red, green and blue of full cyan, magenta, yellow and black inks on top of each other, printed by SWOP: black changes
# first, cyan last. Other pictures show the areas between their dots (Neugebauer's equations).
OVERPRINTS = (
    *((255, 255, 255), (40, 35, 43), (255, 240, 0), (40, 35, 37)),
    *((234, 23, 133), (39, 24, 39), (232, 31, 42), (43, 27, 39)),
    *((0, 155, 228), (22, 31, 41), (0, 143, 63), (22, 26, 35)),
    *((48, 36, 123), (25, 25, 37), (49, 39, 56), (33, 34, 43)),
)


def conversion_to_srgb(image: Image.Image, *, flat_mode: str) -> Conversion:
    """Return the conversion for a decoded picture whose pixels come in `flat_mode`, one of FLAT_MODES."""
    profile = image.info.get("icc_profile") or b""
    code = _colour_code(image, profile)
    if code and code.is_hdr:
        return _by_rows(CodedColours(code, image).to_srgb)
    if profile and (by_profile := _conversion_by_profile(profile, flat_mode)):
        return by_profile
    if code and not code.is_srgb:
        return _by_rows(CodedColours(code, image).to_srgb)
    return _STANDARD.get(flat_mode, _to_rgb)


def read_nclx(file: IO[bytes]) -> tuple[int, int] | None:
    """Return primaries and transfer function that a file of the ISO base media format states in a `colr` box."""
    place = file.tell()
    file.seek(0)
    head = file.read(NCLX_HEADER_BYTES)
    file.seek(place)
    start = head.find(b"colrnclx")
    if start < 0 or start + 12 > len(head):
        return None
    primaries, transfer = struct.unpack_from(">HH", head, start + 8)
    return primaries, transfer


def _colour_code(image: Image.Image, profile: bytes) -> ColourCode | None:
    """Return the H.273 numbers that the file or its profile states."""
    if numbers := image.info.get("cicp") or _numbers_of_profile(profile):
        return ColourCode(*numbers[:2])
    if nclx := image.info.get("nclx_profile"):
        return ColourCode(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))
    return None


def _numbers_of_profile(profile: bytes) -> tuple[int, ...] | None:
    """Return the numbers in the `cicp` tag of a profile (ICC.1:2022)."""
    try:
        (count,) = struct.unpack_from(">I", profile, PROFILE_HEADER_BYTES)
        for number in range(min(count, MAX_PROFILE_TAGS)):
            name, place, _size = struct.unpack_from(">4sII", profile, PROFILE_HEADER_BYTES + 4 + 12 * number)
            if name == b"cicp":
                return struct.unpack_from("4B", profile, place + 8)
    except struct.error:
        pass
    return None


@lru_cache(maxsize=8)
def _conversion_by_profile(profile: bytes, flat_mode: str) -> Conversion | None:
    """Return the conversion of a profile; None if it is broken or belongs to pictures of another mode."""
    mode = MODE_OF_SPACE.get(profile[16:20])
    # Grey pictures are saved as RGB, and with a profile of RGB; inks cannot be converted without their own.
    if mode is None or (mode != flat_mode and {mode, flat_mode} != {"RGB", "L"}):
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and any(name in (source.profile.profile_description or "").lower() for name in SRGB_NAMES):
            return _to_rgb
        transform = _transform(source, mode)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None

    def convert(image: Image.Image) -> Image.Image:
        converted = transform.apply(image if image.mode == mode else image.convert(mode))
        converted.info = {}
        return converted

    return convert


def _transform(source: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.ImageCmsTransform(
        source,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        mode,
        "RGB",
        intent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _by_rows(convert: Conversion) -> Conversion:
    """Return `convert` for any size, done with a few rows at a time: it computes with floating-point numbers."""

    def convert_rows(image: Image.Image) -> Image.Image:
        result = Image.new("RGB", image.size)
        rows = max(1, PIXELS_AT_A_TIME // image.width)
        for top in range(0, image.height, rows):
            part = image.crop((0, top, image.width, min(top + rows, image.height)))
            result.paste(convert(part), (0, top))
        return result

    return convert_rows


def _to_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _inks_to_rgb(image: Image.Image) -> Image.Image:
    cyan, magenta, yellow, black = (np.asarray(band, np.float32) / 255 for band in image.split())
    channels = []
    for channel in np.array(OVERPRINTS, np.float32).T:
        values = list(channel)
        for ink in (black, yellow, magenta, cyan):
            values = [bare + (full - bare) * ink for bare, full in zip(values[::2], values[1::2], strict=True)]
        channels.append(Image.fromarray((values[0] + 0.5).astype(np.uint8)))
    return Image.merge("RGB", channels)


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    return _transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB").apply(image)


_STANDARD: dict[str, Conversion] = {"CMYK": _by_rows(_inks_to_rgb), "LAB": _lab_to_rgb}
