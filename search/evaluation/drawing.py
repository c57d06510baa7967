"""Draws the labelled pictures: conversations, notes, signs, tickets, receipts, tables, columns, memes, terminals."""

import subprocess
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from photosearch.samples.sheet import sheet_font
from search.evaluation.labelled_set import CELL_BREAK, COLUMN_BREAK, LabelledPicture

MARGIN = 60
LINE_HEIGHT = 1.7
# Width, size of letters, ink and paper of each form.
LOOKS = {
    "chat": (720, 30, "#191919", "#ededed"),
    "note": (900, 34, "#202020", "white"),
    "sign": (1000, 52, "white", "#22577a"),
    "ticket": (820, 36, "#1d3557", "#fdf6e3"),
    "receipt": (520, 26, "#333333", "#fafafa"),
    "table": (900, 30, "black", "white"),
    "columns": (1100, 30, "black", "white"),
    "meme": (800, 54, "white", "#444444"),
    "terminal": (900, 28, "#33dd66", "#111111"),
    "plain": (640, 30, "black", "#8fbcbb"),
}
# Letters of these languages change their form beside others, for which Pillow needs a library of the system.
SHAPED_LANGUAGES = frozenset(("ar", "th"))
PREFERRED_FONT = "NotoSansCJK-Regular"


class NoFont(Exception):
    """No font on this machine has the letters of the picture."""


def picture_file(picture: LabelledPicture) -> bytes:
    """Return the file of a picture, the same every time. Raises NoFont."""
    if picture.source:
        package, _slash, path = picture.source.partition("/")
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(package)
        return (Path(spec.origin).parent / path).read_bytes()
    file = BytesIO()
    draw_picture(picture).save(file, "PNG")
    return file.getvalue()


def draw_picture(picture: LabelledPicture) -> Image.Image:
    """Return the drawn picture. Raises NoFont."""
    if picture.language in SHAPED_LANGUAGES and not features.check("raqm"):
        raise NoFont(picture.language)
    width, size, ink, paper = LOOKS[picture.form]
    lines = picture.text.strip().splitlines()
    if picture.form == "plain":
        # Vectors of pictures in one colour would be the same.
        paper = f"#{sha256(picture.name.encode()).hexdigest()[:6]}"
    image = Image.new("RGB", (width, int(2 * MARGIN + size * LINE_HEIGHT * max(4, len(lines)))), paper)
    pen = ImageDraw.Draw(image)
    column, row = MARGIN, 0
    for number, line in enumerate(lines):
        if line == COLUMN_BREAK:
            column, row = width // 2 + MARGIN // 2, 0
            continue
        y = MARGIN + row * size * LINE_HEIGHT
        for part, text in enumerate(line.split(CELL_BREAK)):
            x = column + part * (width - 2 * MARGIN) // 3
            if picture.form == "chat":
                x = _draw_bubble(pen, text, y=y, size=size, width=width, is_own=bool(number % 2))
            pen.text((x, y), text, ink, _font(text, size=size))
        row += 1
    return image


def _draw_bubble(pen: ImageDraw.ImageDraw, text: str, *, y: float, size: int, width: int, is_own: bool) -> int:
    """Draw a bubble on the side of its author; return the left edge of its text."""
    length = int(_font(text, size=size).getlength(text))
    left = width - MARGIN - length if is_own else MARGIN
    box = (left - 16, y - 6, left + length + 16, y + size * 1.4)
    pen.rounded_rectangle(box, 12, fill="#95ec69" if is_own else "white")
    return left


def _font(text: str, *, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of the system that has all characters of `text`, or the packaged one. Raises NoFont."""
    file = _system_font("".join(sorted(set(text) - {" "})))
    if file:
        return ImageFont.truetype(file, size)
    if not text.isascii():
        raise NoFont(text)
    return sheet_font(size)


@cache
def _system_font(characters: str) -> str:
    """Return the file of a font that fontconfig finds for the characters; empty if there is none."""
    codes = " ".join(f"{ord(character):x}" for character in characters)
    command = ["fc-list", "-f", "%{file}\n", f":charset={codes}"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    files = [file for file in found if file]
    return min(files, key=lambda file: (PREFERRED_FONT not in file, "Regular" not in file, file), default="")
