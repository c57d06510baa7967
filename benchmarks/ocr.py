"""Speed, accuracy and memory of text recognition by kind of picture: `python -m benchmarks.ocr [KIND …]`.

Wrong characters of each drawn line are counted against the most similar part of the recognised text, without spaces and
line breaks. Recognised lines that resemble no drawn one are false, as are all in photographs without text. To compare
two versions, run it in both checkouts in turn.
"""

import argparse
import resource
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from django.conf import settings
from PIL import Image

from photosearch.samples.catalogue import SAMPLES, SamplePicture
from photosearch.samples.sheet import Sheet, sheet_font
from search.evaluation.drawing import NoFont, draw_picture
from search.evaluation.labelled_set import CELL_BREAK, COLUMN_BREAK, labelled_pictures
from search.ocr.reader import engine_version, read_image

TURNS = [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
# Photographs and textures of scikit-image and scikit-learn without legible text.
WITHOUT_TEXT = (
    "skimage/data/astronaut.png",
    "skimage/data/brick.png",
    "skimage/data/cell.png",
    "skimage/data/chelsea.png",
    "skimage/data/chessboard_RGB.png",
    "skimage/data/coins.png",
    "skimage/data/coffee.png",
    "skimage/data/color.png",
    "skimage/data/grass.png",
    "skimage/data/gravel.png",
    "skimage/data/horse.png",
    "skimage/data/hubble_deep_field.jpg",
    "skimage/data/ihc.png",
    "skimage/data/moon.png",
    "skimage/data/phantom.png",
    "skimage/data/retina.jpg",
    "skimage/data/rocket.jpg",
    "sklearn/datasets/images/flower.jpg",
)
OTHER_SCRIPTS = {"ar", "el", "he", "hi", "ko", "ru", "th", "uk", "vi"}
FALSE = 0.5  # of a line's characters wrong: it is no drawn line
TEXTS = ("今晚加班吗", "Meeting at noon", "登机口 B17", "Gate closed", "押金退还二百元", "Invoice 2024-0815")


@dataclass(frozen=True)
class Drawn:
    """A picture with its true lines."""

    name: str
    image: Image.Image
    lines: list[str]


def samples() -> Iterator[Drawn]:
    """Yield the drawn samples of photosearch."""
    for sample in SAMPLES:
        if isinstance(sample, SamplePicture):
            sheet = sample.draw()
            yield Drawn(sample.filename, sheet.image, sheet.lines)


def large() -> Iterator[Drawn]:
    """Yield words whose letters are 8 to 60 percent as high as the picture is long."""
    for width, height in ((1600, 1200), (1080, 1920), (3000, 2250), (800, 566)):
        for word in ("出口", "我是中国人", "SALE", "OPEN"):
            for percent in (8, 12, 15, 20, 30, 45, 60):
                size = max(width, height) * percent // 100
                sheet = Sheet(width, height)
                left, top, right, bottom = sheet.pen.textbbox((0, 0), word, font=sheet_font(size))
                if right - left < 0.95 * width and bottom - top < 0.95 * height:
                    sheet.write(((width - right - left) / 2, (height - bottom - top) / 2), word, size=size)
                    yield Drawn(f"{word} {percent} % of {width}x{height}", sheet.image, [word])


def edges() -> Iterator[Drawn]:
    """Yield single lines cropped to 0 to 6 pixels around their letters."""
    for number, text in enumerate(TEXTS):
        for size in (11, 16, 24, 40, 64):
            sheet = Sheet(1200, 200, "white" if number % 2 else "#e8f0c8")
            sheet.write((100, 60), text, size=size)
            bounds = sheet.pen.textbbox((100, 60), text, font=sheet_font(size))
            for margin in (0, 2, 6):
                box = (bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin)
                yield Drawn(f"{text} {size}px margin {margin}", sheet.image.crop(box), [text])


def tilted() -> Iterator[Drawn]:
    """Yield close lines in pictures that were rotated by some degrees."""
    for degrees in (3, 7, 12, 17, 25, 35):
        sheet = Sheet(900, 620, "#fbf6e8")
        for number in range(12):
            sheet.write((60, 30 + number * 46), f"{TEXTS[number % 6]} {number}{number * 7}", size=34)
        image = sheet.image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        yield Drawn(f"{degrees} degrees", image, sheet.lines)


def photographs() -> Iterator[Drawn]:
    """Yield photographs and textures without text, also enlarged to twelve megapixels."""
    for name in WITHOUT_TEXT:
        package, _slash, path = name.partition("/")
        image = Image.open(str(files(package).joinpath(path))).convert("RGB")
        yield Drawn(path, image, [])
        yield Drawn(f"{path} enlarged", image.resize((4000, 4000 * image.height // image.width)), [])


def labelled() -> Iterator[Drawn]:
    """Yield the drawn pictures of the labelled set in scripts that the default model knows."""
    return (drawn for language, drawn in _labelled() if language not in OTHER_SCRIPTS)


def other_scripts() -> Iterator[Drawn]:
    """Yield those in other scripts."""
    return (drawn for language, drawn in _labelled() if language in OTHER_SCRIPTS)


def _labelled() -> Iterator[tuple[str, Drawn]]:
    for picture in labelled_pictures():
        if picture.text and not picture.source:
            with suppress(NoFont):
                image = draw_picture(picture)
                lines = [cell for line in picture.text.strip().splitlines() for cell in line.split(CELL_BREAK)]
                shown = [line for line in lines if line.strip() and line != COLUMN_BREAK]
                yield picture.language, Drawn(picture.name, image, shown)


KINDS: dict[str, Callable[[], Iterator[Drawn]]] = {
    kind.__name__: kind for kind in (samples, labelled, other_scripts, large, edges, tilted, photographs)
}


def wrong_characters(line: str, text: str) -> int:
    """Return the edit distance between `line` and the most similar part of `text` (Sellers 1980)."""
    row = np.zeros(len(text) + 1, int)
    characters = np.array(list(text), dtype="<U1")
    for number, character in enumerate(line, start=1):
        changed = row[:-1] + (characters != character)
        fresh = np.concatenate([[number], np.minimum(changed, row[1:] + 1)])
        # Insertions: each place is at most one worse than the one before it.
        places = np.arange(len(fresh))
        row = np.minimum.accumulate(fresh - places) + places
    return int(row.min())


def plain(text: str) -> str:
    """Return the text with normal instead of full-width forms, and without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def main() -> None:
    """Read one sample to warm up, then all pictures; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"only these kinds: {', '.join(KINDS)}")
    parser.add_argument("--model", default=settings.OCR_MODEL, help="instead of OCR_MODEL")
    parser.add_argument("--turned", action="store_true", help="rotate each picture by 90, 180 or 270 degrees")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="print the N worst lines, and false ones")
    arguments = parser.parse_args()
    settings.OCR_MODEL = arguments.model
    read_image(next(samples()).image)
    print(engine_version())
    print(
        f"{'kind':12}{'pictures':>9}{'CPU s each':>11}{'lines':>7}{'read':>7}{'% wrong':>9}{'false':>7}{'peak MB':>9}"
    )
    for kind in arguments.kinds or KINDS:
        _measure(kind, is_turned=arguments.turned, worst=arguments.worst)


def _measure(kind: str, *, is_turned: bool, worst: int) -> None:
    pictures, cpu, characters = 0, 0.0, 0
    lines: list[tuple[int, str, str]] = []
    false: list[tuple[str, str]] = []
    for drawn in KINDS[kind]():
        name, true_lines = drawn.name, drawn.lines
        images = [drawn.image.transpose(TURNS[pictures % 3]) if is_turned else drawn.image]
        del drawn  # the reader keeps no second copy of the picture either
        started = time.process_time()
        found = read_image(images.pop())
        cpu, pictures = cpu + time.process_time() - started, pictures + 1
        true, read = plain("".join(true_lines)), plain("\n".join(line.text for line in found))
        for line in map(plain, true_lines):
            lines.append((min(wrong_characters(line, read), len(line)), name, line))
            characters += len(line)
        texts = [plain(line.text) for line in found]
        false += [(name, text) for text in texts if wrong_characters(text, true) > FALSE * len(text)]
    wrong, whole = sum(line[0] for line in lines), sum(not line[0] for line in lines)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    share = f"{100 * wrong / characters:.2f}" if characters else ""
    print(f"{kind:12}{pictures:9}{cpu / pictures:11.2f}{len(lines):7}{whole:7}{share:>9}{len(false):7}{peak:9}")
    for distance, name, line in sorted(lines, reverse=True)[:worst]:
        if distance:
            print(f"  {distance:3d} wrong  {name}: {line}")
    for name, text in false[:worst]:
        print(f"  false      {name}: {text}")


if __name__ == "__main__":
    main()
