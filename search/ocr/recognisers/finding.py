"""The recognisers of this installation."""

import hashlib
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from search.ocr.recognisers.paddle import find_paddle_recognisers
from search.ocr.recognisers.tesseract import find_tesseract_recognisers
from search.ocr.scripts import Script

Pixels = NDArray[np.uint8]


class Recogniser(Protocol):
    """Reads single lines in one script. One thread at a time uses it."""

    engine: str
    script: Script

    @property
    def digest(self) -> str:
        """The SHA-256 of the weights."""

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return the text of a line (height × width × BGR, text to the right), and the confidence in its letters."""


def find_recognisers() -> list[Recogniser]:
    """Return the recognisers of the scripts in OCR_SCRIPTS whose weights are there. They load at their first line.

    PaddleOCR's model of a script comes before Tesseract's.
    """
    found: list[Recogniser] = [*find_paddle_recognisers()]
    known = {recogniser.script for recogniser in found}
    found += [recogniser for recogniser in find_tesseract_recognisers() if recogniser.script not in known]
    return [recogniser for recogniser in found if recogniser.script.name in settings.OCR_SCRIPTS]


def recognisers_digest() -> str:
    """Return the first six digits of the SHA-256 of all recognisers, empty without any."""
    digests = sorted(recogniser.digest for recogniser in find_recognisers())
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:6] if digests else ""
