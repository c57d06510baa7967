"""The timeline of more photos than the page has shapes of: places stay, and any height can be scrolled."""

import re
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Error, Page, Route, expect

from gallery.models import Photo
from tests.browser.driving import wait_until

PHOTOS = 7000
LATEST = datetime(2023, 12, 31, 12)
SHAPES = "**/shapes?*"


@pytest.fixture
def long(owner):
    """Seven photos without files on each of 1,000 days: the older half is wide, and the latest are narrow."""
    return Photo.objects.bulk_create(
        Photo(
            owner=owner,
            filename=f"{number}.png",
            extension="png",
            width=400 if number < PHOTOS / 2 else 1200,
            height=600,
            file_size=1,
            sha256=number,
            defect="x",
            taken_at=LATEST - timedelta(days=number // 7, minutes=number),
        )
        for number in range(PHOTOS)
    )


FIRST_PLACE = """() => [...document.querySelectorAll("#photos .tile[data-photo]")]
    .map((tile) => ({ id: tile.id, top: tile.getBoundingClientRect().top }))
    .filter(({ top }) => top > 60)
    .sort((one, other) => one.top - other.top)[0]"""


def expect_loaded(page: Page) -> None:
    expect(page.locator("#photos .tile[data-photo]").first).to_be_attached()
    expect(page.locator("#photos .tile:not([data-photo])")).to_have_count(0)


def test_photos_stay_in_place_when_shapes_arrive(open_page, long):
    page = open_page(f"/?photo={long[5000].pk}")
    expect(page.locator(f"#photo-{long[5000].pk} > a")).to_be_focused()
    held: list[Route] = []
    page.route(SHAPES, lambda route: held.append(route))
    page.mouse.move(600, 400)
    # Back in time order, to photos whose shapes are unknown.
    while not held:
        page.mouse.wheel(0, -2000)
        page.wait_for_timeout(60)
    page.wait_for_timeout(300)
    page.unroute(SHAPES)
    before = page.evaluate(FIRST_PLACE)
    for route in held:
        with suppress(Error):  # The page no longer waits for it.
            route.continue_()
    expect_loaded(page)
    page.wait_for_timeout(300)
    if before:
        assert page.locator(f"#{before['id']}").bounding_box()["y"] == pytest.approx(before["top"], abs=1.5)
    # The same at the ends: the last photo is at the lower edge although the heights above it were estimates.
    scrubber = page.get_by_role("slider", name="Month")
    scrubber.focus()
    page.keyboard.press("Home")
    expect(page.locator(f"#photo-{long[0].pk}")).to_be_in_viewport()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile("^April 2021 "))
    expect(page.locator(f"#photo-{long[-1].pk}")).to_be_in_viewport()
    page.keyboard.press("PageUp")
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile("^April 2022 "))
    expect(page.get_by_role("heading", name="April 2022")).to_be_in_viewport()
    expect_loaded(page)
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", name="April 2022")).to_be_in_viewport()


# A timeline of 50 million pixels: more than browsers can draw.
CANVAS = """async () => {
    const { name } = performance.getEntriesByType("resource").find(({ name }) => name.includes("/canvas"));
    const { Canvas } = await import(name);
    window.canvas = new Canvas(document.querySelector("#photos"), { above: 56 });
    canvas.setHeight(50_000_000);
    addEventListener("scroll", () => canvas.follow());
    return document.documentElement.scrollHeight;
}"""


def test_scrolls_any_height(open_page):
    page = open_page()
    assert page.evaluate(CANVAS) < 4_000_000

    def position(script: str) -> float:
        page.evaluate(script)
        page.wait_for_timeout(100)
        return page.evaluate("canvas.y")

    assert position("canvas.go(20_000_000)") == pytest.approx(20_000_000, abs=1)
    assert position("scrollBy(0, 500)") == pytest.approx(20_000_500, abs=1)
    assert position("canvas.rest()") == pytest.approx(20_000_500, abs=1)
    assert position("canvas.shift(300)") == pytest.approx(20_000_800, abs=1)
    assert position("canvas.goToShare(0.5)") == pytest.approx(25_000_000, rel=0.001)
    assert position("scrollTo(0, document.documentElement.scrollHeight)") == pytest.approx(page.evaluate("canvas.end"))
    assert page.evaluate("canvas.end") == pytest.approx(50_000_000, rel=0.001)
    assert position("scrollTo(0, 0)") == pytest.approx(-page.evaluate("canvas.offset"))
    assert position("canvas.go(1000)") == pytest.approx(1000, abs=1)


def test_says_that_photo_is_archived(open_page, long):
    Photo.objects.filter(pk=long[3].pk).update(is_archived=True)
    page = open_page(f"/?photo={long[3].pk}")
    expect(page.get_by_text("This photo is archived.")).to_be_visible()
    page.get_by_role("link", name="Show it in the archive").click()
    wait_until(page, lambda: page.locator(f"#photo-{long[3].pk} > a").count() == 1)
    expect(page.locator(f"#photo-{long[3].pk} > a")).to_be_focused()


# 250 portions, while the shapes of a section are on their way.
STORE = """async () => {
    const { name } = performance.getEntriesByType("resource").find(({ name }) => name.includes("/photo_store"));
    const { PhotoStore } = await import(name);
    const months = [["2023-05", 20_000, [31, 20_000]]];
    window.fetch = async (address) => {
        if (address.includes("/shapes")) return new Promise(() => {});
        const begin = Number(new URL(address, location).searchParams.get("begin"));
        const photos = Array.from({ length: 60 }, (_, place) => ({ id: begin + place + 1, version: 1 }));
        return Response.json({ months: [["2023-05", 20_000]], photos });
    };
    const store = new PhotoStore("/timeline", { months, newest: 1, begin: 0, days: [], shapes: "" });
    store.show({ first: 0, last: 59, middle: 0, sections: store.sections.list.slice(0, 1) });
    while (!store.entries.size) await new Promise((done) => setTimeout(done, 10));
    for (let begin = 0; begin < 15_000; begin += 60) await store.load(begin);
    return store.photos.size;
}"""


def test_forgets_photos_far_away(open_page):
    page = open_page()
    assert page.evaluate(STORE) <= 200 * 60
