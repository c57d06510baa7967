"""The table of picture formats: to support another format, add a row here.

Memory estimates per format are in gallery.pictures.image_limits. This module needs no settings.
"""

import re
from dataclasses import dataclass

# Files of the ISO base media format name their kind after the first four bytes.
ISO_MEDIA = rb"....ftyp"


@dataclass(frozen=True)
class Format:
    """One picture format.

    Files are stored with `extension`; `suffixes` are all spellings in file names, in lower case. `start` is a regular
    expression for the first bytes of files without a suffix. `pillow_feature` is what `PIL.features` calls the decoder
    if a Pillow may be built without it.
    """

    name: str
    extension: str
    content_type: str
    pillow_names: tuple[str, ...]
    suffixes: tuple[str, ...]
    start: bytes | None
    # Frames follow each other in time. Those of TIFF and HEIC are pages or parts, and the first is the picture.
    is_animated: bool = False
    pillow_feature: str = ""
    # Some browsers do not count these files as `image/*` when users select a file.
    is_unknown_to_browsers: bool = False


FORMATS = (
    Format(
        "JPEG",
        "jpg",
        "image/jpeg",
        # 3D and "portrait" cameras put several JPEGs into one MPO file; the first is the picture.
        ("JPEG", "MPO"),
        ("jpg", "jpeg", "jpe", "jfif", "mpo"),
        rb"\xff\xd8\xff",
        pillow_feature="jpg",
    ),
    Format(
        "PNG",
        "png",
        "image/png",
        ("PNG",),
        ("png", "apng"),
        rb"\x89PNG\r\n\x1a\n",
        is_animated=True,
        pillow_feature="zlib",
    ),
    Format("GIF", "gif", "image/gif", ("GIF",), ("gif",), rb"GIF8[79]a", is_animated=True),
    Format(
        "WebP",
        "webp",
        "image/webp",
        ("WEBP",),
        ("webp",),
        rb"RIFF....WEBP",
        is_animated=True,
        pillow_feature="webp",
    ),
    # Texts may begin with the two letters of a BMP.
    Format("BMP", "bmp", "image/bmp", ("BMP",), ("bmp", "dib"), None),
    Format("TIFF", "tiff", "image/tiff", ("TIFF",), ("tiff", "tif"), rb"II\*\x00|MM\x00\*"),
    Format(
        "HEIC",
        "heic",
        "image/heic",
        ("HEIF",),
        ("heic", "heif", "hif"),
        ISO_MEDIA,
        is_unknown_to_browsers=True,
    ),
    Format(
        "AVIF",
        "avif",
        "image/avif",
        ("AVIF",),
        ("avif",),
        ISO_MEDIA,
        is_animated=True,
        pillow_feature="avif",
        is_unknown_to_browsers=True,
    ),
)

FORMAT_OF_PILLOW_NAME = {name: row for row in FORMATS for name in row.pillow_names}
FORMAT_OF_EXTENSION = {row.extension: row for row in FORMATS}
EXTENSION_OF_SUFFIX = {suffix: row.extension for row in FORMATS for suffix in row.suffixes}
# For sentences, such as "JPEG, PNG, GIF".
FORMAT_NAMES = ", ".join(row.name for row in FORMATS)
# For the `accept` attribute of file inputs.
ACCEPT = ",".join(
    ["image/*", *(f".{suffix}" for row in FORMATS if row.is_unknown_to_browsers for suffix in row.suffixes)]
)

_START = re.compile(b"|".join({row.start for row in FORMATS if row.start}), re.DOTALL)


def looks_like_picture(head: bytes) -> bool:
    """Return whether a file that begins with `head`, at least 16 bytes of it, may be a supported picture."""
    return _START.match(head) is not None


def has_suffix(filename: str, *, extension: str) -> bool:
    """Return whether the suffix of `filename` fits the format stored with `extension`."""
    return EXTENSION_OF_SUFFIX.get(filename.rpartition(".")[2].lower()) == extension
