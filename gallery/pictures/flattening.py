"""Makes decoded pixels flat: opaque, 8 bits a channel, in a mode that `gallery.pictures.colour` converts."""

from PIL import Image, ImageChops

from gallery.pictures.colour import FLAT_MODES
from gallery.pictures.transparency import SAMPLE_SIDE, WHITE, background_of, on_background

MAX_16_BITS = 65535


class Flattening:
    """Flattens parts of one decoded picture alike: with the same white, and on the same background."""

    def __init__(self, image: Image.Image) -> None:
        self.levels = _levels(image)
        scale = min(1.0, SAMPLE_SIDE / max(image.size))
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        sample = self._with_8_bits(image.resize(size, Image.Resampling.NEAREST))
        self.background = background_of(sample) if sample.has_transparency_data else WHITE
        self.mode = _flat(sample, self.background).mode

    def flat(self, part: Image.Image) -> Image.Image:
        """Return a part of the picture in `mode`."""
        return _flat(self._with_8_bits(part), self.background)

    def _with_8_bits(self, image: Image.Image) -> Image.Image:
        """Return 16 or 32 bits as "L" or "LA"; Pillow's own conversion would clip them at white."""
        if self.levels is None:
            return image
        low, high = self.levels
        clear = image.info.get("transparency")
        if image.mode.startswith("I;16"):
            image = image.convert("I")
        scale = 255 / (high - low) if high > low else 0.0
        grey = image.point(lambda value: value * scale - low * scale).convert("L")
        if image.mode != "I" or not isinstance(clear, int):
            return grey
        return Image.merge("LA", [grey, _differs(image, clear)])


def _differs(image: Image.Image, value: int) -> Image.Image:
    """Return 0 where 32-bit pixels have this value, else 255."""
    above = image.point(lambda pixel: pixel * 1 - value).convert("L")
    below = image.point(lambda pixel: pixel * -1 + value).convert("L")
    return ImageChops.lighter(above, below).point(lambda difference: 255 if difference else 0)


def _flat(image: Image.Image, background: int) -> Image.Image:
    if image.has_transparency_data:
        return on_background(image, background)
    if image.mode in FLAT_MODES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """Return the values that become black and white; None for 8 bits."""
    if image.mode.startswith("I;16") or (image.format == "PPM" and image.mode == "I"):
        return 0.0, MAX_16_BITS
    if image.mode in ("I", "F"):
        # The file does not say which value is white: take the largest.
        low, high = image.getextrema()
        return low, high  # type: ignore[return-value]
    return None
