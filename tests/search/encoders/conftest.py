"""Weights and pictures for the tests of the encoders."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.drawing import png_claiming
from tests.encoder_process import EncoderProcess
from tests.search.encoders.small_clip import save_as_torchscript, small_clip_weights

# As in the encoder process: spinning idle threads would double the work on shared processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture
def long_picture(tmp_path) -> Path:
    """Return a picture three times as long as wide."""
    path = tmp_path / "long.png"
    Image.new("RGB", (300, 900), "white").save(path)
    return path


@pytest.fixture
def broken_picture(tmp_path) -> Path:
    """Return a PNG without pixels."""
    path = tmp_path / "broken.png"
    path.write_bytes(png_claiming(64, 48).getvalue())
    return path


@pytest.fixture(scope="session")
def clip_weights() -> Path:
    """Return the weights of a small trained CLIP, a state dict."""
    return small_clip_weights()


@pytest.fixture(scope="session")
def clip_archive(clip_weights, tmp_path_factory) -> Path:
    """Return the same weights as a TorchScript archive."""
    path = tmp_path_factory.mktemp("weights") / "small-clip.pt"
    save_as_torchscript(clip_weights, path)
    return path


@pytest.fixture(scope="module")
def encoder_process(clip_weights):
    """Run an encoder process with the small CLIP and ConSE."""
    with EncoderProcess(CLIP_WEIGHTS=str(clip_weights), CLIP_DEVICE="cpu").running() as process:
        yield process
