"""The top bar at the sizes of telephones, tablets and desks."""

from itertools import combinations

import pytest
from playwright.sync_api import expect

SIZES = [(320, 640), (390, 844), (820, 1180), (844, 390), (1024, 768), (1440, 900), (2560, 1440)]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_top_bar_elements_do_not_overlap(open_page, locale):
    page = open_page("/account", locale=locale)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        parts = [page.locator(f".bar .{name}") for name in ("brand", "searchbox", "actions")]
        boxes = [part.bounding_box() for part in parts]
        for one, other in combinations(sorted(boxes, key=lambda box: box["x"]), 2):
            assert one["x"] + one["width"] <= other["x"], f"{width}: {one} lies over {other}"
        assert boxes[0]["x"] >= 0
        assert boxes[2]["x"] + boxes[2]["width"] <= width
        for part in parts:
            assert part.evaluate("part => part.scrollWidth <= part.clientWidth"), f"{width}: {part} is cut off"
        expect(parts[1].get_by_role("combobox")).to_be_visible()
        assert parts[1].bounding_box()["width"] >= min(width * 0.3, 400)


def test_menu_fits_on_low_screen_and_leads_to_saved_searches(open_page):
    page = open_page("/account", viewport={"width": 844, "height": 390})
    page.get_by_role("button", name="Menu").click()
    menu = page.locator("#user-menu").bounding_box()
    assert menu["y"] + menu["height"] <= 390
    page.locator("#user-menu").get_by_role("link", name="Saved searches").click()
    expect(page.locator("#sidebar")).to_be_visible()
