"""Animated pictures in Chromium: they move on hover and in the lightbox, unless the person prefers stillness."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.drawing import picture

ORIGINAL = re.compile(r"/original$")
PREVIEW = re.compile(r"/preview\?v=\d+$")
THUMBNAIL = re.compile(r"/thumbnail\?v=\d+$")
FORMATS = ["GIF", "PNG", "WEBP", "AVIF"]


def animation(file_format: str) -> bytes:
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("red", "green", "blue")]
    target = BytesIO()
    frames[0].save(target, file_format, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return target.getvalue()


@pytest.fixture
def photos(show):
    for file_format in FORMATS:
        show(animation(file_format), filename=f"moving {file_format}")
    show(picture(7, size=(300, 200)), filename="still.png")


def hover(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).hover()


def test_moves_on_hover(open_page, photos):
    page = open_page(reduced_motion="no-preference")
    for file_format in FORMATS:
        image = page.get_by_role("img", name=f"moving {file_format}")
        expect(image).to_have_attribute("src", THUMBNAIL)
        hover(page, f"moving {file_format}")
        expect(image).to_have_attribute("src", ORIGINAL)
        hover(page, "still.png")
        expect(image).to_have_attribute("src", THUMBNAIL)
    expect(page.get_by_role("img", name="still.png")).to_have_attribute("src", THUMBNAIL)


def test_moves_in_lightbox_and_on_page(open_page, photos):
    page = open_page(reduced_motion="no-preference")
    for file_format in FORMATS:
        page.get_by_role("link", name=f"moving {file_format}").click()
        expect(page.locator("#lightbox .picture img")).to_have_attribute("src", ORIGINAL)
        page.keyboard.press("Escape")
    page.get_by_role("link", name="moving GIF").click()
    page.reload()
    image = page.locator(".stage .picture img")
    expect(image).to_be_visible()
    assert ORIGINAL.search(image.evaluate("image => image.currentSrc"))


def test_stands_still_under_reduced_motion(open_page, photos):
    page = open_page(reduced_motion="reduce")
    hover(page, "moving GIF")
    page.get_by_role("link", name="moving GIF").click()
    shown = page.locator("#lightbox .picture img")
    expect(shown).to_have_attribute("src", PREVIEW)
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("src", PREVIEW)
    page.keyboard.press("Escape")
    expect(page.get_by_role("img", name="moving GIF")).to_have_attribute("src", THUMBNAIL)
