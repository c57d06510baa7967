"""Reads picture files: refuses unsupported and too large ones, decodes to upright RGB, makes thumbnails."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFile

from gallery.pictures import decoding
from gallery.pictures.decoding import (
    DECODING_ERRORS,
    SHRINK_FILTER,
    SIDEWAYS_ORIENTATIONS,
    TRANSPOSES,
    Region,
    Source,
    exif_of,
    fitted_size,
    format_of,
    orientation_of,
)
from gallery.pictures.huge_images import INCOMPLETE, LATER_FRAMES, DecoderEnded, DecoderRefused, decode_huge
from gallery.pictures.image_limits import HUGE_BYTES
from gallery.pictures.opening import open_original
from gallery.pictures.refusals import (
    DamagedImage,
    DecodingFailed,
    ImageTooLarge,
    InvalidImage,
    UnsupportedImage,
    damaged,
    refuse_size,
    too_demanding,
    undecodable,
    unreadable,
    unsupported,
)
from gallery.pictures.repairing import repaired
from gallery.pictures.turning import turned_back, turned_image, turned_region

__all__ = [
    "THUMBNAIL_VERSION",
    "TRANSPOSES",
    "DecodingFailed",
    "ImageHeader",
    "ImageTooLarge",
    "InvalidImage",
    "Region",
    "Source",
    "UnsupportedImage",
    "fault_of",
    "fitted_size",
    "make_placeholder",
    "make_thumbnail",
    "open_image",
    "read_exif",
    "read_header",
    "unsupported",
]

# Increase it whenever thumbnails or fingerprints change: the clock then replaces those of older versions.
THUMBNAIL_VERSION = 4
PLACEHOLDER_SIZE = (4, 4)
WEBP_QUALITY = 80
WEBP_MAX_SIDE = 16383
# Enough to tell formats apart.
HEAD_BYTES = 512


@dataclass(frozen=True)
class ImageHeader:
    """The header of a picture; `width` and `height` in pixels as shown, after the EXIF rotation."""

    extension: str
    width: int
    height: int
    animated: bool


def read_header(file: Source) -> ImageHeader:
    """Return the header of `file` without decoding pixels. Raises InvalidImage."""
    try:
        return _read_header(file)
    except DamagedImage:
        with _opened(file) as opened:
            copy = repaired(opened)
        if copy is None:
            raise
        return _read_header(copy)


def _read_header(file: Source) -> ImageHeader:
    with _open(file) as image:
        width, height = image.size
        if orientation_of(image) in SIDEWAYS_ORIENTATIONS:
            width, height = height, width
        picture_format = format_of(image)
        animated = picture_format.is_animated and getattr(image, "is_animated", False)
        return ImageHeader(picture_format.extension, width, height, animated)


def open_image(
    file: Source,
    *,
    max_side: int | None = None,
    region: Region | None = None,
    rotation: int = 0,
    is_urgent: bool = False,
) -> Image.Image:
    """Decode `file`, or a `region` of it, to upright RGB: the middle frame, transparency on a background.

    With a `rotation` (degrees clockwise, after that of EXIF) the result is turned; the region refers to the turned
    picture.

    With `max_side` the result is shrunk to its `fitted_size` (note its rule for long pictures), which for JPEGs saves
    most of the decoding too. Huge and damaged pictures are decoded in another process; urgent ones come first. What is
    missing of a damaged one is grey; `fault_of` says what is wrong.

    Raises:
        InvalidImage: nothing of the picture can be shown.
        DecodingFailed: decoding exceeded memory or time.
    """
    if region is not None:
        region = turned_region(region, rotation=turned_back(rotation))
    return turned_image(_decoded(file, max_side=max_side, region=region, is_urgent=is_urgent), rotation)


def _decoded(file: Source, *, max_side: int | None, region: Region | None, is_urgent: bool) -> Image.Image:
    with suppress(DamagedImage), _open(file) as image:
        if decoding.needed_bytes(image, max_side=max_side, region=region) <= HUGE_BYTES:
            return decoding.decode_upright(image, max_side=max_side, region=region)
    try:
        return decode_huge(
            file, max_side=max_side, region=region, max_pixels=settings.MAX_IMAGE_PIXELS, is_urgent=is_urgent
        )
    except DecoderRefused as error:
        raise DamagedImage(damaged()) from error
    except DecoderEnded as error:
        raise DecodingFailed(too_demanding()) from error


def fault_of(image: Image.Image) -> str:
    """Return what is wrong with the file of an image that `open_image` returned, as a sentence; empty if nothing is."""
    fault = image.info.get("fault")
    if fault == INCOMPLETE:
        return _("The file is incomplete or damaged: parts of the picture may be missing.")
    return _("The animation is damaged: only its first frame is shown.") if fault == LATER_FRAMES else ""


def make_thumbnail(image: Image.Image, side: int) -> bytes:
    """Return `image`, shrunk to its `fitted_size`, as a WebP file."""
    size = fitted_size(image.size, side=side)
    scale = min(1.0, WEBP_MAX_SIDE / max(size))
    size = (max(1, int(size[0] * scale)), max(1, int(size[1] * scale)))
    if size != image.size:
        image = image.resize(size, SHRINK_FILTER)
    target = BytesIO()
    image.save(target, "WEBP", quality=WEBP_QUALITY, method=2, icc_profile=b"", exif=b"", xmp=b"")
    return target.getvalue()


def make_placeholder(image: Image.Image) -> bytes:
    """Return `image` as 4 × 4 pixels in BGR, the lowest row first: the body of a BMP file."""
    small = image.resize(PLACEHOLDER_SIZE, Image.Resampling.BOX)
    return small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes("raw", "BGR")


def read_exif(file: Source) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the EXIF tags and those of the GPS directory, by number, without decoding pixels; none if damaged."""
    with suppress(DamagedImage), _open(file) as image:
        exif = exif_of(image)
        return {**exif, **_directory(exif, ExifTags.IFD.Exif)}, _directory(exif, ExifTags.IFD.GPSInfo)
    return {}, {}


def _directory(exif: Image.Exif, ifd: ExifTags.IFD) -> dict[int, Any]:
    try:
        return exif.get_ifd(ifd)
    except DECODING_ERRORS:
        return {}


@contextmanager
def _opened(file: Source) -> Iterator[IO[bytes]]:
    """Yield `file` at its beginning; a file given by path is closed afterwards, and refused if a link leads to it."""
    if isinstance(file, str | PathLike):
        with open_original(Path(file)) as opened:
            yield opened
    else:
        file.seek(0)
        yield file


@contextmanager
def _open(file: Source) -> Iterator[ImageFile.ImageFile]:
    """Yield the opened picture, its pixels not yet decoded; decoding errors in the block become InvalidImage."""
    try:
        with _opened(file) as opened, decoding.open_file(opened, max_pixels=settings.MAX_IMAGE_PIXELS) as image:
            refuse_size(image)
            yield image
    except Image.UnidentifiedImageError as error:
        with _opened(file) as opened:
            head = opened.read(HEAD_BYTES)
        raise unreadable(head) from error
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(_("This picture has too many pixels. Reduce its size and try again.")) from error
    except MemoryError as error:
        raise DecodingFailed(too_demanding()) from error
    except DECODING_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk failed; the picture may be fine.
        raise undecodable(error) from error
