"""Shows what is there of damaged pictures: repairs files in memory, and decodes what can be decoded.

Only the decoder process (`gallery.pictures.huge_images`) decodes damaged pictures, because Pillow's switch for them
applies to a whole process, and because their files are the most likely to crash a decoder.
"""

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from PIL import Image, ImageFile

GREY = 128
# Modes in which missing pixels become grey; palettes may not have any.
GREY_OF_MODE = {"L": GREY, "RGB": (GREY,) * 3, "LA": (GREY, 255), "RGBA": (*(GREY,) * 3, 255), "CMYK": (0, 0, 0, GREY)}
# Formats whose decoders fill the memory that is there. Those of the others make their own.
FILLED_FORMATS = {"BMP", "DIB", "JPEG", "MPO", "PNG", "PPM", "PSD", "TGA", "TIFF"}

# Files may claim any length; more than this is not added.
MAX_PADDING = 64 << 20
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHUNK = re.compile(rb"IHDR|PLTE|tRNS|IDAT|IEND")
JPEG_START_OF_SCAN = 0xDA
# Segments that may be broken without harm. Adobe's (14) says how colours are stored.
JPEG_APPLICATION_SEGMENTS = set(range(0xE1, 0xF0)) - {0xEE}


def repaired(file: IO[bytes]) -> IO[bytes] | None:
    """Return a copy of a damaged file with a frame that decoders accept; None if there is nothing to repair."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        return _without_segments(file.read())
    if head.startswith(PNG_SIGNATURE):
        return _with_needed_chunks(file.read())
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        (length,) = struct.unpack_from("<I", head, 4)
        return _padded(file.read(), length + 8)
    if head[4:8] == b"ftyp":
        data = file.read()
        return _padded(data, _claimed_length(data))
    return None


def load_what_is_there(image: ImageFile.ImageFile) -> Image.Image:
    """Decode as much as possible of the first frame; the rest is grey. Raises OSError if nothing is readable."""
    if image.format in FILLED_FORMATS and image.mode in GREY_OF_MODE:
        image.im = Image.core.fill(image.mode, image.size, GREY_OF_MODE[image.mode])
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.load()
    except (ArithmeticError, LookupError, OSError, RuntimeError, SyntaxError, ValueError, struct.error):
        if image._im is None:
            raise
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    # Detached from the file: it would decode again.
    result = Image.new("1", (1, 1))._new(image.im)
    result.info, result.format = dict(image.info), image.format
    if image.palette:
        result.palette = image.palette
    if _is_empty(result):
        message = "no pixel is readable"
        raise OSError(message)
    return result


def _is_empty(image: Image.Image) -> bool:
    """Return whether the picture has one colour, that of missing pixels: grey, or black where memory was not filled."""
    if image.format not in FILLED_FORMATS or image.mode not in GREY_OF_MODE:
        return image.getbbox() is None
    colours = image.getcolors(1)
    return colours is not None and colours[0][1] == GREY_OF_MODE[image.mode]


def _padded(data: bytes, length: int) -> IO[bytes] | None:
    missing = length - len(data)
    return BytesIO(data + bytes(missing)) if 0 < missing <= MAX_PADDING else None


def _claimed_length(data: bytes) -> int:
    """Return the end of the last box of an ISO media file, which may lie beyond the end of the file."""
    place = 0
    while place + 16 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        if length == 1:
            length = int.from_bytes(data[place + 8 : place + 16], "big")
        if length < 8:
            break
        place += length
    return place


def _with_needed_chunks(data: bytes) -> IO[bytes]:
    """Return a PNG of the chunks that pixels need, found by their names whatever stands between them."""
    parts = [PNG_SIGNATURE]
    for name, body, checksum in _chunks(data):
        parts.append(struct.pack(">I", len(body)) + name + body + checksum)
    return BytesIO(b"".join(parts))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    place = len(PNG_SIGNATURE)
    while found := PNG_CHUNK.search(data, place):
        start = found.end()
        length = int.from_bytes(data[found.start() - 4 : found.start()], "big")
        body = data[start : start + length]
        yield found.group(), body, data[start + length : start + length + 4]
        place = start + len(body)


def _without_segments(data: bytes) -> IO[bytes]:
    """Return a JPEG without the segments of applications, such as EXIF and profiles."""
    parts, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != JPEG_START_OF_SCAN:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] not in JPEG_APPLICATION_SEGMENTS:
            parts.append(data[place:end])
        place = end
    return BytesIO(b"".join(parts) + data[place:])
