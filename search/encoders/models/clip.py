"""CLIP (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"), by openai-clip.

Pictures and English words in one space. The weights are OpenAI's published ones, or any file in their layout.
"""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from pickle import PickleError
from types import ModuleType
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np
import torch
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image

from gallery.pictures.digests import cached_sha256
from search.encoders.description import Calibration, EncoderInfo, QueryVector
from search.encoders.interface import Encoder
from search.encoders.weights import WeightsUnavailable, download_weights, partial_path

# Raise it whenever the same weights give other vectors than before.
PREPROCESSING_VERSION = 1

# Mean and deviation of the training data's colours, as in OpenAI's clip.clip._transform.
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)
# Longer pictures are cropped before they are resized.
MAX_ASPECT_RATIO = 40

# Measured: a picture and its description have cosines of .2 to .3, two similar pictures of .8 to .9; unrelated ones
# stay below .17 and .65.
TEXT_CALIBRATION = Calibration(slope=45, midpoint=0.22)
IMAGE_CALIBRATION = Calibration(slope=18, midpoint=0.75)
FLOOR = 0.1
SAME_PICTURE_DISTANCE = 0.04


def preprocess(image: Image.Image, side: int) -> np.ndarray:
    """Return the network's input for a picture: (3, side, side) float32.

    Resizes the short side to `side` (bicubic), crops the centre and normalises, exactly as torchvision's Resize and
    CenterCrop do in OpenAI's code (tests/search/encoders/golden_preprocessing.npz).
    """
    short = min(image.size)
    if max(image.size) > MAX_ASPECT_RATIO * short:
        # Resizing 100,000 × 1 pixels would need gigabytes, for pixels far outside the crop.
        image = _centre(
            image, (min(image.width, MAX_ASPECT_RATIO * short), min(image.height, MAX_ASPECT_RATIO * short))
        )
    size = int(side * image.width / short), int(side * image.height / short)
    pixels = np.asarray(_centre(image.resize(size, Image.Resampling.BICUBIC), (side, side)), dtype=np.float32) / 255
    return ((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)


def _centre(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    left, top = round((image.width - size[0]) / 2), round((image.height - size[1]) / 2)
    return image.crop((left, top, left + size[0], top + size[1]))


class ClipEncoder(Encoder):
    """CLIP in single precision, in which the vectors of a processor and a graphics card agree."""

    name = "clip"

    def __init__(self, path: Path, digest: str) -> None:
        """Load the weights at `path`, whose SHA-256 is `digest`.

        Raises:
            WeightsUnavailable: the file does not hold weights of CLIP.
        """
        self._device = _device()
        self._network = _load_network(path).to(self._device)
        self._title = f"CLIP ({path.stem})"
        self._model = f"{self.name}@{digest[:12]}.{PREPROCESSING_VERSION}"
        self.side: int = self._network.visual.input_resolution

    @classmethod
    def fetch(cls) -> Path | None:
        return None if settings.CLIP_WEIGHTS else fetch_weights()

    @classmethod
    def load(cls) -> Self:
        return cls(*find_weights())

    def describe(self) -> EncoderInfo:
        return _describe(title=self._title, model=self._model, dimensions=self._network.text_projection.shape[1])

    @staticmethod
    def describe_waiting(reason: str) -> EncoderInfo:
        return _describe(title=f"CLIP ({settings.CLIP_MODEL})", reason=reason)

    def prepare(self, image: Image.Image) -> np.ndarray:
        return preprocess(image, self.side)

    @torch.inference_mode()
    def encode_images(self, prepared: Sequence[np.ndarray]) -> np.ndarray:
        pixels = torch.from_numpy(np.stack(prepared)).to(self._device)
        return _unit(self._network.encode_image(pixels))

    @torch.inference_mode()
    def encode_text(self, text: str) -> QueryVector:
        """Return the query vector of a text; words beyond CLIP's 77 tokens are ignored."""
        tokens = clip_package().tokenize(text, truncate=True)[0]
        # The token that ends a text has the highest number; only padding follows it.
        length = int(tokens.argmax()) + 1
        return QueryVector(_unit(self._encode_tokens(tokens[:length].to(self._device)))[0])

    def _encode_tokens(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return CLIP.encode_text's features, (1, dimensions), for `tokens`, (length,), without padding.

        Tokens attend only to earlier tokens, and the features are read at the last one, so padding does not change
        them. Without it a query of a few words takes a sixth of the time.
        """
        network = self._network
        states = (network.token_embedding(tokens) + network.positional_embedding[: len(tokens)]).unsqueeze(1)
        mask = network.transformer.resblocks[0].attn_mask[: len(tokens), : len(tokens)].to(self._device)
        for block in network.transformer.resblocks:
            normal = block.ln_1(states)
            states = states + block.attn(normal, normal, normal, need_weights=False, attn_mask=mask)[0]
            states = states + block.mlp(block.ln_2(states))
        return network.ln_final(states[-1]) @ network.text_projection


@cache
def clip_package() -> Any:
    """Import openai-clip without torchvision.

    It needs torchvision only for transforms that `preprocess` replaces, and torchvision does not load with every build
    of torch. Empty modules stand in for it during the import.
    """
    names = ("Compose", "Resize", "CenterCrop", "ToTensor", "Normalize", "InterpolationMode")
    transforms = ModuleType("torchvision.transforms")
    for name in names:
        setattr(transforms, name, type(name, (), {"BICUBIC": "bicubic"}))
    stand_ins = {"torchvision": ModuleType("torchvision"), "torchvision.transforms": transforms}
    replaced = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        import clip
    finally:
        for name, module in replaced.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return clip


def published_weights() -> tuple[str, str]:
    """Return address and SHA-256 of CLIP_MODEL's weights, from openai-clip's own table.

    Raises:
        WeightsUnavailable: CLIP_MODEL is not in the table.
    """
    table: dict[str, str] = clip_package().clip._MODELS
    if settings.CLIP_MODEL not in table:
        raise WeightsUnavailable(
            format_lazy(_("CLIP_MODEL must be one of {models}."), models=", ".join(table)),
        )
    address = table[settings.CLIP_MODEL]
    return address, address.split("/")[-2]


def find_weights() -> tuple[Path, str]:
    """Return the file of CLIP's weights and its SHA-256.

    Raises:
        WeightsUnavailable: the file is missing, or is not the published one.
    """
    if settings.CLIP_WEIGHTS:
        path = Path(settings.CLIP_WEIGHTS)
        if not path.is_file():
            raise WeightsUnavailable(
                format_lazy(_("CLIP_WEIGHTS names a missing file: {path}."), path=path),
            )
        return path, cached_sha256(path)
    address, published = published_weights()
    path = weights_path()
    if not path.is_file():
        raise WeightsUnavailable(_missing_weights(path, address))
    if cached_sha256(path) != published:
        raise WeightsUnavailable(
            format_lazy(_("{path} is incomplete or not the published file. Copy it again."), path=path),
        )
    return path, published


def weights_path() -> Path:
    """Return the path of CLIP_MODEL's published weights in CLIP_DOWNLOAD_ROOT."""
    address, _digest = published_weights()
    return Path(settings.CLIP_DOWNLOAD_ROOT) / Path(urlsplit(address).path).name


def _missing_weights(path: Path, address: str) -> Promise:
    partial = partial_path(path)
    if partial.is_file():
        return format_lazy(
            _("Downloading {file}: {megabytes} MB so far."),
            file=path.name,
            megabytes=partial.stat().st_size >> 20,
        )
    return format_lazy(
        _("Put {file} into {folder}, or allow access to {host}."),
        file=path.name,
        folder=path.parent,
        host=urlsplit(address).hostname,
    )


def fetch_weights() -> Path:
    """Download CLIP_MODEL's published weights, unless they are in CLIP_DOWNLOAD_ROOT; return their path.

    Raises:
        WeightsUnavailable: the download failed, or another process is downloading them.
    """
    address, published = published_weights()
    path = weights_path()
    download_weights(address, path, digest=published)
    return path


def _describe(*, title: str, model: str = "", dimensions: int = 0, reason: str = "") -> EncoderInfo:
    return EncoderInfo(
        name=ClipEncoder.name,
        title=title,
        model=model,
        dimensions=dimensions,
        scripts=frozenset({"latin"}),
        text_calibration=TEXT_CALIBRATION,
        image_calibration=IMAGE_CALIBRATION,
        floor=FLOOR,
        state="waiting" if reason else "ready",
        reason=reason,
        same_picture_distance=SAME_PICTURE_DISTANCE,
    )


def _unit(features: torch.Tensor) -> np.ndarray:
    features = features.float()
    return (features / features.norm(dim=-1, keepdim=True)).cpu().numpy()


def _device() -> torch.device:
    if settings.CLIP_DEVICE == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(settings.CLIP_DEVICE)


def _load_network(path: Path) -> Any:
    """Build a clip.model.CLIP from a TorchScript archive (OpenAI's published files) or a plain state dict."""
    try:
        try:
            weights = torch.jit.load(path, map_location="cpu").state_dict()
        except RuntimeError:
            weights = torch.load(path, map_location="cpu", weights_only=True)
        network = clip_package().model.build_model(dict(weights))
    except (ArithmeticError, AssertionError, EOFError, LookupError, PickleError, RuntimeError, TypeError) as error:
        raise WeightsUnavailable(format_lazy(_("{path} contains no CLIP weights."), path=path)) from error
    # OpenAI's files are in half precision, in which processors compute slowly or not at all.
    return network.float()


ENCODER = ClipEncoder
