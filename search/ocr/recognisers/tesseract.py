"""Lines read by Tesseract, with the language data of Debian's packages or of OCR_MODEL_DIR."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image

from gallery.pictures.digests import cached_sha256
from search.ocr.scripts import SCRIPTS, Script

if TYPE_CHECKING:
    from tesserocr import PyTessBaseAPI

Pixels = NDArray[np.uint8]

# The languages of each script, of which the better reading counts.
LANGUAGES = {
    "korean": ("kor",),
    "cyrillic": ("rus", "ukr"),
    "greek": ("ell",),
    "thai": ("tha",),
    "arabic": ("ara",),
    "hebrew": ("heb",),
    "devanagari": ("hin",),
    "vietnamese": ("vie",),
}
DEBIAN_FOLDERS = "usr/share/tesseract-ocr"
# Signs repeat words in English.
ENGLISH = "eng"
LEAST_OF_SCRIPT = 0.5  # confidence in letters of the script
LINE_HEIGHT = 48  # pixels; Tesseract's networks shrink lines to 36
MARGIN = 12
DARK = 110  # mean brightness of a background behind light letters


class TesseractRecogniser:
    """One language of Tesseract, loaded at the first line; about 15 ms a line.

    Lines in its script are read again with English words, which takes 20 MB that other pages do not need.
    """

    engine = "Tesseract"

    def __init__(self, script: Script, data: Path) -> None:
        self.script = script
        self._data = data
        self._loaded: dict[str, PyTessBaseAPI] = {}

    @property
    def digest(self) -> str:
        return cached_sha256(self._data)

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return text and confidence of a line (height × width × BGR, text to the right)."""
        line = _prepared(crop)
        text, confidence = self._read(line, self._data.stem)
        if confidence >= LEAST_OF_SCRIPT and self._data.with_stem(ENGLISH).is_file():
            return self._read(line, f"{self._data.stem}+{ENGLISH}")
        return text, confidence

    def _read(self, line: Image.Image, languages: str) -> tuple[str, float]:
        api = self._loaded.get(languages) or self._load(languages)
        api.SetImage(line)
        text = "".join(mark for mark in api.GetUTF8Text().strip() if unicodedata.category(mark) != "Cf")
        words = zip(api.AllWords(), api.AllWordConfidences(), strict=True)
        confidences = [confidence for word, confidence in words if any(map(self.script.owns, word))]
        return text, sum(confidences) / len(confidences) / 100 if confidences else 0.0

    def _load(self, languages: str) -> "PyTessBaseAPI":
        from tesserocr import OEM, PSM, PyTessBaseAPI

        folder = str(self._data.parent)
        self._loaded[languages] = PyTessBaseAPI(path=folder, lang=languages, psm=PSM.SINGLE_LINE, oem=OEM.LSTM_ONLY)
        return self._loaded[languages]


def find_tesseract_recognisers() -> Iterator[TesseractRecogniser]:
    """Yield a recogniser for each language whose data is there."""
    folders = [Path(settings.OCR_MODEL_DIR, "tessdata")] if settings.OCR_MODEL_DIR else []
    folders += sorted(Path("/", DEBIAN_FOLDERS).glob("*/tessdata"), reverse=True)
    for name, languages in LANGUAGES.items():
        for language in languages:
            files = [folder / f"{language}.traineddata" for folder in folders]
            if file := next((file for file in files if file.is_file()), None):
                yield _recogniser(SCRIPTS[name], file)


@cache
def _recogniser(script: Script, data: Path) -> TesseractRecogniser:
    """Return the recogniser of this process."""
    return TesseractRecogniser(script, data)


def _prepared(crop: Pixels) -> Image.Image:
    """Return the line in grey with a margin, dark on light."""
    image = Image.fromarray(np.ascontiguousarray(crop[:, :, ::-1])).convert("L")
    width = max(1, round(image.width * LINE_HEIGHT / image.height))
    grey = np.asarray(image.resize((width, LINE_HEIGHT), Image.Resampling.BICUBIC))
    background = int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    if background < DARK:
        grey, background = 255 - grey, 255 - background
    return Image.fromarray(np.pad(grey, MARGIN, constant_values=background))
