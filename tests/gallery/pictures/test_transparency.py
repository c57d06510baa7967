"""Transparent pictures stand on a background with which their ink contrasts."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gallery.pictures.images import make_thumbnail, open_image
from gallery.pictures.transparency import DARK, GREY, WHITE
from tests.drawing import cjk_font, save_image


def sticker(*inks: str, size: tuple[int, int] = (600, 160), mode: str = "RGBA", shadow: int = 0) -> Image.Image:
    """Return a word in each ink, side by side on a transparent background, perhaps with a shadow of this opacity."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for number, ink in enumerate(inks):
        if shadow:
            pen.text((26 + 280 * number, 36), "透明贴纸", fill=(0, 0, 0, shadow), font=cjk_font(60))
        pen.text((20 + 280 * number, 30), "透明贴纸", fill=ink, font=cjk_font(60))
    return image.convert(mode)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("image", "kind", "background"),
    [
        (sticker("white"), "PNG", DARK),
        (sticker("white"), "WEBP", DARK),
        (sticker("#f4f4e8"), "PNG", DARK),
        (sticker("yellow"), "PNG", DARK),
        (sticker("white", mode="LA"), "PNG", DARK),
        (sticker("white").quantize(8), "PNG", DARK),
        (sticker("white"), "GIF", DARK),
        (sticker("white", shadow=70), "PNG", DARK),
        (sticker("#ffffff66"), "PNG", DARK),
        (sticker("black"), "PNG", WHITE),
        (sticker("black"), "GIF", WHITE),
        (sticker("#c00", "#06c"), "PNG", WHITE),
        (sticker("black", "white"), "PNG", GREY),
        (sticker("white", "#e33"), "PNG", DARK),
        (sticker("white", size=(6000, 1600)), "PNG", DARK),
        (Image.new("RGBA", (60, 60), (255, 255, 255, 0)), "PNG", WHITE),
    ],
)
def test_contrasts_with_ink(image, kind, background):
    opened = open_image(save_image(image, kind))
    assert opened.getpixel((1, 1)) == (background,) * 3
    if image.getextrema()[-1] != (0, 0):
        # The ink is visible, in thumbnails too.
        thumbnail = np.asarray(Image.open(BytesIO(make_thumbnail(opened, 256))).convert("L"), int)
        assert np.ptp(thumbnail) > 40


@pytest.mark.unit
def test_leaves_corners_of_screenshot_white():
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, 399, 299), 40, fill="white")
    assert open_image(save_image(image, "PNG")).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.unit
def test_outline_decides_and_not_what_it_surrounds():
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((100, 50, 300, 250), fill="white", outline="black", width=8)
    assert open_image(save_image(image, "PNG")).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.unit
def test_part_of_picture_has_background_of_the_whole():
    file = save_image(sticker("black", "white"), "PNG")
    assert open_image(file, region=(0, 0, 0.4, 1)).getpixel((1, 1)) == (GREY,) * 3


@pytest.mark.unit
def test_middle_frame_of_animation_contrasts_with_its_ink():
    frames = [sticker("white"), sticker("white", size=(600, 160), shadow=1), sticker("white")]
    file = save_image(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    assert open_image(file).getpixel((1, 1)) == (DARK,) * 3
