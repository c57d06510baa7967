"""A picture that kills the process that decodes it, as a crash in a C library does."""

import os
import signal
from io import BytesIO
from typing import Any

from django.apps import AppConfig
from PIL import Image, ImageFile

DEADLY_SIZE = (667, 401)


class PoisonConfig(AppConfig):
    """Patches Pillow when Django starts."""

    name = "tests.e2e"
    label = "poison"

    def ready(self) -> None:
        """Kill the process that loads pixels of a picture of DEADLY_SIZE; its header can be read."""
        load = ImageFile.ImageFile.load

        def load_or_die(image: ImageFile.ImageFile) -> Any:
            if image.size == DEADLY_SIZE:
                os.kill(os.getpid(), signal.SIGKILL)
            return load(image)

        ImageFile.ImageFile.load = load_or_die


def deadly_picture() -> bytes:
    """Return a PNG of DEADLY_SIZE."""
    file = BytesIO()
    Image.effect_noise(DEADLY_SIZE, 40).save(file, "PNG")
    return file.getvalue()
