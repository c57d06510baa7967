"""Views along long pictures together show the whole picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from search.encoders.picture_views import PADDING_COLOUR, open_for_encoder, views_along

SIDE = 32


@pytest.mark.parametrize("size", [(100, 100), (200, 100), (100, 200), (1, 1)])
def test_no_views_along_up_to_twice_as_long_as_wide(size):
    assert views_along(Image.new("RGB", size), side=SIDE) == []


@given(short=st.integers(1, 60), ratio=st.floats(2.1, 100), is_wide=st.booleans())
def test_makes_at_most_six_square_views(short, ratio, is_wide):
    size = (short, round(short * ratio) + 1)
    views = views_along(Image.new("RGB", size[::-1] if is_wide else size), side=SIDE)
    assert 3 <= len(views) <= 6
    assert {view.size for view in views} == {(SIDE, SIDE)}


@pytest.mark.parametrize("length", [205, 300, 470, 480, 1000, 2000])
@pytest.mark.parametrize("is_wide", [True, False])
def test_every_part_of_a_long_picture_is_in_a_view(length, is_wide):
    thickness = max(10, length // 50)
    for position in range(0, length, thickness):
        picture = Image.new("RGB", (length, 100) if is_wide else (100, length), "white")
        end = position + thickness
        picture.paste((255, 0, 0), (position, 0, end, 100) if is_wide else (0, position, 100, end))
        assert any(most_red(view) > 150 for view in views_along(picture, side=SIDE))


def most_red(view: Image.Image) -> int:
    return max(red - blue for red, _green, blue in view.get_flattened_data())


def test_pads_parts_longer_than_wide():
    views = views_along(Image.new("RGB", (100, 2000), "white"), side=SIDE)
    assert len(views) == 6
    assert [views[0].getpixel((x, SIDE // 2)) for x in (0, SIDE // 2, SIDE - 1)] == [
        PADDING_COLOUR,
        (255, 255, 255),
        PADDING_COLOUR,
    ]


def test_a_very_long_picture_needs_little_memory(tmp_path):
    path = tmp_path / "line.png"
    Image.new("RGB", (100_000, 100)).save(path)
    views = views_along(open_for_encoder(path, side=SIDE), side=SIDE)
    assert {view.size for view in views} == {(SIDE, SIDE)}


def test_decodes_twice_the_detail_of_the_input(tmp_path):
    path = tmp_path / "large.jpg"
    for size in [(2000, 1500), (1500, 2000), (600, 9000)]:
        Image.new("RGB", size).save(path)
        assert min(open_for_encoder(path, side=224).size) >= 448
