"""Writes picture files byte by byte, of kinds that Pillow does not write."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image

P3 = ((0.51512, 0.29198, 0.1571), (0.2412, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407))
"""Colours of Display P3 in XYZ (D50): rows X, Y, Z; columns red, green, blue."""

# Sizes of TIFF's types in bytes, and their letters for struct.
TIFF_TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 10: "i"}


def chunk(name: bytes, data: bytes, *, checksum: int | None = None) -> bytes:
    """Return a chunk of a PNG."""
    right = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", right if checksum is None else checksum)


def png(rows: np.ndarray, *, depth: int, kind: int, width: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a PNG of `rows` of bytes, with chunks `before` and `after` the pixels."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = [chunk(b"IHDR", header), before, chunk(b"IDAT", data), after, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(tags: dict[int, tuple[int, Sequence[int]]], data: bytes) -> bytes:
    """Return a little-endian TIFF with one strip; `tags` holds type and values by number."""
    tags = tags | {273: (4, [8]), 279: (4, [len(data)])}
    body, entries = bytearray(data + bytes(len(data) % 2)), []
    for tag, (kind, values) in sorted(tags.items()):
        count = len(values) // 2 if kind in (5, 10) else len(values)
        packed = struct.pack(f"<{len(values)}{TIFF_TYPES[kind]}", *values)
        if len(packed) > 4:
            place = 8 + len(body)
            body += packed + bytes(len(packed) % 2)
            packed = struct.pack("<I", place)
        entries.append(struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0"))
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + bytes(body) + directory


def dng(image: Image.Image, *, orientation: int = 1) -> bytes:
    """Return a DNG whose sensor saw `image` through red, green and blue filters (RGGB)."""
    colours = (np.asarray(image.convert("RGB"), np.float64) / 255) ** 2.2
    values = np.empty(colours.shape[:2], "<u2")
    for down, across, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        values[down::2, across::2] = colours[down::2, across::2, channel] * 60_000
    # From XYZ to the camera, whose colours are those of sRGB.
    matrix = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
    tags: dict[int, tuple[int, Sequence[int]]] = {
        254: (4, [0]),
        256: (4, [image.width]),
        257: (4, [image.height]),
        258: (3, [16]),
        259: (3, [1]),
        262: (3, [32803]),
        271: (2, b"Sample\0"),
        272: (2, b"Drawn\0"),
        274: (3, [orientation]),
        277: (3, [1]),
        278: (4, [image.height]),
        33421: (3, [2, 2]),
        33422: (1, [0, 1, 1, 2]),
        50706: (1, [1, 4, 0, 0]),
        50708: (2, b"Drawn\0"),
        50717: (4, [60_000]),
        50721: (10, [part for value in matrix for part in (round(value * 10_000), 10_000)]),
        50728: (5, [1, 1] * 3),
        50778: (3, [21]),
    }
    return tiff(tags, values.tobytes())


def psd(image: Image.Image, *, depth: int = 8, version: int = 1, is_packed: bool = False) -> bytes:
    """Return a PSD, or a PSB (version 2), with nothing but its composite, perhaps in runs of single bytes."""
    kind = {"L": 1, "RGB": 3, "RGBA": 3, "CMYK": 4}[image.mode]
    bands = [np.asarray(band) for band in image.split()]
    if image.mode == "CMYK":
        bands = [255 - band for band in bands]
    if depth == 16:
        bands = [band.astype(">u2") * 257 for band in bands]
    header = b"8BPS" + struct.pack(">H6xHIIHH", version, len(bands), image.height, image.width, depth, kind)
    sections = bytes(12 if version == 1 else 16)
    if not is_packed:
        return header + sections + bytes(2) + b"".join(band.astype(band.dtype).tobytes() for band in bands)
    rows = [b"".join(b"\0" + bytes([byte]) for byte in row.tobytes()) for band in bands for row in band]
    counts = struct.pack(f">{len(rows)}{'H' if version == 1 else 'I'}", *map(len, rows))
    return header + sections + b"\0\1" + counts + b"".join(rows)


def pam(image: Image.Image) -> bytes:
    """Return a PAM."""
    names = {"L": "GRAYSCALE", "LA": "GRAYSCALE_ALPHA", "RGB": "RGB", "RGBA": "RGB_ALPHA"}
    depth = len(image.getbands())
    lines = ("P7", f"WIDTH {image.width}", f"HEIGHT {image.height}", f"DEPTH {depth}", "MAXVAL 255")
    return "\n".join((*lines, f"TUPLTYPE {names[image.mode]}", "ENDHDR", "")).encode() + image.tobytes()


def rgb_profile(colours: Iterable[Iterable[float]] = P3, *, gamma: float = 2.2, padding: int = 0) -> bytes:
    """Return an ICC profile of a screen; `padding` makes it larger."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = [(name, _xyz(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), np.array(colours).T, strict=True)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _profile(b"RGB ", tags, padding=padding)


def grey_profile(*, gamma: float) -> bytes:
    """Return an ICC profile of grey pictures."""
    return _profile(b"GRAY", [(b"kTRC", b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2))])


def _xyz(values: Iterable[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(space: bytes, tags: list[tuple[bytes, bytes]], *, padding: int = 0) -> bytes:
    words = "A drawn screen".encode("utf-16-be")
    name = b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words
    white = _xyz((0.9642, 1.0, 0.8249))
    noise = np.random.default_rng(1).bytes(padding)
    tags = [(b"desc", name), (b"cprt", name), (b"wtpt", white), *tags, *([(b"data", noise)] if padding else [])]
    place, directory, body = 128 + 4 + 12 * len(tags), b"", b""
    for tag, data in tags:
        padded = data + bytes(-len(data) % 4)
        directory += tag + struct.pack(">II", place + len(body), len(data))
        body += padded
    content = struct.pack(">I", len(tags)) + directory + body
    date = struct.pack(">6H", 2026, 11, 29, 0, 0, 0)
    head = struct.pack(
        ">I4s4s4s4s4s12s4s", 128 + len(content), bytes(4), b"\4\x30\0\0", b"mntr", space, b"XYZ ", date, b"acsp"
    )
    illuminant = struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    return (head + bytes(28) + illuminant).ljust(128, b"\0") + content


def wide_pixels(image: Image.Image) -> np.ndarray:
    """Return the pixels of an image with 16 bits each, as bytes in rows."""
    values = np.asarray(image).astype(">u2") * 257
    return values.reshape(image.height, -1).view(np.uint8)


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the file that Pillow writes, as much like the image as the format can be."""
    best: dict[str, dict[str, object]] = {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"lossless": True, "exact": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
        "HEIF": {"quality": -1, "chroma": 444},
        "JPEG2000": {"irreversible": False},
        "ICO": {"sizes": [image.size]},
    }
    file = BytesIO()
    image.save(file, kind, **best.get(kind, {}), **options)
    return file.getvalue()
