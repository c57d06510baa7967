"""Pictures to process, all different: photographs of twelve megapixels and screenshots with text, in turn."""

from collections.abc import Iterator
from io import BytesIO
from itertools import count

from PIL import Image

from photosearch.samples.catalogue import SAMPLES
from photosearch.samples.sheet import Sheet

WORDS = "会议改到星期三下午，请带上报告 The meeting moved to Wednesday, bring the report. Ticket"


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield file names and bytes, endlessly."""
    photograph = next(sample for sample in SAMPLES if sample.filename == "china.jpg")
    scene = Image.open(BytesIO(photograph.read())).convert("RGB")
    for number in count(1):
        yield f"photo-{number:05}.jpg", _photograph(scene, number)
        yield f"screenshot-{number:05}.png", _screenshot(number)


def _photograph(scene: Image.Image, number: int) -> bytes:
    """Return a part of the scene that depends on the number, enlarged to 4000 × 3000."""
    left, top = number * 7 % 160, number * 5 % 120
    part = scene.resize((4000, 3000), box=(left, top, left + 480, top + 300 + number % 7))
    file = BytesIO()
    part.save(file, "JPEG", quality=85)
    return file.getvalue()


def _screenshot(number: int) -> bytes:
    """Return a picture of 1080 × 1920 with a dozen lines of text."""
    sheet, y = Sheet(1080, 1920, "#f4f4f4"), 60.0
    for line in range(6):
        y = sheet.write((60, y), f"{WORDS} {number:05}-{line}", size=44, width=960) + 40
    file = BytesIO()
    sheet.image.save(file, "PNG")
    return file.getvalue()
