"""Decodes picture files to upright RGB, strip by strip; needs no settings, so that a separate process can do it."""

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from os import SEEK_END, PathLike
from typing import IO

import pillow_heif
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from gallery.pictures import jxl_images, pam_images, png_stream, psd_images, raw_images, tiff_pieces
from gallery.pictures.colour import conversion_to_srgb, read_nclx
from gallery.pictures.flattening import Flattening
from gallery.pictures.formats import FORMAT_OF_PILLOW_NAME, Format
from gallery.pictures.image_limits import decoding_bytes, jpeg_divisor, shows_later_frame

# Reaching a frame decodes all frames before it: the largest number of pixels to decode for that.
MAX_PIXELS_BEFORE_FRAME = 1_000_000_000

# Kinds of TGA from here on are compressed.
RUN_LENGTH_TGA = 8
# Part of the pixels that a TGA must have; it may be cut off.
LEAST_PART_OF_TGA = 0.25

# By EXIF orientation.
TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS_ORIENTATIONS = {5, 6, 7, 8}

# Exceptions that Pillow's decoders are known to raise for broken or hostile files.
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

# For shrinking as good as bicubic, and much faster.
SHRINK_FILTER = Image.Resampling.HAMMING
# Pixels of the original on either side that the filter reads, per pixel of the result and times the scale.
FILTER_SUPPORT = 1.0
# Pixels that conversion to RGB and shrinking take at a time.
STRIP_PIXELS = 4_000_000

# The largest size of a shrunk picture in pixels, and its longest side as a multiple of the side asked for.
MAX_FITTED_PIXELS = 36_000_000
MAX_FITTED_RATIO = 60

# Pixels: smaller differences are rounding errors.
ROUNDING_ERROR = 1e-6

# Pillow opens MPO as JPEG, and does not know the name MPO here. Other formats pass for TIFF, and many files for TGA.
PILLOW_NAMES = ["RAW", *(name for name in FORMAT_OF_PILLOW_NAME if name not in ("MPO", "RAW", "DNG"))]

# Pillow would turn pictures by XMP's orientation where EXIF has none. Browsers and other decoders do not.
XMP_NAMES = ("xmp", "XML:com.adobe.xmp", "Raw profile type xmp")

Source = str | PathLike[str] | IO[bytes]
Box = tuple[int, int, int, int]
Region = Sequence[float]
"""Left, top, right and bottom, in 0–1 of a picture's width and height as seen."""


@contextmanager
def open_file(file: IO[bytes], *, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """Return the opened picture, its pixels not yet decoded.

    Raises:
        UnidentifiedImageError: it is not a supported picture; DECODING_ERRORS and MemoryError pass unchanged.
    """
    _register_decoders()
    # Prevents large allocations when the file is opened.
    Image.MAX_IMAGE_PIXELS = max_pixels
    with Image.open(file, formats=PILLOW_NAMES) as image:
        if image.format == "TGA" and not _is_plausible_tga(file, image):
            message = "some other file"
            raise UnidentifiedImageError(message)
        for name in XMP_NAMES:
            image.info.pop(name, None)
        if image.format == "AVIF" and (numbers := read_nclx(file)):
            image.info["cicp"] = numbers
        yield image


def _is_plausible_tga(file: IO[bytes], image: Image.Image) -> bool:
    """Return whether the file may be a TGA, which has no mark: its kind is known, and its pixels have room."""
    place = file.tell()
    file.seek(0)
    head = file.read(18)
    size = file.seek(0, SEEK_END)
    file.seek(place)
    kind, bits = head[2], head[16]
    # Run lengths of up to 128 pixels take at least two bytes.
    needed = math.prod(image.size) * bits // 8 if kind < RUN_LENGTH_TGA else math.prod(image.size) // 64
    return head[17] & 0xC0 == 0 and size >= needed * LEAST_PART_OF_TGA


@cache
def _register_decoders() -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    for module in (png_stream, jxl_images, raw_images, pam_images, psd_images, tiff_pieces):
        module.register()


def format_of(image: Image.Image) -> Format:
    """Return the format of an opened picture."""
    return FORMAT_OF_PILLOW_NAME[str(image.format)]


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation that still applies after decoding, 1–8; 1 without any."""
    if image.format in ("TIFF", "JXL"):
        # Pillow rotates a TIFF while decoding, and reports the rotated size; JPEG XL has its own orientation.
        return 1
    if isinstance(image, raw_images.RawImageFile):
        return image.orientation
    try:
        return int(exif_of(image).get(ExifTags.Base.Orientation, 1))
    except (TypeError, ValueError):
        return 1


def exif_of(image: Image.Image) -> Image.Exif:
    """Return the EXIF tags; empty if they are broken."""
    try:
        # Not image.getexif(): for a PNG this would decode all pixels to reach the chunks after them.
        return Image.Image.getexif(image)
    except DECODING_ERRORS:
        return Image.Exif()


def fitted_size(size: tuple[int, int], *, side: int) -> tuple[int, int]:
    """Return the (width, height) of a picture of `size` shrunk, never enlarged, into a square of `side` pixels.

    A picture more than twice as long as wide is shrunk to side / 2 across instead, so that long screenshots stay
    readable, but at most to MAX_FITTED_RATIO × `side` along and MAX_FITTED_PIXELS.
    """
    long, short = max(size), min(size)
    scale = min(1.0, max(side / long, min(side / 2 / short, MAX_FITTED_RATIO * side / long)))
    scale = min(scale, math.sqrt(MAX_FITTED_PIXELS / math.prod(size)))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def needed_bytes(image: ImageFile.ImageFile, *, max_side: int | None, region: Region | None) -> int:
    """Return an upper bound of the memory that `decode_upright` uses."""
    if image.format not in {"JPEG", "MPO"}:
        return decoding_bytes(image)
    return decoding_bytes(image, divisor=jpeg_divisor(image, wanted=_wanted(image, max_side=max_side, region=region)))


def load_middle_frame(image: ImageFile.ImageFile) -> Image.Image:
    """Decode the frame of a picture that is shown: the middle one of animations."""
    if format_of(image).is_animated:
        _seek_middle_frame(image)
    image.load()
    return image


def load_first_frame(image: ImageFile.ImageFile) -> Image.Image:
    """Decode the first frame of an animation."""
    if not getattr(image, "is_animated", False):
        message = "this picture has no other frames"
        raise ValueError(message)
    image.load()
    return image


def decode_upright(
    image: ImageFile.ImageFile,
    *,
    max_side: int | None,
    region: Region | None = None,
    load: Callable[[ImageFile.ImageFile], Image.Image] = load_middle_frame,
) -> Image.Image:
    """Return the opened picture, or a `region` of it, in upright sRGB: the middle frame, transparency on a background.

    With `max_side` the result is shrunk to its `fitted_size`, which for JPEGs saves most of the decoding too. `load`
    decodes the pixels of a frame.
    """
    # Read before decoding, as read_header does: a PNG may repeat its EXIF after the pixels.
    orientation = orientation_of(image)
    box = _box(image.size, region, orientation)
    size = _target(box, max_side)
    opened = image.size
    if image.format in {"JPEG", "MPO"}:
        divisor = jpeg_divisor(image, wanted=_wanted(image, max_side=max_side, region=region))
        image.draft(None, (image.width // divisor, image.height // divisor))
    frame = load(image)
    rgb = _shrunk_rgb(frame, _scaled(box, opened, frame.size), size)
    return rgb.transpose(TRANSPOSES[orientation]) if orientation in TRANSPOSES else rgb


def _target(box: Box, max_side: int | None) -> tuple[int, int]:
    size = box[2] - box[0], box[3] - box[1]
    return fitted_size(size, side=max_side or max(size))


def _wanted(image: Image.Image, *, max_side: int | None, region: Region | None) -> tuple[int, int]:
    """Return the size at which to decode the whole picture, so that the region gets its target size."""
    box = _box(image.size, region, orientation_of(image))
    width, height = _target(box, max_side)
    return (
        min(image.width, math.ceil(image.width * width / (box[2] - box[0]))),
        min(image.height, math.ceil(image.height * height / (box[3] - box[1]))),
    )


def _box(size: tuple[int, int], region: Region | None, orientation: int) -> Box:
    """Convert a region of the upright picture to pixels of the stored picture."""
    if region is None:
        return (0, 0, *size)
    left, top, right, bottom = region
    if orientation in SIDEWAYS_ORIENTATIONS:
        left, top, right, bottom = top, left, bottom, right
    if orientation in {2, 3, 7, 8}:
        left, right = 1 - right, 1 - left
    if orientation in {3, 4, 6, 7}:
        top, bottom = 1 - bottom, 1 - top
    (x, end_x), (y, end_y) = _pixels(left, right, size[0]), _pixels(top, bottom, size[1])
    return x, y, end_x, end_y


def _pixels(start: float, end: float, length: int) -> tuple[int, int]:
    """Return the pixels, at least one, that an interval in 0–1 of a side touches."""
    first = max(0, min(math.floor(start * length + ROUNDING_ERROR), length - 1))
    return first, min(max(math.ceil(end * length - ROUNDING_ERROR), first + 1), length)


def _scaled(box: Box, opened: tuple[int, int], decoded: tuple[int, int]) -> Box:
    """Return `box` for a picture decoded at another size than its header says."""
    if opened == decoded:
        return box
    x, right = _pixels(box[0] / opened[0], box[2] / opened[0], decoded[0])
    y, bottom = _pixels(box[1] / opened[1], box[3] / opened[1], decoded[1])
    return x, y, right, bottom


def _seek_middle_frame(image: ImageFile.ImageFile) -> None:
    """Seek the middle frame, or the last one within the limits of memory and pixels."""
    if shows_later_frame(image):
        reachable = MAX_PIXELS_BEFORE_FRAME // math.prod(image.size)
        image.seek(min(getattr(image, "n_frames", 1) // 2, reachable))


def _shrunk_rgb(image: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """Return the `box` of a decoded picture in `size` and sRGB.

    Flattens and converts only one strip at a time at full size.
    """
    flattening = Flattening(image)
    to_srgb = conversion_to_srgb(image, flat_mode=flattening.mode)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = height / size[1]
    rows = max(1, int(STRIP_PIXELS / width / scale))
    result = Image.new("RGB", size)
    margin = math.ceil(FILTER_SUPPORT * max(scale, 1)) + 1
    for first in range(0, size[1], rows):
        last = min(first + rows, size[1])
        top, bottom = first * scale, last * scale
        start, end = max(0, math.floor(top) - margin), min(height, math.ceil(bottom) + margin)
        strip = flattening.flat(image.crop((box[0], box[1] + start, box[2], box[1] + end)))
        within = (0, top - start, width, min(bottom - start, strip.height))
        if strip.size != (size[0], last - first):
            strip = strip.resize((size[0], last - first), SHRINK_FILTER, box=within)
        result.paste(to_srgb(strip), (0, first))
    return result
