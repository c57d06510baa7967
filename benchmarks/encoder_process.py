"""An encoder process to measure: ConSE, or CLIP in OpenAI's sizes with random weights.

Random weights have the speed and the size of the real ones.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from search.encoders.client import EncoderInfo, EncoderUnavailable, describe_encoders
from search.encoders.models.clip import clip_package

# embed_dim, image_resolution, vision_layers, vision_width, vision_patch_size, context_length, vocab_size,
# transformer_width, transformer_heads, transformer_layers
CLIP_SIZES = {
    "ViT-B/32": (512, 224, 12, 768, 32, 77, 49408, 512, 8, 12),
    "ViT-L/14": (768, 224, 24, 1024, 14, 77, 49408, 768, 12, 12),
}


@contextmanager
def encoder_process(name: str, folder: Path) -> Iterator[tuple[int, EncoderInfo]]:
    """Start a process with the encoder `name` ("conse", "ViT-B/32" …); yield its process id and its description."""
    settings.ENCODER_SOCKET = folder / "encoder.sock"
    settings.ENCODERS = ["conse"] if name == "conse" else ["clip"]
    environment = {
        **os.environ,
        "ENCODER_SOCKET": str(settings.ENCODER_SOCKET),
        "ENCODERS": settings.ENCODERS[0],
        "CLIP_WEIGHTS": "" if name == "conse" else str(_save_random_weights(name, folder)),
    }
    process = subprocess.Popen([sys.executable, "manage.py", "encoder"], env=environment, stderr=subprocess.DEVNULL)
    try:
        while not (info := _ready()):
            time.sleep(0.2)
        yield process.pid, info
    finally:
        process.terminate()
        process.wait()


def _ready() -> EncoderInfo | None:
    try:
        info = describe_encoders()[0]
    except EncoderUnavailable:
        return None
    return info if info.state == "ready" else None


def _save_random_weights(name: str, folder: Path) -> Path:
    """Save a state dict in half precision, like OpenAI's."""
    import torch

    torch.manual_seed(0)
    model: Any = clip_package().model
    network = model.CLIP(*CLIP_SIZES[name])
    model.convert_weights(network)
    path = folder / f"random-{name.replace('/', '-')}.pt"
    torch.save(network.state_dict(), path)
    return path
