"""Draws the landscapes and conversations of the labelled pictures, and reads the photographs of packages."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def packaged_picture(folder: str, name: str) -> Image.Image:
    package, _slash, path = folder.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(package)
    return Image.open(Path(spec.origin).parent / path / name).convert("RGB")


def enlarged(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, image.height * width // image.width), Image.Resampling.BICUBIC)


def draw_scene(seed: int, *, visit: int = 0, shift: int = 0, moved: int = 0) -> Image.Image:
    """Draw hills under a sky with trees and houses; `visit` changes light and things, `shift` turns the camera."""
    width, height = (1440, 1080) if seed % 3 else (1080, 1440)
    ground, things = np.random.default_rng(seed), np.random.default_rng(10_000 * visit + seed)
    light = 1 - 0.25 * visit
    sky = things.integers(120, 255, 3) * light
    rows = np.linspace(1, 0.6, height)[:, None, None]
    clouds = _clouds(things, (height, width))[..., None] * 40
    pixels = sky[None, None, :] * rows + clouds
    across = np.arange(width) + shift + visit * 60
    for layer in range(3):
        waves = sum(
            np.sin(across / scale + phase) * scale / 4
            for scale, phase in zip(ground.uniform(60, 320, 4), ground.uniform(0, 6, 4), strict=True)
        )
        top = height * (0.4 + 0.18 * layer) + waves
        colour = ground.integers(30, 170, 3) * light
        covered = np.arange(height)[:, None] > top[None, :]
        texture = _clouds(ground, (height, width))[..., None] * 50
        pixels = np.where(covered[..., None], colour[None, None, :] + texture, pixels)
    grain = np.random.default_rng(seed + 7 * moved + visit).normal(0, 4, (height, width, 1))
    image = Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _thing in range(int(things.integers(4, 12))):
        x, y = int(things.integers(0, width)) - shift, int(things.integers(height // 2, height - 100))
        size = int(things.integers(30, 160))
        fill = tuple(int(part * light) for part in things.integers(0, 255, 3))
        if things.random() < 0.5:
            pen.ellipse((x + moved, y, x + moved + size, y + size), fill=fill)
        else:
            pen.rectangle((x, y, x + size, y + size // 2), fill=fill, outline="black")
    return image


def _clouds(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Return smooth noise of several scales, about −1 to 1."""
    total = np.zeros(size)
    for scale in (7, 19, 53):
        noise = random.normal(0, 1, (scale, scale)).astype(np.float32)
        layer = Image.fromarray(noise).resize((size[1], size[0]), Image.Resampling.BICUBIC)
        total += np.asarray(layer) / scale**0.5
    return total


def draw_chat(messages: list[str], *, who: str, dark: bool) -> Image.Image:
    background, theirs, mine, ink = (
        ("#111111", "#2b2b2b", "#2f6b3a", "white") if dark else ("#ededed", "white", "#95ec69", "black")
    )
    image = Image.new("RGB", (1080, 1920), background)
    pen = ImageDraw.Draw(image)
    pen.text((540, 110), who, ink, plain_font(46), "ma")
    y = 240
    for row, message in enumerate(messages):
        lines = [message[begin : begin + 30] for begin in range(0, len(message), 30)] or [""]
        width = max(int(plain_font(40).getlength(line)) for line in lines) + 56
        left = 1020 - width if row % 2 else 160
        pen.rounded_rectangle((left, y, left + width, y + len(lines) * 58 + 36), 18, fill=mine if row % 2 else theirs)
        for number, line in enumerate(lines):
            pen.text((left + 28, y + 18 + number * 58), line, ink, plain_font(40))
        y += len(lines) * 58 + 76
    pen.rectangle((0, 1790, 1080, 1920), fill=theirs)
    return image


def plain_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font inside Pillow, which is the same on every machine."""
    return ImageFont.load_default(size)
