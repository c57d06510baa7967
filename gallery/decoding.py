"""Decode picture files to upright RGB, strip by strip. Pillow and no settings: a process of its own can do it, too."""

import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from os import PathLike
from typing import IO

import pillow_heif
from PIL import ExifTags, Image, ImageFile

from gallery.image_limits import decoding_bytes, jpeg_divisor, shows_later_frame

# Pillow's name of each format that we read, and the extension that we give its files. MPO is how 3D and "portrait"
# cameras put several JPEGs into one file; the first is the picture.
EXTENSIONS = {
    "JPEG": "jpg",
    "MPO": "jpg",
    "PNG": "png",
    "GIF": "gif",
    "WEBP": "webp",
    "BMP": "bmp",
    "TIFF": "tiff",
    "AVIF": "avif",
    "HEIF": "heic",
}
# The frames of these follow each other in time; a TIFF's or a HEIC's are pages or parts, and its first is the picture.
ANIMATED_FORMATS = {"GIF", "WEBP", "PNG", "AVIF"}
# A frame is reached by decoding those before it: no more pixels than this.
MAX_PIXELS_BEFORE_FRAME = 1_000_000_000

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}

# What Pillow's decoders have been seen to raise for broken or hostile files.
DECODING_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)

# For making pictures smaller as good as bicubic, and much faster.
SHRINKING = Image.Resampling.HAMMING
# Pixels of the original that its filter looks at on either side, for each pixel of the result and times the scale.
SUPPORT = 1.0
# Conversions to RGB and shrinking take some of these pixels at a time.
STRIP_PIXELS = 4_000_000

# A shrunk picture has at most this many pixels, and is at most this many times longer than the side asked for.
MAX_FITTED_PIXELS = 36_000_000
MAX_FITTED_RATIO = 60

# Pixels: less than this is what floating point makes of a whole number.
ROUNDING = 1e-6

Source = str | PathLike[str] | IO[bytes]
Box = tuple[int, int, int, int]
Region = Sequence[float]
"""Left, top, right and bottom, in 0–1 of a picture's width and height as seen."""


@contextmanager
def open_file(file: IO[bytes], *, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """The opened picture, its pixels not yet decoded.

    Raises:
        UnidentifiedImageError: it is no picture of ours; DECODING_ERRORS and MemoryError come from inside as they are.
    """
    _register_heif()
    # Stops what would allocate memory as soon as it is opened.
    Image.MAX_IMAGE_PIXELS = max_pixels
    # Pillow opens MPO as JPEG, and knows no such name here.
    with Image.open(file, formats=[name for name in EXTENSIONS if name != "MPO"]) as image:
        yield image


@cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener(thumbnails=False)


def orientation_of(image: Image.Image) -> int:
    """How the decoded picture must still be turned, as EXIF says it, 1–8; 1 where nothing is said."""
    if image.format == "TIFF":
        # Pillow turns it while it decodes, and says its size as seen.
        return 1
    try:
        return int(exif_of(image).get(ExifTags.Base.Orientation, 1))
    except (TypeError, ValueError):
        return 1


def exif_of(image: Image.Image) -> Image.Exif:
    """EXIF's tags; empty where they are broken."""
    try:
        # Not image.getexif(): a PNG's would decode all pixels to look behind them.
        return Image.Image.getexif(image)
    except DECODING_ERRORS:
        return Image.Exif()


def fitted_size(size: tuple[int, int], *, side: int) -> tuple[int, int]:
    """The (width, height) of a picture of `size` that is shrunk, never enlarged, to fit into a square of `side` pixels.

    One more than twice as long as wide is shrunk to side / 2 across instead, so that a long screenshot stays readable;
    but to no more than MAX_FITTED_RATIO × `side` along, nor to more than MAX_FITTED_PIXELS.
    """
    long, short = max(size), min(size)
    scale = min(1.0, max(side / long, min(side / 2 / short, MAX_FITTED_RATIO * side / long)))
    scale = min(scale, math.sqrt(MAX_FITTED_PIXELS / math.prod(size)))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def needed_bytes(image: ImageFile.ImageFile, *, max_side: int | None, region: Region | None) -> int:
    """An upper bound of the memory that `decode_upright` takes until the picture is decoded."""
    if image.format not in {"JPEG", "MPO"}:
        return decoding_bytes(image)
    return decoding_bytes(image, divisor=jpeg_divisor(image, wanted=_wanted(image, max_side=max_side, region=region)))


def decode_upright(image: ImageFile.ImageFile, *, max_side: int | None, region: Region | None = None) -> Image.Image:
    """The opened picture, or a `region` of it, in upright RGB: the middle frame, transparent pixels on white.

    With `max_side` it is shrunk to its `fitted_size`, which for JPEGs saves most of the decoding too.
    """
    # Asked before decoding, as read_header does: a PNG may repeat its EXIF after the pixels.
    orientation = orientation_of(image)
    box = _box(image.size, region, orientation)
    size = _target(box, max_side)
    opened = image.size
    if image.format in ANIMATED_FORMATS:
        _seek_middle_frame(image)
    elif image.format in {"JPEG", "MPO"}:
        divisor = jpeg_divisor(image, wanted=_wanted(image, max_side=max_side, region=region))
        image.draft(None, (image.width // divisor, image.height // divisor))
    image.load()
    rgb = _shrunk_rgb(image, _scaled(box, opened, image.size), size)
    return rgb.transpose(TURNS[orientation]) if orientation in TURNS else rgb


def _target(box: Box, max_side: int | None) -> tuple[int, int]:
    size = box[2] - box[0], box[3] - box[1]
    return fitted_size(size, side=max_side or max(size))


def _wanted(image: Image.Image, *, max_side: int | None, region: Region | None) -> tuple[int, int]:
    """The size at which the whole picture must be decoded, so that the region has the size that it shall have."""
    box = _box(image.size, region, orientation_of(image))
    width, height = _target(box, max_side)
    return (
        min(image.width, math.ceil(image.width * width / (box[2] - box[0]))),
        min(image.height, math.ceil(image.height * height / (box[3] - box[1]))),
    )


def _box(size: tuple[int, int], region: Region | None, orientation: int) -> Box:
    """A region of a picture as seen, in pixels of the picture as stored."""
    if region is None:
        return (0, 0, *size)
    left, top, right, bottom = region
    if orientation in SIDEWAYS:
        left, top, right, bottom = top, left, bottom, right
    if orientation in {2, 3, 7, 8}:
        left, right = 1 - right, 1 - left
    if orientation in {3, 4, 6, 7}:
        top, bottom = 1 - bottom, 1 - top
    (x, end_x), (y, end_y) = _pixels(left, right, size[0]), _pixels(top, bottom, size[1])
    return x, y, end_x, end_y


def _pixels(start: float, end: float, length: int) -> tuple[int, int]:
    """The pixels, one at least, that a stretch in 0–1 of a side touches."""
    first = max(0, min(math.floor(start * length + ROUNDING), length - 1))
    return first, min(max(math.ceil(end * length - ROUNDING), first + 1), length)


def _scaled(box: Box, opened: tuple[int, int], decoded: tuple[int, int]) -> Box:
    """`box` in a picture that was decoded at another size than its header says."""
    if opened == decoded:
        return box
    x, right = _pixels(box[0] / opened[0], box[2] / opened[0], decoded[0])
    y, bottom = _pixels(box[1] / opened[1], box[3] / opened[1], decoded[1])
    return x, y, right, bottom


def _seek_middle_frame(image: ImageFile.ImageFile) -> None:
    """Go on to the middle frame, or as far as memory and patience allow."""
    if shows_later_frame(image):
        reachable = MAX_PIXELS_BEFORE_FRAME // math.prod(image.size)
        image.seek(min(getattr(image, "n_frames", 1) // 2, reachable))


def _shrunk_rgb(image: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """The `box` of a decoded picture in RGB and `size`; keeps a colour profile that still fits.

    Only a strip of it is ever converted at its full size.
    """
    profile = image.info.get("icc_profile") or b""
    levels = _levels(image)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = height / size[1]
    rows = max(1, int(STRIP_PIXELS / width / scale))
    if rows >= size[1]:
        part = image if box == (0, 0, *image.size) else image.crop(box)
        result = _on_white(_with_8_bits(part, levels))
        if result.size != size:
            result = result.resize(size, SHRINKING)
    else:
        result = Image.new("RGB", size)
        margin = math.ceil(SUPPORT * max(scale, 1)) + 1
        for first in range(0, size[1], rows):
            last = min(first + rows, size[1])
            top, bottom = first * scale, last * scale
            start, end = max(0, math.floor(top) - margin), min(height, math.ceil(bottom) + margin)
            part = image.crop((box[0], box[1] + start, box[2], box[1] + end))
            strip = _on_white(_with_8_bits(part, levels))
            within = (0, top - start, width, min(bottom - start, strip.height))
            result.paste(strip.resize((size[0], last - first), SHRINKING, box=within), (0, first))
    # Bytes 16 to 20 of a profile name its colour space; that of a CMYK or grey picture is of no use to RGB.
    result.info = {"icc_profile": profile} if profile[16:20] == b"RGB " else {}
    return result


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """The values that become black and white; None for 8 bits."""
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    if image.mode in ("I", "F"):
        # Nothing says which value is white: the brightest there is.
        low, high = image.getextrema()
        return low, high  # type: ignore[return-value]
    return None


def _with_8_bits(image: Image.Image, levels: tuple[float, float] | None) -> Image.Image:
    """`image` itself, or one of 16 or 32 bits a pixel as "L": Pillow's own conversion would cut them off at white."""
    if levels is None:
        return image
    low, high = levels
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    """`image` in RGB, what shines through it white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")
