"""The encoders that this process holds, and a thread that goes on looking for the weights of those that wait."""

import logging
import threading
from collections.abc import Mapping, Sequence
from time import sleep
from typing import Protocol, Self

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from gallery.pictures.memory import return_memory
from search.encoders.client import EncoderUnavailable
from search.encoders.description import EncoderInfo, QueryVector
from search.encoders.weights import WeightsUnavailable

logger = logging.getLogger(__name__)

# Seconds until missing weights are looked for again.
RETRY_INTERVAL = 20


class Encoder(Protocol):
    """What turns pictures and texts into vectors; safe to use from several threads at once."""

    @property
    def side(self) -> int:
        """Width and height of its input, in pixels."""

    @classmethod
    def load(cls) -> Self:
        """The encoder that the settings name; WeightsUnavailable says why it can't be had yet."""

    def describe(self) -> EncoderInfo: ...

    @staticmethod
    def describe_waiting(reason: str) -> EncoderInfo: ...

    def prepare(self, image: Image.Image) -> np.ndarray: ...

    def encode_images(self, prepared: Sequence[np.ndarray]) -> np.ndarray: ...

    def encode_text(self, text: str) -> QueryVector: ...


class EncoderShelf:
    """Encoders by name, in order of preference; each is there as soon as its weights are."""

    def __init__(self, classes: Mapping[str, type[Encoder]]) -> None:
        self._classes = classes
        self._encoders: dict[str, Encoder] = {}
        self._reasons: dict[str, str | Promise] = dict.fromkeys(classes, gettext_lazy("It is being loaded."))

    def describe(self) -> list[EncoderInfo]:
        """Every encoder, in the language that is active."""
        return [
            self._encoders[name].describe()
            if name in self._encoders
            else encoder_class.describe_waiting(str(self._reasons[name]))
            for name, encoder_class in self._classes.items()
        ]

    def get(self, model: str) -> Encoder:
        """The encoder whose vectors are called `model`; EncoderUnavailable if it is not there."""
        for encoder in list(self._encoders.values()):
            if encoder.describe().model == model:
                return encoder
        raise EncoderUnavailable(_("The model %(model)s is not loaded.") % {"model": model})

    def start_loading(self) -> None:
        """Load each encoder in a thread of its own, which goes on trying until its weights are there."""
        for name in self._classes:
            threading.Thread(target=self._keep_loading, args=(name,), name=f"load {name}", daemon=True).start()

    def _keep_loading(self, name: str) -> None:
        while True:
            reason, cause = self._load(name)
            if not reason:
                return
            if str(reason) != str(self._reasons[name]):
                logger.warning("%s waits: %s", name, reason, exc_info=cause)
            self._reasons[name] = reason
            sleep(RETRY_INTERVAL)

    def _load(self, name: str) -> tuple[str | Promise, BaseException | None]:
        """Load an encoder, or say why not and what caused that."""
        try:
            self._encoders[name] = self._classes[name].load()
        except WeightsUnavailable as error:
            return error.reason, error.__cause__
        except Exception as error:  # noqa: BLE001 - logged; the other encoders shall answer all the same
            return gettext_lazy("It cannot be loaded; the encoder process's log says why."), error
        return_memory()
        logger.info("Ready: %s", self._encoders[name].describe().model)
        return "", None
