"""Pixels tell copies from pictures that are only alike."""

from dataclasses import dataclass
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from benchmarks.picture_copies import CHANGES
from gallery.pictures.decoding import fitted_size
from search.near_duplicates.pixels import copy_distance
from tests.drawing import draw_lines, save_image

CHAT = ("星期五 18:42", "今晚去哪里吃饭？", "老地方？东门那家火锅", "那家周一才开门……", "几点？", "七点半，靠窗的位子")


@dataclass(frozen=True)
class Shown:
    """A picture in two sizes, as thumbnails have them."""

    image: Image.Image

    @property
    def small(self) -> Image.Image:
        return self._fitted(320)

    @property
    def large(self) -> Image.Image:
        return self._fitted(1600)

    def _fitted(self, side: int) -> Image.Image:
        return self.image.convert("L").resize(fitted_size(self.image.size, side=side))


def distance(one: Image.Image, other: Image.Image) -> float | None:
    found = copy_distance(Shown(one), Shown(other))
    assert found is None or 0 <= found < 0.1
    # A photo is a copy of another if this is a copy of the photo.
    assert (copy_distance(Shown(other), Shown(one)) is None) == (found is None)
    return found


@pytest.fixture(scope="module")
def temple(photographs) -> Image.Image:
    return Image.open(photographs["temple"]).convert("RGB")


@pytest.mark.parametrize("change", [name for name in CHANGES if name not in ("PNG", "WebP", "HEIC")])
def test_knows_copies_of_a_photograph(temple, change):
    copy, _extension, options = CHANGES[change](temple, Random(3))
    file = save_image(copy, "JPEG", **{name: value for name, value in options.items() if name == "quality"})
    assert distance(temple, ImageOps.exif_transpose(Image.open(file))) is not None


@pytest.mark.parametrize("change", ["smaller", "recompressed strongly", "turned", "grey", "cropped", "framed"])
def test_knows_copies_of_a_chat(change):
    chat = draw_lines(CHAT, size=40, width=1080, height=1500, paper="#ededed")
    copy, _extension, _options = CHANGES[change](chat, Random(3))
    assert distance(chat, copy) is not None


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((*CHAT[:-1], "八点半，靠窗的位子"), id="another character"),
        pytest.param((*CHAT, "好"), id="another message"),
        pytest.param(CHAT[:-1], id="a message less"),
        pytest.param((*CHAT[1:], "收到，我带上相机"), id="scrolled"),
        pytest.param((CHAT[0], *CHAT[:0:-1]), id="other order"),
    ],
)
def test_tells_chats_with_other_words_apart(lines):
    options = {"size": 40, "width": 1080, "height": 1500, "paper": "#ededed"}
    assert distance(draw_lines(CHAT, **options), draw_lines(lines, **options)) is None


def test_tells_photographs_apart(temple, photographs):
    images = {name: Image.open(path).convert("RGB") for name, path in photographs.items()}
    for name, image in images.items():
        assert (distance(temple, image) is None) == (name != "temple")


def test_tells_a_photograph_with_another_thing_apart(temple):
    changed = temple.copy()
    ImageDraw.Draw(changed).ellipse((270, 150, 360, 240), fill="#883311")
    assert distance(temple, changed) is None


@pytest.mark.parametrize("side", ["left", "right"])
def test_tells_captions_apart_that_differ_in_a_word(temple, side):
    memes = []
    for word in ("always", "never!"):
        meme = temple.resize((800, 534))
        text = f"{word} on Monday" if side == "left" else f"on Monday {word}"
        ImageDraw.Draw(meme).text(
            (400, 470), text, "white", font_size=46, anchor="ma", stroke_width=4, stroke_fill="black"
        )
        memes.append(meme)
    assert distance(*memes) is None
    assert distance(memes[0], memes[0].resize((400, 267))) is not None


def test_plain_pictures_are_no_copies():
    plain = Image.new("RGB", (300, 200), "#336699")
    assert distance(plain, plain) is None
    dark = Image.effect_noise((300, 200), 4).point(lambda value: value / 30)
    assert distance(dark, dark.filter(ImageFilter.BLUR)) is None


def test_other_shapes_are_no_copies(temple):
    assert distance(temple, temple.resize((640, 640))) is None
    assert distance(temple, temple.crop((0, 0, 320, 427))) is None
