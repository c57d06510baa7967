"""Lines read by PaddleOCR's own models of other scripts, from folders below OCR_MODEL_DIR."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from gallery.pictures.digests import cached_sha256
from search.ocr.engines import engine_arguments, return_memory_after_runs
from search.ocr.scripts import SCRIPTS, Script

if TYPE_CHECKING:
    from paddleocr import TextRecognition

Pixels = NDArray[np.uint8]

# The names of the models, and of their folders.
MODELS = {
    "korean": "korean_PP-OCRv5_mobile_rec",
    "cyrillic": "eslav_PP-OCRv5_mobile_rec",
    "greek": "el_PP-OCRv5_mobile_rec",
    "thai": "th_PP-OCRv5_mobile_rec",
    "arabic": "arabic_PP-OCRv5_mobile_rec",
    "devanagari": "devanagari_PP-OCRv5_mobile_rec",
    "vietnamese": "latin_PP-OCRv5_mobile_rec",
}
WEIGHTS = {"inference.onnx": "onnxruntime", "inference.pdiparams": "paddle"}


class PaddleRecogniser:
    """A model of PaddleOCR, loaded at the first line."""

    engine = "PaddleOCR"

    def __init__(self, script: Script, weights: Path) -> None:
        self.script = script
        self._weights = weights
        self._loaded: TextRecognition | None = None

    @property
    def digest(self) -> str:
        return cached_sha256(self._weights)

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return text and confidence of a line (height × width × BGR, text to the right)."""
        if self._loaded is None:
            from paddleocr import TextRecognition

            folder = self._weights.parent
            self._loaded = TextRecognition(
                model_name=folder.name, model_dir=str(folder), **engine_arguments(WEIGHTS[self._weights.name])
            )
            return_memory_after_runs(self._loaded)
        result = self._loaded.predict([crop])[0]
        return result["rec_text"], float(result["rec_score"])


def find_paddle_recognisers() -> Iterator[PaddleRecogniser]:
    """Yield a recogniser for each script whose model is in OCR_MODEL_DIR."""
    if settings.OCR_MODEL_DIR:
        for name, model in MODELS.items():
            files = [Path(settings.OCR_MODEL_DIR, model, file) for file in WEIGHTS]
            if weights := next((file for file in files if file.is_file()), None):
                yield _recogniser(SCRIPTS[name], weights)


@cache
def _recogniser(script: Script, weights: Path) -> PaddleRecogniser:
    """Return the recogniser of this process."""
    return PaddleRecogniser(script, weights)
