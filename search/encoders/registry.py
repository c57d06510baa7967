"""The encoders of this process, and threads that fetch and load missing weights."""

import logging
import threading
from collections.abc import Mapping
from time import sleep

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.pictures.memory import return_memory
from search.encoders.client import EncoderUnavailable
from search.encoders.description import EncoderInfo
from search.encoders.interface import Encoder
from search.encoders.weights import WeightsUnavailable

logger = logging.getLogger(__name__)

# Seconds until missing weights are looked for again, and until a failed download is repeated.
RETRY_INTERVAL = 20
FETCH_INTERVAL = 1800


class EncoderRegistry:
    """Encoders by name, in order of preference. Each is available as soon as its weights are loaded."""

    def __init__(self, classes: Mapping[str, type[Encoder]]) -> None:
        self._classes = classes
        self._encoders: dict[str, Encoder] = {}
        self._reasons: dict[str, str | Promise] = dict.fromkeys(classes, gettext_lazy("The encoder is being loaded."))

    def describe(self) -> list[EncoderInfo]:
        """Return the descriptions of all encoders, in the active language."""
        return [
            self._encoders[name].describe()
            if name in self._encoders
            else encoder_class.describe_waiting(str(self._reasons[name]))
            for name, encoder_class in self._classes.items()
        ]

    def get(self, model: str) -> Encoder:
        """Return the encoder that makes the vectors of `model`.

        Raises:
            EncoderUnavailable: no loaded encoder makes them.
        """
        for encoder in list(self._encoders.values()):
            if encoder.describe().model == model:
                return encoder
        raise EncoderUnavailable(_("The model %(model)s is not loaded.") % {"model": model})

    def start_loading(self) -> None:
        """Load each encoder in a separate thread, which retries until its weights are available."""
        for name in self._classes:
            threading.Thread(target=self._keep_loading, args=(name,), name=f"load {name}", daemon=True).start()

    def start_fetching(self) -> None:
        """Download each encoder's missing weights in a separate thread, which retries until they are complete."""
        for name in self._classes:
            threading.Thread(target=self._keep_fetching, args=(name,), name=f"fetch {name}", daemon=True).start()

    def _keep_loading(self, name: str) -> None:
        while True:
            reason, cause = self._load(name)
            if not reason:
                return
            if str(reason) != str(self._reasons[name]):
                logger.warning("Encoder %s is waiting: %s", name, reason, exc_info=cause)
            self._reasons[name] = reason
            sleep(RETRY_INTERVAL)

    def _keep_fetching(self, name: str) -> None:
        while True:
            try:
                if path := self._classes[name].fetch():
                    logger.info("Weights of %s: %s", name, path)
                return
            except WeightsUnavailable as error:
                logger.info("Weights of %s are not available: %s", name, error.reason)
            sleep(FETCH_INTERVAL)

    def _load(self, name: str) -> tuple[str | Promise, BaseException | None]:
        """Load an encoder; return the reason and the cause if that fails."""
        try:
            self._encoders[name] = self._classes[name].load()
        except WeightsUnavailable as error:
            return error.reason, error.__cause__
        except Exception as error:  # noqa: BLE001 - logged; the other encoders must still answer
            return gettext_lazy("The encoder failed to load. See the encoder process's log."), error
        return_memory()
        logger.info("Encoder ready: %s", self._encoders[name].describe().model)
        return "", None
