"""A sheet to draw samples on, which records every line of text written on it."""

import re
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = str | tuple[int, int, int]
Point = tuple[float, float]

# Noto Sans SC from a package of requirements-binaries.txt: the samples are the same on every machine, byte for byte.
FONT = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"

# A word or a Chinese character, with punctuation that must not begin the next line.
_WORD = re.compile(r"(?:[!-~]+|.)[ ，。！？：；、）”]*")


@cache
def sheet_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of all samples, `size` pixels high."""
    # Pillow's basic layout does not depend on a library of the system.
    return ImageFont.truetype(BytesIO(FONT.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


class Sheet:
    """An RGB image, a pen to draw on it, and in `lines` the text on it, in the order in which it was written."""

    def __init__(self, width: int, height: int, background: Colour = "white") -> None:
        self.image = Image.new("RGB", (width, height), background)
        self.pen = ImageDraw.Draw(self.image)
        self.lines: list[str] = []

    def write(
        self,
        position: Point,
        text: str,
        *,
        size: int,
        colour: Colour = "black",
        width: float = 0,
        anchor: str = "la",
        bold: float = 0,
        outline: Colour | None = None,
    ) -> float:
        """Write `text` at `position` and return the y below it; lines longer than `width` pixels (0: any) are broken.

        `anchor` is Pillow's; `bold` thickens the strokes by so many pixels, `outline` sets an edge around them.
        """
        x, y = position
        for line in wrap(text, size=size, width=width) if width else [text]:
            if outline:
                self.pen.text((x, y), line, outline, sheet_font(size), anchor=anchor, stroke_width=bold + size // 12)
            self.pen.text((x, y), line, colour, sheet_font(size), anchor=anchor, stroke_width=bold)
            self.lines.append(line)
            y += size * 1.45
        return y

    def write_pairs(
        self,
        pairs: str,
        *,
        left: float,
        right: float,
        y: float,
        size: int,
        gap: float,
        names: Colour = "black",
        values: Colour = "black",
    ) -> float:
        """Write lines of `name=value|name=value…`, names at the left, values up to the right; return the y below."""
        for pair in pairs.split("|"):
            name, value = pair.split("=")
            self.write((left, y), name, size=size, colour=names)
            y = self.write((right, y), value, size=size, colour=values, anchor="ra") + gap
        return y


def wrap(text: str, *, size: int, width: float) -> list[str]:
    """Break `text` into lines of at most `width` pixels: between words, and between any two Chinese characters."""
    lines, line = [], ""
    for word in _WORD.findall(text):
        if line and sheet_font(size).getlength((line + word).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


def text_width(text: str, *, size: int) -> float:
    """Return the width of a line in pixels."""
    return sheet_font(size).getlength(text)


def photograph(sheet: Sheet, *, angle: float, table: Colour, seed: int) -> Sheet:
    """Return the sheet as photographed: on a table, slightly rotated, unevenly lit and blurred, with noise."""
    page = sheet.image
    margin = page.width // 10
    image = Image.new("RGB", (page.width + 2 * margin, page.height + 2 * margin), table)
    shadow = Image.new("L", page.size, 120).rotate(angle, Image.Resampling.BICUBIC, expand=True)
    paper = page.convert("RGBA").rotate(angle, Image.Resampling.BICUBIC, expand=True)
    corner = ((image.width - paper.width) // 2, (image.height - paper.height) // 2)
    blurred = Image.new("L", image.size)
    blurred.paste(shadow, (corner[0] + 12, corner[1] + 16))
    image.paste("black", mask=blurred.filter(ImageFilter.GaussianBlur(14)))
    image.paste(paper, corner, paper)
    image = image.filter(ImageFilter.GaussianBlur(0.7))

    rows, columns = np.mgrid[0 : 1 : image.height * 1j, 0 : 1 : image.width * 1j]
    light = 1.04 - 0.22 * (rows * 0.6 + columns * 0.4)
    noise = np.random.default_rng(seed).normal(0, 4, (image.height, image.width, 1))
    pixels = np.asarray(image, np.float64) * light[..., None] + noise
    sheet.image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return sheet
