"""The timeline in Chromium: rows, months, endless scrolling, and restored positions."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Photo
from tests.browser.driving import SMALL_TELEPHONE, drop_files, wait_for
from tests.browser.libraries import make_library
from tests.drawing import picture

PHOTOS = 700
FIRST = datetime(2023, 12, 31, 12)


@pytest.fixture
def many(owner):
    """Photos without files, one a day for two years."""
    photos = Photo.objects.bulk_create(
        Photo(
            owner=owner,
            filename=f"{number}.png",
            extension="png",
            width=(400, 300, 640)[number % 3],
            height=(300, 400, 360)[number % 3],
            file_size=1,
            sha256=number,
            defect="x",
            taken_at=FIRST - timedelta(days=number),
        )
        for number in range(PHOTOS)
    )
    return sorted(photos, key=lambda photo: photo.taken_at, reverse=True)


FIRST_NAME = """[...document.querySelectorAll("#photos .tile[data-photo]")]
    .map(tile => [tile.getBoundingClientRect(), tile])
    .filter(([box]) => box.bottom > 80)
    .sort(([a], [b]) => a.top - b.top || a.left - b.left)[0]?.[1].querySelector("small").textContent"""


def scroll_to(page: Page, y: int) -> str:
    """Scroll to `y` and wait for its photos. Return the name of the first visible one."""
    page.evaluate("y => scrollTo(0, y)", y)
    # The photos at the top are gone only after the scroll.
    expect(page.get_by_text("0.png", exact=True)).to_have_count(0)
    expect(page.locator("#photos .tile:not([data-photo])")).to_have_count(0)
    return page.evaluate(f"() => {FIRST_NAME}")


def test_rows_are_justified_without_overlap(open_page, show):
    sizes = [(300, 200), (200, 300), (400, 200), (250, 250), (320, 240), (640, 360), (90, 120), (120, 90)] * 2
    for number, size in enumerate(sizes):
        show(picture(number, size=size))
    page = open_page()
    tiles = page.locator("#photos .tile")
    expect(tiles).to_have_count(len(sizes))
    boxes = [tile.bounding_box() for tile in tiles.all()]
    for box, (width, height) in zip(boxes, reversed(sizes), strict=True):
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.02)
    right = page.locator("#photos").bounding_box()
    full = [box for box in boxes if box["y"] < boxes[-1]["y"] - 1]
    rows = {round(box["y"]) for box in full}
    for row in rows:
        ends = [box["x"] + box["width"] for box in full if round(box["y"]) == row]
        assert max(ends) == pytest.approx(right["x"] + right["width"], abs=1)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, SMALL_TELEPHONE], ids=["desk", "telephone"])
def test_keeps_only_tiles_near_screen(open_page, many, viewport):
    page = open_page(viewport=viewport)
    expect(page.get_by_role("heading", name="December 2023 31")).to_be_visible()
    expect(page.locator("#photos .tile[data-photo]").first).to_contain_text("0.png")
    assert page.locator("#photos .tile").count() < 150
    page.keyboard.press("End")
    expect(page.get_by_text(f"{PHOTOS - 1}.png", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("0.png", exact=True)).to_have_count(0)
    assert page.locator("#photos .tile").count() < 150


def test_tiles_stay_while_photos_load(open_page, many):
    page = open_page()
    expect(page.locator("#photos .tile[data-photo]").first).to_be_visible()
    height = page.evaluate("document.documentElement.scrollHeight")
    page.mouse.move(600, 400)
    for _ in range(10):
        page.mouse.wheel(0, 700)
    expect(page.locator("#photos .tile:not([data-photo])")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollHeight") == height


@pytest.mark.parametrize("way", ["lightbox", "page"])
def test_restores_position(open_page, many, way):
    page = open_page()
    name = scroll_to(page, 4000)
    before = page.evaluate("scrollY")
    link = page.locator("#photos .tile").filter(has_text=name).get_by_role("link")
    if way == "page":
        page.goto(link.get_attribute("href"))
    else:
        link.click(position={"x": 20, "y": 60})
        expect(page.locator("#lightbox")).to_be_visible()
    page.go_back()
    expect(page.locator("#lightbox")).to_be_hidden()
    wait_for(page, "y => Math.abs(scrollY - y) < 2", before)
    # The photos at this position load only now.
    wait_for(page, f"name => {FIRST_NAME} === name", name)


def test_scrubber_jumps_to_month(open_page, many):
    page = open_page()
    scrubber = page.get_by_role("slider", name="Month")
    expect(scrubber).to_have_attribute("aria-valuetext", "December 2023 · 31")
    scrubber.focus()
    page.keyboard.press("PageDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "December 2022 · 31")
    expect(page.get_by_role("heading", name="December 2022 31")).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", name="November 2022 30")).to_be_in_viewport()
    box = scrubber.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"], steps=5)
    page.mouse.up()
    expect(page.get_by_text(f"{PHOTOS - 1}.png", exact=True)).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.get_by_role("heading", name="December 2023 31")).to_be_in_viewport()


def test_opens_month_of_address(open_page, many):
    page = open_page("/?month=2022-12")
    expect(page.get_by_role("heading", name="December 2022 31")).to_be_in_viewport()


def test_months_have_names_in_users_language(open_page, many):
    page = open_page(locale="zh-CN")
    expect(page.get_by_role("heading", name="2023年12月")).to_be_visible()


def test_has_pages_without_scripts(open_page, many):
    page = open_page(java_script_enabled=False)
    expect(page.locator(".tiles .tile")).to_have_count(31)
    # Playwright finds no roles inside <noscript>.
    page.locator("summary").click()
    page.locator("a[href='?month=2023-03']").click()
    expect(page.locator(".month-name")).to_have_text("March 2023 31")


def test_inserts_old_photo_by_date_after_upload(open_page, many):
    page = open_page()
    drop_files(page, {"IMG_20240105_120000.png": picture(3)})
    expect(page.get_by_role("heading", name="January 2024 1")).to_be_visible()
    expect(page.locator("#photos .tile").first).to_contain_text("IMG_20240105_120000.png")


def test_keeps_position_when_window_narrows(open_page, many):
    page = open_page()
    name = scroll_to(page, 5000)
    page.set_viewport_size({"width": 800, "height": 860})
    expect(page.locator("#photos .tile:not([data-photo])")).to_have_count(0)
    expect(page.get_by_text(name, exact=True)).to_be_in_viewport()


# The headings and tiles: what they show, and their places in the page.
BOXES = """() => [...document.querySelectorAll("#photos > :not(noscript)")].map((item) => {
    const { x, y, width, height } = item.getBoundingClientRect();
    const { group, photo } = item.dataset;
    const text = item.querySelector("h2, h3") ?? item;
    const isCut = text.scrollWidth > text.clientWidth + 1;
    return { key: group ?? photo, isHeading: !photo, x, y: y + scrollY, width, height, isCut };
})"""


@pytest.mark.parametrize(("width", "height", "screens"), [(1440, 900, 3), (820, 1180, 4), (390, 844, 9)])
def test_sparse_months_share_rows(open_page, media_root, owner, width, height, screens):
    dates = [datetime(2023 - number // 5, 12 - 2 * (number % 5), 1 + number % 28) for number in range(58)]
    photos = make_library(owner, dates)
    # All of the page on one screen, so that all its parts exist.
    page = open_page(viewport={"width": width, "height": screens * height})
    assert page.evaluate("document.documentElement.scrollHeight") <= screens * height
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(len(photos))
    boxes = page.evaluate(BOXES)
    headings = [box for box in boxes if box["isHeading"]]
    assert [box["key"] for box in headings if len(box["key"]) == 7] == sorted(
        {f"{date:%Y-%m}" for date in dates}, reverse=True
    )
    assert [box for box in headings if box["isCut"]] == []
    right = page.locator("#photos").bounding_box()
    assert all(box["x"] + box["width"] <= right["x"] + right["width"] + 1 for box in boxes)
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= one["x"] + 1
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert apart, (one, other)


def test_days_have_headings(open_page, media_root, owner):
    make_library(owner, [datetime(2023, 5, 14, 12)] * 30 + [datetime(2023, 5, 13, 12)] * 2 + [datetime(2023, 5, 2)])
    page = open_page(viewport={"width": 1440, "height": 2000})
    groups = page.locator("#photos [data-group]")
    expect(groups).to_have_text(["May 2023 33", "Sun, May 14", "Sat, May 13", "Tue, May 2"])
    tops = [heading.bounding_box()["y"] for heading in groups.all()]
    assert tops[0] < tops[1] < tops[2] == tops[3]


def test_scrubber_names_the_month_at_the_ends(open_page, media_root, owner):
    make_library(owner, [datetime(2023 - number // 12, 12 - number % 12, 15) for number in range(100)])
    page = open_page()
    scrubber = page.get_by_role("slider", name="Month")
    scrubber.focus()
    page.keyboard.press("End")
    expect(scrubber).to_have_attribute("aria-valuetext", "September 2015 · 1")
    page.keyboard.press("ArrowUp")
    expect(scrubber).to_have_attribute("aria-valuetext", "October 2015 · 1")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "November 2023 · 1")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(scrubber).to_have_attribute("aria-valuenow", re.compile("9[0-9]|100"))


def test_opens_at_photo(open_page, many):
    page = open_page(f"/?photo={many[400].pk}")
    expect(page.locator(f"#photo-{many[400].pk}")).to_be_in_viewport()
    expect(page.locator(f"#photo-{many[400].pk} > a")).to_be_focused()
