"""Fingerprints of copies agree, whatever their size, brightness, frame and turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from search.near_duplicates.fingerprints import (
    TURNS,
    make_fingerprint,
    make_inner_fingerprint,
    turn_between,
    turned,
    unpack,
)


def signs_of(fingerprint: bytes) -> np.ndarray:
    return unpack(np.frombuffer(fingerprint, dtype=np.uint8)[None])


def different_bits(one: bytes, other: bytes) -> int:
    return int(np.count_nonzero(signs_of(one) != signs_of(other)))


@pytest.fixture(scope="module")
def coffee(photographs) -> Image.Image:
    return Image.open(photographs["coffee"]).convert("RGB")


@pytest.mark.parametrize("turn", TURNS)
def test_follows_the_turn_of_a_picture(coffee, turn):
    straight, sideways = make_fingerprint(coffee), make_fingerprint(coffee.rotate(90 * turn, expand=True))
    assert np.count_nonzero(turned(signs_of(straight), turn) != signs_of(sideways)) <= 4
    assert turn_between(straight, sideways) == turn
    if turn:
        assert different_bits(straight, sideways) > 90


@given(st.binary(min_size=32, max_size=32), st.sampled_from(TURNS))
def test_turns_add_up_to_a_full_turn(fingerprint, turn):
    signs = signs_of(fingerprint)
    assert (turned(turned(signs, turn), 4 - turn) == signs).all()


@pytest.mark.parametrize(
    ("change", "most"),
    [
        pytest.param(lambda image: image.resize((150, 100)), 6, id="smaller"),
        pytest.param(lambda image: ImageEnhance.Brightness(image).enhance(0.6), 8, id="darker"),
        pytest.param(lambda image: ImageEnhance.Contrast(image).enhance(1.3), 20, id="contrast"),
        pytest.param(lambda image: image.convert("L"), 2, id="grey"),
    ],
)
def test_copies_differ_in_a_few_bits(coffee, change, most):
    assert different_bits(make_fingerprint(coffee), make_fingerprint(change(coffee))) <= most


def test_other_pictures_differ_in_many_bits(coffee, photographs):
    assert different_bits(make_fingerprint(coffee), make_fingerprint(Image.open(photographs["rocket"]))) > 80


@pytest.mark.parametrize("border", [6, 30])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_knows_the_picture_inside_a_frame(coffee, border, colour):
    framed = ImageOps.expand(coffee, border, colour)
    assert different_bits(make_inner_fingerprint(framed), make_fingerprint(coffee)) <= 24
    assert make_inner_fingerprint(ImageOps.expand(coffee, 400, colour)) == b""


def test_plain_pictures_have_none(coffee):
    for colour in ("black", "white", "#7a8b9c"):
        plain = Image.new("RGB", (300, 200), colour)
        assert (make_fingerprint(plain), make_inner_fingerprint(plain)) == (b"", b"")
    assert len(make_fingerprint(coffee)) == 32
