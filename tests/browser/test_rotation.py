"""Rotating photos in Chromium: at once in the lightbox, with the words, then on tiles; by selection and on the page."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from search.models import PhotoText
from tests.browser.driving import wait_until
from tests.drawing import corner_colours, draw_corners, save_image

SIZE = (900, 600)
LINE = {"text": "ticket", "confidence": 1, "box": [[0.1, 0.1], [0.4, 0.1], [0.4, 0.2], [0.1, 0.2]]}


@pytest.fixture
def photos(show, owner) -> list[Photo]:
    """Two photos with words in their first quarter, the latest first."""
    photos = []
    for number in range(2):
        size = (SIZE[0] + 2 * number, SIZE[1])
        photos.append(show(save_image(draw_corners(size), "PNG").getvalue(), filename=f"{number}.png"))
        PhotoText.objects.create(photo=photos[-1], owner=owner, engine="x", text="ticket", lines=[LINE])
    return photos[::-1]


def corners_of(page: Page, selector: str) -> str:
    """Return the colours at the corners of the picture as it is on the screen."""
    box = page.locator(selector).bounding_box()
    if box is None:
        return ""
    shot = page.screenshot(
        clip={"x": box["x"] + 4, "y": box["y"] + 4, "width": box["width"] - 8, "height": box["height"] - 8}
    )
    with Image.open(BytesIO(shot)) as image:
        return corner_colours(image)


def expect_corners(page: Page, corners: str, selector: str = "#lightbox .picture") -> None:
    wait_until(page, lambda: corners_of(page, selector) == corners, otherwise=f"never shows {corners}")


def test_rotates_picture_with_words_and_tiles(open_page, photos):
    page = open_page("/search?q=ticket")
    tile = f'.tile[data-photo="{photos[0].pk}"]'
    page.locator(f"{tile} a").click()
    expect(page.locator("#lightbox")).to_be_visible()
    expect_corners(page, "abcd")
    page.keyboard.press("r")
    # The thumbnails are not made yet, so the picture is turned on the screen.
    expect(page.locator("#lightbox img")).to_have_attribute("data-turn", "90")
    expect_corners(page, "dabc")
    frame, match = page.locator("#lightbox .picture"), page.locator("#lightbox [data-match] polygon").first
    wait_until(page, lambda: frame.evaluate("element => element.clientHeight > element.clientWidth"))
    expect(match).to_be_attached()
    # The words were at the top left, and are now at the top right.
    whole, words = frame.bounding_box(), match.bounding_box()
    assert words["x"] > whole["x"] + whole["width"] / 2
    assert words["y"] + words["height"] < whole["y"] + whole["height"] / 2
    # Zoomed in, the original is turned too.
    for _ in range(3):
        page.keyboard.press("+")
    expect(page.locator("#lightbox img")).to_have_attribute("src", re.compile("/original$"))
    expect(page.locator("#lightbox img")).to_have_attribute("data-turn", "90")
    for _ in range(3):
        page.keyboard.press("-")
    expect_corners(page, "dabc")
    make_thumbnails([photos[0].pk])
    page.keyboard.press("Shift+R")
    expect_corners(page, "abcd")
    page.locator("#messages").get_by_role("button", name="Undo").last.click()
    expect_corners(page, "dabc")
    page.keyboard.press("Escape")
    # The tile is loaded again when its thumbnail is there.
    make_thumbnails([photos[0].pk])
    expect(page.locator(f'{tile}[data-rotation="90"]:not([data-turn])')).to_be_attached()
    expect(page.locator(f"{tile} img")).to_have_attribute("height", str(SIZE[0] + 2))
    expect_corners(page, "dabc", f"{tile} img")


def test_rotates_selection_and_page(open_page, photos):
    page = open_page()
    for photo in photos:
        page.locator(f"#photo-{photo.pk} .check").click()
    for _ in range(2):
        page.get_by_role("button", name="Rotate left").first.click()
        wait_until(page, lambda: page.locator("#selection").get_attribute("aria-busy") != "true")
    wait_until(page, lambda: set(Photo.objects.values_list("rotation", flat=True)) == {180})
    make_thumbnails([photo.pk for photo in photos])
    page.keyboard.press("Escape")
    expect_corners(page, "cdab", f"#photo-{photos[0].pk} img")
    page.goto(f"/photos/{photos[0].pk}")
    expect_corners(page, "cdab", ".stage img")
    page.locator(".photo-information").get_by_role("button", name="Rotate right").click()
    expect(page.get_by_text("1 photo rotated")).to_be_visible()
    make_thumbnails([photos[0].pk])
    # The page shows the new preview by itself.
    expect_corners(page, "bcda", ".stage img")
