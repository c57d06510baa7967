"""Pillow, and little else: read picture files, decode them to upright RGB, make thumbnails."""

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, Any

import pillow_heif
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFile

from gallery.opening import open_original

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
# Under which type the files of an extension go out.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "avif": "image/avif",
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

# Raise it whenever thumbnails come out differently: the clock makes those of older versions anew.
THUMBNAIL_VERSION = 2
PLACEHOLDER_SIZE = (4, 4)
WEBP_QUALITY = 80
WEBP_MAX_SIDE = 16383
# Wide-gamut camera profiles take 500 to 4,000 bytes; printers' take megabytes, more than the thumbnail itself.
MAX_PROFILE_BYTES = 8192


class InvalidImage(Exception):
    """The file holds no picture that we can read; the message is a sentence for the person who sent it."""


class UnsupportedImage(InvalidImage):
    """It is no picture at all, or of a type that we do not read."""


class ImageTooLarge(InvalidImage):
    """It has more bytes or more pixels than the settings allow."""

    # What programs are told: whether another picture may be taken.
    kind = "too-large"


@dataclass(frozen=True)
class ImageHeader:
    """What a picture's header says; `width` and `height` in pixels as seen, after EXIF turning."""

    extension: str
    width: int
    height: int
    animated: bool


Source = str | PathLike[str] | IO[bytes]


def read_header(file: Source) -> ImageHeader:
    """Say what `file` is without decoding a pixel; InvalidImage if it cannot be a picture of ours."""
    with _open(file) as image:
        width, height = image.size
        if orientation_of(image) in SIDEWAYS:
            width, height = height, width
        animated = image.format in ANIMATED_FORMATS and getattr(image, "is_animated", False)
        return ImageHeader(EXTENSIONS[str(image.format)], width, height, animated)


def open_image(file: Source, *, max_side: int | None = None) -> Image.Image:
    """Decode `file` to upright RGB: the middle frame of an animation, transparent pixels on white.

    With `max_side` it is shrunk to its `fitted_size` (mind what that says of long pictures), which for JPEGs saves most
    of the decoding too.
    InvalidImage if the file is truncated or broken.
    """
    with _open(file) as image:
        # Asked before decoding, as read_header does: a PNG may repeat its EXIF after the pixels.
        orientation = orientation_of(image)
        size = fitted_size(image.size, side=max_side) if max_side else image.size
        if image.format in ANIMATED_FORMATS:
            _seek_middle_frame(image)
        elif EXTENSIONS[str(image.format)] == "jpg":
            image.draft(None, size)
        image.load()
        rgb = _on_white(_with_8_bits(image))
        if rgb.size != size:
            rgb = rgb.resize(size, SHRINKING)
        return rgb.transpose(TURNS[orientation]) if orientation in TURNS else rgb


def fitted_size(size: tuple[int, int], *, side: int) -> tuple[int, int]:
    """The (width, height) of a picture of `size` that is shrunk, never enlarged, to fit into a square of `side` pixels.

    One more than twice as long as wide is shrunk to side / 2 across instead, so that a long screenshot stays readable.
    """
    long, short = max(size), min(size)
    scale = min(1.0, max(side / long, side / 2 / short))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def make_thumbnail(image: Image.Image, side: int) -> bytes:
    """`image` shrunk to `fitted_size`, as a WebP file."""
    size = fitted_size(image.size, side=side)
    scale = min(1.0, WEBP_MAX_SIDE / max(size))
    size = (max(1, int(size[0] * scale)), max(1, int(size[1] * scale)))
    if size != image.size:
        image = image.resize(size, SHRINKING)
    profile = image.info.get("icc_profile") or b""
    target = BytesIO()
    image.save(
        target,
        "WEBP",
        quality=WEBP_QUALITY,
        method=2,
        icc_profile=profile if len(profile) <= MAX_PROFILE_BYTES else b"",
        exif=b"",
        xmp=b"",
    )
    return target.getvalue()


def make_placeholder(image: Image.Image) -> bytes:
    """`image` as 4 × 4 pixels, blue before green before red and the lowest row first: the body of a BMP file."""
    small = image.resize(PLACEHOLDER_SIZE, Image.Resampling.BOX)
    return small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes("raw", "BGR")


def read_exif(file: Source) -> tuple[dict[int, Any], dict[int, Any]]:
    """EXIF's tags by number, and those of its GPS directory; empty where there are none. Decodes no pixels."""
    with _open(file) as image:
        exif = _exif_of(image)
        return {**exif, **_directory(exif, ExifTags.IFD.Exif)}, _directory(exif, ExifTags.IFD.GPSInfo)


def orientation_of(image: Image.Image) -> int:
    """EXIF's orientation, 1–8; 1 where nothing is said."""
    try:
        return int(_exif_of(image).get(ExifTags.Base.Orientation, 1))
    except (TypeError, ValueError):
        return 1


def _exif_of(image: Image.Image) -> Image.Exif:
    try:
        # Not image.getexif(): a PNG's would decode all pixels to look behind them.
        return Image.Image.getexif(image)
    except DECODING_ERRORS:
        return Image.Exif()


def _directory(exif: Image.Exif, ifd: ExifTags.IFD) -> dict[int, Any]:
    try:
        return exif.get_ifd(ifd)
    except DECODING_ERRORS:
        return {}


@cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener(thumbnails=False)


@contextmanager
def _opened(file: Source) -> Iterator[IO[bytes]]:
    """`file` at its beginning; closed afterwards if it was given by its path, and refused if a link leads to it."""
    if isinstance(file, str | PathLike):
        with open_original(Path(file)) as opened:
            yield opened
    else:
        file.seek(0)
        yield file


@contextmanager
def _open(file: Source) -> Iterator[ImageFile.ImageFile]:
    """The opened picture, its pixels not yet decoded; errors of decoding inside become InvalidImage."""
    _register_heif()
    # Stops what would allocate memory as soon as it is opened, and later frames that are larger than the first.
    Image.MAX_IMAGE_PIXELS = settings.MAX_IMAGE_PIXELS
    try:
        # Pillow opens MPO as JPEG, and knows no such name here.
        formats = [name for name in EXTENSIONS if name != "MPO"]
        with _opened(file) as source, Image.open(source, formats=formats) as image:
            _refuse_size(image.size)
            yield image
    except Image.UnidentifiedImageError as error:
        raise UnsupportedImage(
            _("This file is not a picture that can be read: JPEG, PNG, GIF, WebP, BMP, TIFF, HEIC or AVIF.")
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(_("This picture has too many pixels; make it smaller and try again.")) from error
    except DECODING_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk's fault, not the picture's.
        raise InvalidImage(_("This picture is damaged or incomplete and cannot be shown.")) from error


def _refuse_size(size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise InvalidImage(_("This picture is damaged or incomplete and cannot be shown."))
    if width * height > settings.MAX_IMAGE_PIXELS:
        raise ImageTooLarge(
            _("This picture has %(width)d × %(height)d pixels; at most %(limit)d million are allowed.")
            % {"width": width, "height": height, "limit": settings.MAX_IMAGE_PIXELS // 1_000_000}
        )


def _seek_middle_frame(image: ImageFile.ImageFile) -> None:
    reachable = MAX_PIXELS_BEFORE_FRAME // math.prod(image.size)
    image.seek(min(getattr(image, "n_frames", 1) // 2, reachable))


def _with_8_bits(image: Image.Image) -> Image.Image:
    """`image` itself, or one of 16 or 32 bits a pixel as "L": Pillow's own conversion would cut them off at white."""
    if image.mode.startswith("I;16"):
        image, low, high = image.convert("I"), 0.0, 65535.0
    elif image.mode in ("I", "F"):
        # Nothing says which value is white: the brightest there is.
        low, high = image.getextrema()  # type: ignore[assignment]
    else:
        return image
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    """`image` in RGB, what shines through it white; keeps a colour profile that still fits."""
    profile = image.info.get("icc_profile") or b""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    elif image.mode != "RGB":
        image = image.convert("RGB")
    # Bytes 16 to 20 of a profile name its colour space; that of a CMYK or grey picture is of no use to RGB.
    image.info = {"icc_profile": profile} if profile[16:20] == b"RGB " else {}
    return image
