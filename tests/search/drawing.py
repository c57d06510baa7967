"""Draws the pictures that the tests and benchmarks read: lines of Chinese and English on paper, at known places."""

import subprocess
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

Colour = str | tuple[int, int, int]


@cache
def cjk_font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Chinese characters, `size` pixels high, as fontconfig finds it."""
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
    """A picture with one text per line, `size` pixels high, from the top left; as high as the lines need."""
    step = int(size * spacing)
    image = Image.new("RGB", (width, height or step * len(lines) + step), paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, step // 2 + number * step), line, fill=ink, font=cjk_font(size))
    return image
