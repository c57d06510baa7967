"""A small CLIP in OpenAI's layout, trained in less than a minute to recognise coloured shapes.

It is a `clip.model.CLIP` with tiny sizes, real tokens and half-precision weights, so that the same code loads it as the
published models. The weights are cached in the user's cache folder, under this file's digest.
"""

import fcntl
import hashlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {
    "red": (214, 40, 40),
    "green": (47, 158, 68),
    "blue": (29, 78, 216),
    "yellow": (255, 212, 59),
    "purple": (130, 50, 160),
    "black": (15, 15, 15),
}
SHAPES = ("circle", "square", "triangle", "star")
TEMPLATES = ("{}", "a {}", "a photo of a {}")
THINGS = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]

SIDE = 32
STEPS = 600


def draw_shape(thing: str, *, seed: int, size: int = 96) -> Image.Image:
    """Draw `thing` ("red circle") at a random place and size on a light or dark background."""
    generator = np.random.default_rng([seed, THINGS.index(thing)])
    colour, shape = thing.split()
    paper = generator.choice([(255, 255, 255), (253, 246, 227), (233, 236, 239), (200, 210, 220)])
    if colour in ("yellow", "red") and generator.random() < 0.4:
        paper = (16, 29, 66)
    image = Image.new("RGB", (size, size), tuple(int(value) for value in paper))
    radius = size * generator.uniform(0.32, 0.42)
    x, y = size / 2 + size * generator.uniform(-0.06, 0.06, 2)
    ink = tuple(int(value) for value in np.clip(np.array(COLOURS[colour]) + generator.normal(0, 10, 3), 0, 255))
    pen = ImageDraw.Draw(image)
    if shape == "circle":
        pen.circle((x, y), radius, fill=ink)
    else:
        pen.polygon(_corners(shape, x, y, radius), fill=ink)
    return image


def _corners(shape: str, x: float, y: float, radius: float) -> list[tuple[float, float]]:
    count, inner, turn = {"square": (4, 1.0, math.pi / 4), "triangle": (3, 1.0, 0.0), "star": (10, 0.4, 0.0)}[shape]
    return [
        (x + reach * math.sin(angle), y - reach * math.cos(angle))
        for number in range(count)
        for angle in [turn + 2 * math.pi * number / count]
        for reach in [radius * (inner if number % 2 else 1.0)]
    ]


def small_clip_weights() -> Path:
    """Return the path of the trained weights, a state dict in half precision; train them if missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photosearch-tests"
    path = cache / f"small-clip-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}.pt"
    cache.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        # Only one process of the suite trains; the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_file():
            import torch

            partial = path.with_suffix(".part")
            torch.save(_train().state_dict(), partial)
            partial.replace(path)
    return path


def save_as_torchscript(weights: Path, archive: Path) -> None:
    """Save a state dict as OpenAI publishes its models: a traced TorchScript archive with its sizes as buffers."""
    import torch

    from search.encoders.models.clip import clip_package

    network = clip_package().model.build_model(torch.load(weights, weights_only=True)).float()
    for name, value in (("input_resolution", SIDE), ("context_length", 77), ("vocab_size", 49408)):
        if hasattr(network, name):
            delattr(network, name)
        network.register_buffer(name, torch.tensor(value))
    pixels, tokens = torch.zeros(1, 3, SIDE, SIDE), clip_package().tokenize("a red circle")
    traced = torch.jit.trace_module(
        network, {"forward": (pixels, tokens), "encode_image": pixels, "encode_text": tokens}, check_trace=False
    )
    traced.half().save(archive)


def _train() -> Any:
    import torch

    from search.encoders.models.clip import clip_package

    torch.manual_seed(0)
    model = clip_package().model
    network = model.CLIP(
        embed_dim=32,
        image_resolution=SIDE,
        vision_layers=3,
        vision_width=64,
        vision_patch_size=8,
        context_length=77,
        vocab_size=49408,
        transformer_width=64,
        transformer_heads=1,
        transformer_layers=1,
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=STEPS)
    for pixels, tokens in _training_batches(STEPS):
        logits, _transposed = network(pixels, tokens)
        # The caption with the same index belongs to the picture.
        loss = torch.nn.functional.cross_entropy(logits, torch.arange(len(logits)))
        loss = (loss + torch.nn.functional.cross_entropy(logits.T, torch.arange(len(logits)))) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    model.convert_weights(network)
    return network


def _training_batches(steps: int) -> Iterator[Any]:
    """Yield batches of pictures and captions, one of each thing."""
    import torch

    from search.encoders.models.clip import clip_package, preprocess

    for step in range(steps):
        pixels = np.stack([preprocess(draw_shape(thing, seed=step), SIDE) for thing in THINGS])
        captions = [TEMPLATES[(step + number) % len(TEMPLATES)].format(thing) for number, thing in enumerate(THINGS)]
        yield torch.from_numpy(pixels), clip_package().tokenize(captions)
