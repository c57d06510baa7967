"""Text recognition of one picture with PaddleOCR. Each process loads one reader at first use."""

import os
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import IO

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from gallery.pictures.decoding import SHRINK_FILTER
from gallery.pictures.images import open_image
from gallery.pictures.memory import return_memory
from gallery.pictures.watchdog import watchdog
from search.ocr.detection import DETECTOR_SIDE, detect_lines
from search.ocr.engines import engine_arguments, return_memory_after_runs, return_memory_of_results
from search.ocr.lines import Pixels, TextLine, read_lines
from search.ocr.recognisers import find_recognisers, recognisers_digest
from search.ocr.rereading import read_again
from search.ocr.tiles import Quad, readable_size
from search.ocr.weights import TextRecognitionUnavailable, Weights, find_weights

__all__ = ["TextLine", "TextRecognitionFailed", "TextRecognitionUnavailable", "engine_version", "extract_text"]

READING_VERSION = 3  # raise it when the same weights give other results: tiles, turns, order
BATCH_SIZE = 2  # larger is slower for long lines, 1 is slower for short ones
MAX_SIDE = 6000  # limits the memory; half of it limits the width of very long pictures
MIN_SIDE = 8  # pixels; smaller pictures contain no legible letters
# Total length of the lines that are read, in heights of a line. With it one picture takes at most about three minutes
# of one processor: 80 s to detect lines in 36 megapixels in MAX_TILES tiles, twice if turned, and 100 s to read them. A
# tall screenshot full of code (1080 × 30,000) has 20,000.
MAX_READ_LENGTH = 30_000
CROPS_AT_ONCE = 100
# Modules, with the names that PaddleOCR imports from them.
STAND_INS: dict[str, tuple[str, ...]] = {
    "sklearn": (),
    "sklearn.cluster": ("KMeans",),
    "sklearn.preprocessing": ("StandardScaler",),
    "skimage": ("morphology",),
}
# Seconds after which a tile, or CROPS_AT_ONCE crops, count as hanging.
STEP_LIMIT = 300


class TextRecognitionFailed(Exception):
    """Text recognition failed for a picture. The message is a sentence for the user."""


def engine_version() -> str:
    """Return the name of the engine: model, first 12 digits of its weights' SHA-256, our version; loads no model.

    The recognisers of other scripts follow, as six digits of a SHA-256.

    Raises:
        TextRecognitionUnavailable: the weights are missing or altered.
    """
    weights = find_weights()
    scripts = recognisers_digest()
    return f"{weights.name}@{weights.digest[:12]}.{READING_VERSION}" + (f"+{scripts}" if scripts else "")


def extract_text(file: Path | IO[bytes]) -> list[TextLine]:
    """Return the lines of text in a picture, in reading order; boxes refer to the upright picture (by EXIF).

    A picture that would need more than MAX_TILES tiles is read at a lower scale. Text beyond MAX_READ_LENGTH is
    skipped.

    Raises:
        InvalidImage: the picture cannot be decoded.
        TextRecognitionFailed: the reader failed on this picture.
        TextRecognitionUnavailable: the reader cannot be started.
    """
    return read_image(open_image(file, max_side=MAX_SIDE))


def read_image(image: Image.Image) -> list[TextLine]:
    """Return the lines of text in a decoded RGB picture, as `extract_text` does."""
    if min(image.size) < MIN_SIDE:
        return []
    if (size := readable_size(image.size)) != image.size:
        image = image.resize(size, SHRINK_FILTER)
    pixels = np.asarray(image)
    del image  # the array is a copy
    # Paddle's objects give wrong results if threads share them.
    with _one_at_a_time:
        reader = _reader(find_weights())
        try:
            return reader.read(pixels)
        except Exception as error:
            # Paddle and OpenCV raise exceptions of any class.
            message = _("Text recognition failed for this picture: %(reason)s")
            raise TextRecognitionFailed(message % {"reason": error}) from error
        finally:
            return_memory()


class _Reader:
    """PaddleOCR's detector and recogniser, loaded in this process."""

    def __init__(self, weights: Weights) -> None:
        with _prepared_import(is_local=weights.detection is not None):
            from paddleocr import TextDetection, TextRecognition
        shared = engine_arguments(weights.engine)
        self._detector = TextDetection(
            model_name=f"{weights.name}_det",
            model_dir=_path_or_none(weights.detection),
            limit_side_len=DETECTOR_SIDE,
            limit_type="max",
            **shared,
        )
        self._recogniser = TextRecognition(
            model_name=f"{weights.name}_rec", model_dir=_path_or_none(weights.recognition), **shared
        )
        for model in (self._detector, self._recogniser):
            return_memory_after_runs(model)

    def read(self, pixels: Pixels) -> list[TextLine]:
        """Return the lines of a picture (height × width × RGB)."""
        left = float(MAX_READ_LENGTH)

        def recognise(crops: list[Pixels]) -> list[tuple[str, float]]:
            nonlocal left
            readable = 0
            for crop in crops:
                if left <= 0:
                    break
                left -= crop.shape[1] / crop.shape[0]
                readable += 1
            return self._recognise(crops[:readable]) + [("", 0.0)] * (len(crops) - readable)

        return read_lines(
            pixels,
            detect=lambda picture: detect_lines(picture, self._find_boxes),
            recognise=recognise,
            read_again=partial(read_again, recognisers=find_recognisers()),
        )

    def _find_boxes(self, pixels: Pixels) -> list[Quad]:
        with watchdog(STEP_LIMIT):
            boxes = list(self._detector.predict(np.ascontiguousarray(pixels[:, :, ::-1]))[0]["dt_polys"])
            return_memory_of_results(self._detector)
        return boxes

    def _recognise(self, crops: list[Pixels]) -> list[tuple[str, float]]:
        # Lines of a batch are padded to the longest, so lines of similar length share a batch.
        order = sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        results = []
        for begin in range(0, len(order), CROPS_AT_ONCE):
            some = [crops[i] for i in order[begin : begin + CROPS_AT_ONCE]]
            with watchdog(STEP_LIMIT):
                results += self._recogniser.predict(some, batch_size=BATCH_SIZE)
        if results:
            return_memory_of_results(self._recogniser)
        texts = {i: (result["rec_text"], float(result["rec_score"])) for i, result in zip(order, results, strict=True)}
        return [texts[i] for i in range(len(crops))]


_one_at_a_time = threading.Lock()


@lru_cache(maxsize=1)
def _reader(weights: Weights) -> _Reader:
    """Return the reader of this process; call it in one thread at a time."""
    try:
        return _Reader(weights)
    except Exception as error:
        message = _("Text recognition (%(name)s) does not start: %(reason)s")
        raise TextRecognitionUnavailable(message % {"name": weights.name, "reason": error}) from error


@contextmanager
def _prepared_import(*, is_local: bool) -> Iterator[None]:
    """Prepare the import of PaddleOCR: its environment variables, and stand-ins for modules that no reader needs.

    `import paddleocr` imports modelscope, which imports torch: 190 MB and four seconds, useless if the weights are
    local. The modules in STAND_INS, for models of other kinds, take 80 MB and a second.
    """
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(settings.DATA_DIR / "models" / "paddlex"))
    # Idle threads must not spin, because other programs need the processors.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    wanted = STAND_INS | ({"modelscope": ()} if is_local else {})
    added = {name: names for name, names in wanted.items() if name.partition(".")[0] not in sys.modules}
    for name, names in added.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(dict.fromkeys(names))
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


def _path_or_none(path: Path | None) -> str | None:
    return None if path is None else str(path)
