"""Selecting days and months at their headings, and ranges by dragging, in Chromium."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from gallery.models import Photo
from tests.browser.driving import SMALL_TELEPHONE, wait_for
from tests.browser.libraries import make_library

TOUCH = {"viewport": SMALL_TELEPHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture
def photos(media_root, owner) -> list[Photo]:
    """Photos, the latest first: 2 of 3 June, 230 of 14 May, and 3 of 2 May 2023."""
    moments = [datetime(2023, 6, 3, 12)] * 2 + [datetime(2023, 5, 14, 12)] * 230 + [datetime(2023, 5, 2, 12)] * 3
    return make_library(owner, [moment - timedelta(seconds=number) for number, moment in enumerate(moments)])


def selected(page: Page, count: int) -> None:
    expect(page.locator("#selection .selected-count")).to_have_text(f"{count} selected" if count else "")


def check_of(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select all photos of {name}", exact=True)


def tile_of(page: Page, photo: Photo) -> Locator:
    return page.locator(f"#photo-{photo.pk}")


def middle_of(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_headings_select_days_and_months(open_page, photos):
    page = open_page()
    june, third, may, fourteenth = (
        check_of(page, name) for name in ("June 2023", "June 3, 2023", "May 2023", "May 14, 2023")
    )
    assert min(third.bounding_box()["width"], third.bounding_box()["height"]) >= 24
    expect(third).to_have_css("opacity", "0")
    tile_of(page, photos[0]).hover()
    expect(third).to_have_css("opacity", "1")
    expect(may).to_have_css("opacity", "0")
    tile_of(page, photos[0]).locator(".check input").check(force=True)
    for mark in (june, third):
        expect(mark).to_have_attribute("aria-checked", "mixed")
    third.focus()
    page.keyboard.press("Space")
    selected(page, 2)
    expect(june).to_have_attribute("aria-checked", "true")

    # Most of May has not been loaded.
    may.click()
    selected(page, 235)
    expect(fourteenth).to_have_attribute("aria-checked", "true")
    tile_of(page, photos[2]).locator(".check input").uncheck(force=True)
    expect(may).to_have_attribute("aria-checked", "mixed")
    fourteenth.click()
    fourteenth.click()
    selected(page, 5)
    expect(may).to_have_attribute("aria-checked", "mixed")
    expect(fourteenth).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Escape")
    expect(june).to_have_attribute("aria-checked", "false")


def test_mouse_drag_selects_range_and_back(open_page, photos):
    page = open_page()
    tile_of(page, photos[2]).hover()
    page.mouse.move(*middle_of(tile_of(page, photos[2]).locator(".check")))
    page.mouse.down()
    for photo, count in ((photos[7], 6), (photos[4], 3)):
        page.mouse.move(*middle_of(tile_of(page, photo)), steps=3)
        selected(page, count)
    page.mouse.up()
    selected(page, 3)
    expect(page.locator("#lightbox")).to_be_hidden()

    # From a selected photo the drag deselects; Escape restores the selection.
    page.mouse.move(*middle_of(tile_of(page, photos[4]).locator(".check")))
    page.mouse.down()
    page.mouse.move(*middle_of(tile_of(page, photos[3])), steps=3)
    selected(page, 1)
    page.keyboard.press("Escape")
    selected(page, 3)
    page.mouse.up()
    selected(page, 3)
    page.evaluate("new Promise((done) => setTimeout(done, 120))")

    # From an empty place, through parts that are loaded later.
    page.keyboard.press("Escape")
    x, y = middle_of(tile_of(page, photos[2]))
    page.mouse.move(x, page.locator("[data-group='2023-05']").bounding_box()["y"] + 5)
    page.mouse.down()
    page.mouse.move(x, y, steps=3)
    page.mouse.move(1200, page.viewport_size["height"] - 5, steps=3)
    expect(tile_of(page, photos[234])).to_have_class("tile is-selected")
    page.mouse.up()
    selected(page, 233)
    expect(page.locator("#lightbox")).to_be_hidden()


def test_long_press_and_drag_selects_range_on_touch_screens(open_page, photos):
    page = open_page(**TOUCH)
    expect(check_of(page, "June 3, 2023")).to_have_css("opacity", "1")
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, place: tuple[float, float] | None = None) -> None:
        points = [{"x": place[0], "y": place[1]}] if place else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", middle_of(tile_of(page, photos[0])))
    selected(page, 1)
    touch("touchMove", middle_of(tile_of(page, photos[3])))
    selected(page, 4)
    touch("touchMove", middle_of(tile_of(page, photos[1])))
    selected(page, 2)
    # The page scrolls while the finger is at its lower edge.
    touch("touchMove", (100, SMALL_TELEPHONE["height"] - 4))
    wait_for(page, "() => scrollY > 1000")
    touch("touchMove", (100, SMALL_TELEPHONE["height"] / 2))
    touch("touchEnd")
    expect(page.locator("#selection .selected-count")).to_have_text(re.compile(r"\d\d+ selected"))


def test_finger_scrolls_without_selecting(open_page, photos):
    page = open_page(**TOUCH)
    finger = page.context.new_cdp_session(page)
    x, y = middle_of(tile_of(page, photos[3]))
    for way in range(0, 200, 20):
        kind = "touchMove" if way else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y - way}]})
    wait_for(page, "() => scrollY > 50")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    selected(page, 0)


def test_group_marks_are_chinese(open_page, photos):
    page = open_page(locale="zh-CN")
    page.get_by_role("checkbox", name="选择2023年6月3日的所有照片").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#selection .selected-count")).to_have_text("已选择 2 张")
    expect(page.get_by_role("checkbox", name="选择2023年6月的所有照片")).to_be_checked()
