"""Limits of pictures: sides, shape and decoding memory, computed from the opened file before any pixel is decoded.

The setting MAX_IMAGE_PIXELS limits the number of pixels; the limits here keep every process below 1.2 GB whatever its
value.
"""

import math

from PIL import Image

from gallery.pictures.gif_frames import frames_extent
from gallery.pictures.tiff_pieces import FORMAT_OF_COMPRESSION

# Pixels. Long screenshots have 30,000, panoramas up to 60,000.
MAX_SIDE = 100_000
# Largest ratio of the sides. Long screenshots and panoramas stay below 100.
MAX_RATIO = 1_000
# Bytes: peak of the decoding itself in a separate process, and of that whole process.
MAX_DECODING_BYTES = 1_000_000_000
MAX_PROCESS_BYTES = 1_150_000_000
# Pictures above this are decoded in a separate process, one at a time.
HUGE_BYTES = 200_000_000

# Bytes of a stored pixel by Pillow's mode; all other modes take four.
STORED_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
# Peak bytes per pixel, result included, of decoders that work on the whole picture: measured
# (benchmarks/picture_memory.py) and rounded up. AVIF's header does not give the depth, so 12 bits are assumed.
DECODER_BYTES = {
    "WEBP": 18,
    "AVIF": 20,
    "JPEG2000": 28,
    # All channels with 16 bits, and one of them unpacked.
    "PSD": 12,
    # The sensor's values, the preview or half of the sides developed, and the result.
    "RAW": 10,
    "DNG": 10,
}
HEIF_BYTES = 9
DEEP_HEIF_BYTES = 15
# libjxl decodes in parts, unless there is transparency.
JXL_BYTES = 12
JXL_BYTES_WITH_ALPHA = 40
# Two frames, their composition, and the background.
ANIMATION_BYTES = 16
# libjpeg keeps the coefficients of all components if they are not in a single scan.
COEFFICIENT_BYTES = 2
# Fractions at which libjpeg can decode.
JPEG_DIVISORS = (1, 2, 4, 8)

TIFF_BITS, TIFF_COMPRESSION, TIFF_ORIENTATION, TIFF_SAMPLES = 258, 259, 274, 277
TIFF_ROWS_PER_STRIP, TIFF_PLANES, TIFF_TILE_WIDTH, TIFF_TILE_HEIGHT = 278, 284, 322, 323
UNCOMPRESSED = 1
JPEG_IN_TIFF = {6, 7}
START_OF_SCAN = b"\xff\xda"


def decoding_bytes(image: Image.Image, *, divisor: int = 1, first_frame: bool = False) -> int:
    """Return an upper bound of the memory for decoding the opened `image`, including the result.

    `divisor` is the fraction at which a JPEG is decoded.
    """
    pixels = math.prod(image.size)
    stored = pixels * STORED_BYTES.get(image.mode, 4)
    match image.format:
        case "JPEG" | "MPO":
            return stored // divisor**2 + _coefficient_bytes(image)
        case "HEIF":
            return pixels * (HEIF_BYTES if image.info.get("bit_depth", 8) <= 8 else DEEP_HEIF_BYTES)
        case "JXL":
            return pixels * (JXL_BYTES_WITH_ALPHA if image.mode.endswith("A") else JXL_BYTES)
        case "TIFF":
            # Rotated while decoding: two copies.
            is_turned = image.tag_v2.get(TIFF_ORIENTATION, 1) != 1  # type: ignore[attr-defined]
            return stored + max(_strip_bytes(image), stored * is_turned)
        case "GIF" | "PNG" if not first_frame and shows_later_frame(image):
            return _animation_bytes(image)
    return pixels * DECODER_BYTES[image.format] if image.format in DECODER_BYTES else stored


def least_decoding_bytes(image: Image.Image) -> int:
    """Return the bound for the most frugal decoding: a JPEG at an eighth, of an animation the first frame."""
    return decoding_bytes(image, divisor=JPEG_DIVISORS[-1], first_frame=True)


def shows_later_frame(image: Image.Image) -> bool:
    """Return whether the picture is an animation small enough to decode a frame after the first."""
    return getattr(image, "is_animated", False) and _animation_bytes(image) <= MAX_DECODING_BYTES


def jpeg_divisor(image: Image.Image, *, wanted: tuple[int, int]) -> int:
    """Return the fraction at which to decode a JPEG: the smallest size of at least `wanted` that fits into memory."""
    enough = min(image.width // wanted[0], image.height // wanted[1])
    fitting = [d for d in JPEG_DIVISORS if decoding_bytes(image, divisor=d) <= MAX_DECODING_BYTES]
    sufficient = max((d for d in JPEG_DIVISORS if d <= enough), default=1)
    return max(sufficient, min(fitting, default=JPEG_DIVISORS[-1]))


def _animation_bytes(image: Image.Image) -> int:
    """Return the memory for decoding frame by frame; an unusual GIF counts as huge and is limited by its process."""
    extent = frames_extent(image.fp) if image.format == "GIF" else image.size  # type: ignore[attr-defined]
    return math.prod(extent) * ANIMATION_BYTES if extent else HUGE_BYTES + 1


def _coefficient_bytes(image: Image.Image) -> int:
    """Return the memory for the coefficients of a JPEG with several scans."""
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    if not layers or not _comes_in_scans(image, len(layers)):
        return 0
    widest, highest = max(h for _, h, _, _ in layers), max(v for _, _, v, _ in layers)
    shares = [h * v / (widest * highest) for _, h, v, _ in layers]
    return int(math.prod(image.size) * sum(shares) * COEFFICIENT_BYTES)


def _comes_in_scans(image: Image.Image, layers: int) -> bool:
    """Return whether a JPEG is progressive, or its first scan (whose header Pillow has read) lacks components."""
    if image.info.get("progressive"):
        return True
    file = image.fp  # type: ignore[attr-defined]
    place = file.tell()
    length = 6 + 2 * layers
    if place < length + 2:
        return True
    file.seek(place - length - 2)
    header = file.read(length + 2)
    file.seek(place)
    return bool(header[:5] != START_OF_SCAN + length.to_bytes(2, "big") + bytes([layers]))


def _strip_bytes(image: Image.Image) -> int:
    """Return the memory for one strip or tile of a compressed TIFF, which libtiff decodes at once."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    compression = tags.get(TIFF_COMPRESSION, UNCOMPRESSED)
    if compression == UNCOMPRESSED:
        return 0
    bits = tags.get(TIFF_BITS, (1,))
    bits_per_pixel = max(bits) * (1 if tags.get(TIFF_PLANES) == 2 else int(tags.get(TIFF_SAMPLES, 1)))
    if TIFF_TILE_WIDTH in tags:
        pixels = int(tags[TIFF_TILE_WIDTH]) * int(tags.get(TIFF_TILE_HEIGHT, 0))
    else:
        pixels = image.width * min(image.height, int(tags.get(TIFF_ROWS_PER_STRIP, image.height)))
    if compression in FORMAT_OF_COMPRESSION:
        return pixels * DECODER_BYTES["JPEG2000"]
    strip = pixels * bits_per_pixel // 8
    # libjpeg's coefficients, and four bytes a pixel during conversion.
    return strip + pixels * (4 + 8) if compression in JPEG_IN_TIFF else strip
