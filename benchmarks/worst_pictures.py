"""Small picture files that decode to the largest accepted size, or more."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image


def png(width: int, height: int, *, kind: int, bits: int = 8, interlaced: bool = False, palette: bytes = b"") -> bytes:
    """Return a PNG of zeros, made without the whole picture in memory; `kind` is PNG's colour type."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    packer = zlib.compressobj(1)
    data = b""
    for columns, rows in _passes(width, height) if interlaced else [(width, height)]:
        line = bytes(1 + (columns * channels * bits + 7) // 8)
        data += b"".join(packer.compress(line) for _ in range(rows))
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header)]
    if kind == 3:
        chunks += [(b"PLTE", bytes(768)), (b"tRNS", palette)]
    chunks += [(b"IDAT", data + packer.flush()), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _passes(width: int, height: int) -> list[tuple[int, int]]:
    """Return columns and rows of the passes of Adam7."""
    starts = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    sizes = [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in starts]
    return [(columns, rows) for columns, rows in sizes if columns > 0 and rows > 0]


def tiff(width: int, height: int, *, samples: int, bits: int, is_float: bool = False, tile: int = 0) -> bytes:
    """Return a deflated TIFF of zeros, in one strip or in square tiles."""
    side_x, side_y = (tile, tile) if tile else (width, height)
    packer = zlib.compressobj(1)
    line = bytes(side_x * samples * bits // 8)
    part = b"".join(packer.compress(line) for _ in range(side_y)) + packer.flush()
    count = -(-width // side_x) * -(-height // side_y)
    data = 8 + len(part) + len(part) % 2
    shorts = struct.pack("<4H", bits, bits, bits, bits)
    offsets = struct.pack(f"<{count}I", *[8] * count)
    lengths = struct.pack(f"<{count}I", *[len(part)] * count)
    places = data, data + len(shorts), data + len(shorts) + len(offsets)
    ifd = places[2] + len(lengths)
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, samples, places[0] if samples > 2 else bits),
        (259, 3, 1, 8),
        (262, 3, 1, 2 if samples > 2 else 1),
        (277, 3, 1, samples),
        (284, 3, 1, 1),
    ]
    where = [(count, places[1] if count > 1 else 8), (count, places[2] if count > 1 else len(part))]
    if tile:
        tags += [(322, 4, 1, tile), (323, 4, 1, tile), (324, 4, *where[0]), (325, 4, *where[1])]
    else:
        tags += [(273, 4, *where[0]), (278, 4, 1, height), (279, 4, *where[1])]
    if samples == 4:
        tags.append((338, 3, 1, 2))
    if is_float:
        tags.append((339, 3, 1, 3))
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return struct.pack("<2sHI", b"II", 42, ifd) + part.ljust(data - 8, b"\0") + shorts + offsets + lengths + directory


def encoded(mode: str, size: tuple[int, int], kind: str, **options: object) -> bytes:
    """Return a picture encoded by Pillow."""
    file = BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(file, kind, **options)
    return file.getvalue()


def gif(side: int, frames: int) -> bytes:
    """Return an animation whose frames all have the full size."""
    return encoded(
        "P",
        (side, side),
        "GIF",
        save_all=True,
        append_images=[Image.new("P", (side, side), n) for n in range(1, frames)],
    )


PICTURES: dict[str, Callable[[], bytes]] = {
    "PNG RGBA 14100²": lambda: png(14_100, 14_100, kind=6),
    "PNG RGBA 16 bits 14100²": lambda: png(14_100, 14_100, kind=6, bits=16),
    "PNG RGBA 16 bits interlaced 14100²": lambda: png(14_100, 14_100, kind=6, bits=16, interlaced=True),
    "PNG grey 16 bits 14100²": lambda: png(14_100, 14_100, kind=0, bits=16),
    "PNG palette, transparent 14100²": lambda: png(14_100, 14_100, kind=3, palette=bytes(256)),
    "PNG 100000 × 2000": lambda: png(100_000, 2_000, kind=6),
    "PNG 200000000 × 1": lambda: png(200_000_000, 1, kind=0),
    "TIFF RGBA 16 bits, one strip 9100²": lambda: tiff(9_100, 9_100, samples=4, bits=16),
    "TIFF RGBA 16 bits, one strip 14100²": lambda: tiff(14_100, 14_100, samples=4, bits=16),
    "TIFF RGBA 16 bits, tiles 14100²": lambda: tiff(14_100, 14_100, samples=4, bits=16, tile=512),
    "TIFF float, one strip 11100²": lambda: tiff(11_100, 11_100, samples=1, bits=32, is_float=True),
    "JPEG CMYK progressive 11100²": lambda: encoded("CMYK", (11_100, 11_100), "JPEG", progressive=True),
    "JPEG CMYK progressive 14100²": lambda: encoded("CMYK", (14_100, 14_100), "JPEG", progressive=True),
    "JPEG progressive 4:2:0 14100²": lambda: encoded("RGB", (14_100, 14_100), "JPEG", progressive=True),
    "JPEG 14100²": lambda: encoded("RGB", (14_100, 14_100), "JPEG", subsampling=0),
    "WebP lossless 7400²": lambda: encoded("RGBA", (7_400, 7_400), "WEBP", lossless=True, quality=0, method=0),
    "AVIF 7000²": lambda: encoded("RGB", (7_000, 7_000), "AVIF", speed=10, subsampling="4:4:4"),
    "HEIC 10000²": lambda: encoded("RGB", (10_000, 10_000), "HEIF", quality=30),
    "GIF, four frames of 7900²": lambda: gif(7_900, 4),
    "GIF, three frames of 14100²": lambda: gif(14_100, 3),
}
