"""Draws the pictures that tests upload, import and search."""

import struct
import subprocess
import zlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFont

Colour = str | tuple[int, int, int]


def picture(red: int = 0, *, size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """Return an image file of one colour."""
    file = BytesIO()
    Image.new("RGB", size, (red, 0, 0)).save(file, kind)
    return file.getvalue()


def save_image(image: Image.Image, kind: str, **options: object) -> BytesIO:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    file = BytesIO()
    image.save(file, kind, **options)
    return file


def png_claiming(width: int, height: int) -> BytesIO:
    """Return a PNG whose header claims this size and whose pixel data is empty."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


def noise(size: tuple[int, int], mode: str) -> Image.Image:
    """Return a blotchy image, partly transparent if the mode has an alpha channel."""
    across, down = max(2, size[0] // 9), max(2, size[1] // 9)
    image = Image.effect_noise((across, down), 90).resize(size, Image.Resampling.BICUBIC)
    colours = Image.merge("RGBA", [image, image.rotate(180), image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), image])
    match mode:
        case "P":
            return colours.quantize(50)
        case "I;16":
            return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
        case "I" | "F":
            return image.convert(mode).point(lambda value: value * 1000 - 7)
        case "LA":
            return Image.merge("LA", [image, image.rotate(180)])
    return colours.convert("RGB").convert(mode) if mode in {"CMYK", "1", "L"} else colours.convert(mode)


@cache
def cjk_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that fontconfig finds for Chinese, `size` pixels high."""
    path = subprocess.run(["fc-match", "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True, check=True)
    return ImageFont.truetype(path.stdout, size)


def draw_lines(
    lines: Sequence[str],
    *,
    size: int = 36,
    width: int = 900,
    height: int | None = None,
    spacing: float = 1.9,
    ink: Colour = "black",
    paper: Colour = "white",
) -> Image.Image:
    """Draw the lines from the top left, each `size` pixels high; without `height` the image fits them."""
    step = int(size * spacing)
    image = Image.new("RGB", (width, height or step * len(lines) + step), paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, step // 2 + number * step), line, fill=ink, font=cjk_font(size))
    return image


# The corners in 0–1 of the width and height, clockwise from the top left, and the colours of `draw_corners` there.
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
COLOURS = {"a": (220, 30, 30), "b": (30, 180, 30), "c": (30, 30, 220), "d": (220, 200, 30)}


def draw_corners(size: tuple[int, int]) -> Image.Image:
    """Return an image of four quarters in four colours."""
    image = Image.new("RGB", size)
    for (x, y), colour in zip(CORNERS, COLOURS.values(), strict=True):
        quarter = (size[0] // 2, size[1] // 2)
        image.paste(colour, (x * quarter[0], y * quarter[1], (x + 1) * quarter[0], (y + 1) * quarter[1]))
    return image


def corner_colours(image: Image.Image) -> str:
    """Return the letters of the colours at the corners, clockwise from the top left; ? for another colour."""
    rgb = image.convert("RGB")
    found = ""
    for x, y in CORNERS:
        pixel = rgb.getpixel((x * (image.width - 5) + 2, y * (image.height - 5) + 2))
        near = (
            name for name, colour in COLOURS.items() if max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 60
        )
        found += next(near, "?")
    return found
