"""CLIP (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"), by openai-clip.

Pictures and English words in one space. The weights are OpenAI's published ones, or any file in their layout.
"""

from collections.abc import Sequence
from pathlib import Path
from pickle import PickleError
from typing import Any, Self

import numpy as np
import torch  # noqa: TID253 - only the encoder process imports this module
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image

from search.encoders.description import Calibration, EncoderInfo, QueryVector
from search.encoders.models.clip_weights import clip_package, find_weights
from search.encoders.weights import WeightsUnavailable

# To be raised whenever the same weights give other vectors than before.
PREPROCESSING_VERSION = 1

# The training data's, as in OpenAI's clip.clip._transform.
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)
# Times as long as wide.
EXTREME = 40

# A picture and its description meet at cosines of .2 to .3, two like pictures at .8 to .9; the other ones that were
# looked at stay below .17 and .65.
TEXT_CALIBRATION = Calibration(slope=45, midpoint=0.22)
IMAGE_CALIBRATION = Calibration(slope=18, midpoint=0.75)
FLOOR = 0.1


def preprocess(image: Image.Image, side: int) -> np.ndarray:
    """The input that OpenAI's CLIP makes of a picture: (3, side, side) float32.

    Bicubic to a short side of `side`, centre crop, normalised; exactly what torchvision's Resize and CenterCrop do
    (tests/search/encoders/golden_preprocessing.npz).
    """
    short = min(image.size)
    if max(image.size) > EXTREME * short:
        # What is far outside the crop does not count, and 100,000 × 1 pixels would need gigabytes.
        image = _centre(image, (min(image.width, EXTREME * short), min(image.height, EXTREME * short)))
    size = int(side * image.width / short), int(side * image.height / short)
    pixels = np.asarray(_centre(image.resize(size, Image.Resampling.BICUBIC), (side, side)), dtype=np.float32) / 255
    return ((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)


def _centre(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    left, top = round((image.width - size[0]) / 2), round((image.height - size[1]) / 2)
    return image.crop((left, top, left + size[0], top + size[1]))


class ClipEncoder:
    """CLIP's two towers, in single precision: a processor's and a graphics card's vectors agree."""

    name = "clip"

    def __init__(self, path: Path, digest: str) -> None:
        """Load the weights at `path`, whose SHA-256 is `digest`; WeightsUnavailable if they are not CLIP's."""
        self._device = _device()
        self._network = _load_network(path).to(self._device)
        self._title = f"CLIP ({path.stem})"
        self._model = f"{self.name}@{digest[:12]}.{PREPROCESSING_VERSION}"
        self.side: int = self._network.visual.input_resolution

    @classmethod
    def load(cls) -> Self:
        """The encoder that the settings name.

        Raises:
            WeightsUnavailable: its weights are missing or damaged.
        """
        return cls(*find_weights())

    def describe(self) -> EncoderInfo:
        return _describe(title=self._title, model=self._model, dimensions=self._network.text_projection.shape[1])

    @staticmethod
    def describe_waiting(reason: str) -> EncoderInfo:
        return _describe(title=f"CLIP ({settings.CLIP_MODEL})", reason=reason)

    def prepare(self, image: Image.Image) -> np.ndarray:
        """One picture's part of `encode_images`' input."""
        return preprocess(image, self.side)

    @torch.inference_mode()
    def encode_images(self, prepared: Sequence[np.ndarray]) -> np.ndarray:
        """Unit vectors of prepared pictures: (pictures, dimensions) float32."""
        pixels = torch.from_numpy(np.stack(prepared)).to(self._device)
        return _unit(self._network.encode_image(pixels))

    @torch.inference_mode()
    def encode_text(self, text: str) -> QueryVector:
        """The vector of a query; words beyond CLIP's 77 tokens are ignored."""
        tokens = clip_package().tokenize(text, truncate=True)[0]
        # The last token of a text has the highest number; after it there is nothing but padding to 77.
        length = int(tokens.argmax()) + 1
        return QueryVector(_unit(self._encode_tokens(tokens[:length].to(self._device)))[0])

    def _encode_tokens(self, tokens: torch.Tensor) -> torch.Tensor:
        """What CLIP.encode_text gives for `tokens`, (length,), and any padding: (1, dimensions).

        Tokens attend to those before them only, and the feature is read at the last one: to leave out the padding
        changes nothing but the time, which for a query of some words is a sixth.
        """
        network = self._network
        states = (network.token_embedding(tokens) + network.positional_embedding[: len(tokens)]).unsqueeze(1)
        mask = network.transformer.resblocks[0].attn_mask[: len(tokens), : len(tokens)].to(self._device)
        for block in network.transformer.resblocks:
            normal = block.ln_1(states)
            states = states + block.attn(normal, normal, normal, need_weights=False, attn_mask=mask)[0]
            states = states + block.mlp(block.ln_2(states))
        return network.ln_final(states[-1]) @ network.text_projection


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
        is_basic=False,
    )


def _unit(features: torch.Tensor) -> np.ndarray:
    features = features.float()
    return (features / features.norm(dim=-1, keepdim=True)).cpu().numpy()


def _device() -> torch.device:
    if settings.CLIP_DEVICE == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(settings.CLIP_DEVICE)


def _load_network(path: Path) -> Any:
    """A clip.model.CLIP from a TorchScript archive (OpenAI's published files) or a plain state dict."""
    try:
        try:
            weights = torch.jit.load(path, map_location="cpu").state_dict()
        except RuntimeError:
            weights = torch.load(path, map_location="cpu", weights_only=True)
        network = clip_package().model.build_model(dict(weights))
    except (ArithmeticError, AssertionError, EOFError, LookupError, PickleError, RuntimeError, TypeError) as error:
        raise WeightsUnavailable(format_lazy(_("{path} holds no weights in CLIP's layout."), path=path)) from error
    # OpenAI's files are in half precision, which processors compute slowly or not at all.
    return network.float()
