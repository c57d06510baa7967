"""Contact sheet: one picture of many thumbnails with their ids, for an assistant to view many photos at once."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from gallery.models import Photo
from gallery.storage.files import thumbnail_path
from search.assistant.masking import mask_lines
from search.models import PhotoText

COLUMNS = 5
# Pixels.
CELL_SIDE = 240
LABEL_HEIGHT = 26
MARGIN = 6
JPEG_QUALITY = 80
BLURRED_SIDE = 16  # of the longer side: too few pixels for legible numbers


def make_contact_sheet(photos: Sequence[Photo], *, shows_sensitive: bool) -> bytes:
    """Return a JPEG file; unless `shows_sensitive`, lines of text with sensitive numbers are painted over.

    Photos without recognised text are blurred, because their numbers are unknown.
    """
    columns = min(COLUMNS, len(photos))
    rows = -(-len(photos) // COLUMNS)
    sheet = Image.new("RGB", (columns * CELL_SIDE, rows * (CELL_SIDE + LABEL_HEIGHT)), "#202124")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    texts = {} if shows_sensitive else PhotoText.objects.in_bulk([photo.pk for photo in photos])
    for number, photo in enumerate(photos):
        left, top = number % COLUMNS * CELL_SIDE, number // COLUMNS * (CELL_SIDE + LABEL_HEIGHT)
        draw.text((left + MARGIN, top + MARGIN), str(photo.pk), font=font, fill="#ffffff")
        thumbnail = _thumbnail(photo)
        if thumbnail is None:
            draw.text((left + MARGIN, top + LABEL_HEIGHT + MARGIN), "(no thumbnail yet)", font=font, fill="#9aa0a6")
            continue
        if photo.pk in texts:
            _paint_over(thumbnail, texts[photo.pk].lines_as_seen(photo.thumbnail_rotation))
        elif not shows_sensitive:
            thumbnail = thumbnail.reduce(-(-max(thumbnail.size) // BLURRED_SIDE)).resize(thumbnail.size)
        thumbnail.thumbnail((CELL_SIDE - 2 * MARGIN, CELL_SIDE - MARGIN))
        sheet.paste(thumbnail, (left + MARGIN, top + LABEL_HEIGHT))
    file = BytesIO()
    sheet.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _thumbnail(photo: Photo) -> Image.Image | None:
    try:
        with Image.open(_path_of(photo)) as image:
            return image.convert("RGB")
    except FileNotFoundError:
        return None


def _path_of(photo: Photo) -> Path:
    return thumbnail_path("small", owner_id=photo.owner_id, sha256=photo.sha256, rotation=photo.thumbnail_rotation)


def _paint_over(image: Image.Image, found: Sequence[dict[str, Any]]) -> None:
    draw = ImageDraw.Draw(image)
    lines = [line["text"] for line in found]
    for line, masked, box in zip(lines, mask_lines(lines), (line["box"] for line in found), strict=True):
        if masked != line:
            corners = [(x * image.width, y * image.height) for x, y in box]
            draw.polygon(corners, fill="#000000", outline="#000000", width=3)
