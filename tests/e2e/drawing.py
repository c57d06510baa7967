"""Draws pictures with text to upload and to search with."""

from io import BytesIO

from PIL import Image

from photosearch.samples.catalogue import SAMPLES
from photosearch.samples.sheet import Sheet


def note(*lines: str) -> bytes:
    """Return a PNG with these lines of text."""
    sheet = Sheet(1000, 100 + 120 * len(lines), "#fffaf0")
    for row, line in enumerate(lines):
        sheet.write((60, 60 + 120 * row), line, size=52)
    return png(sheet.image)


def bytes_of(filename: str) -> bytes:
    """Return the bytes of a sample picture."""
    return next(sample for sample in SAMPLES if sample.filename == filename).read()


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
