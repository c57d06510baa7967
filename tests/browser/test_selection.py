"""The selection of photos and its actions in Chromium."""

from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from gallery import forms
from gallery.models import Photo
from search.models import PhotoText
from tests.browser.driving import SMALL_TELEPHONE


@pytest.fixture
def photos(show) -> list[Photo]:
    """Six photos, the latest first: 5.png … 0.png."""
    return [show(filename=f"{number}.png") for number in range(6)][::-1]


def box_of(page: Page, photo: Photo):
    return page.locator(f"#photo-{photo.pk} .check input")


def selected_count(page: Page):
    return page.locator("#selection .selected-count")


def test_selects_by_checkbox_and_shift_and_clears_by_escape(open_page, photos):
    page = open_page()
    box_of(page, photos[1]).check(force=True)
    expect(selected_count(page)).to_have_text("1 selected")
    box_of(page, photos[4]).click(force=True, modifiers=["Shift"])
    expect(selected_count(page)).to_have_text("4 selected")
    page.get_by_role("link", name="0.png").click()
    expect(selected_count(page)).to_have_text("5 selected")
    expect(page.locator("#lightbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator(".is-selected")).to_have_count(0)


def test_selects_rates_and_deletes_by_keyboard(open_page, photos):
    page = open_page()
    page.get_by_role("link", name="5.png").focus()
    page.keyboard.press("x")
    page.get_by_role("link", name="3.png").focus()
    page.keyboard.press("Shift+X")
    expect(selected_count(page)).to_have_text("3 selected")
    page.keyboard.press("4")
    expect(page.get_by_text("Rated 4 stars")).to_be_visible()
    assert Photo.objects.filter(importance=4).count() == 3

    page.get_by_role("link", name="0.png").focus()
    page.keyboard.press("x")
    page.keyboard.press("Delete")
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    expect(page.get_by_role("link", name="0.png")).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("link", name="0.png")).to_be_visible()


def test_selects_all_by_keyboard(open_page, photos):
    page = open_page()
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(6)
    page.keyboard.press("Control+a")
    expect(selected_count(page)).to_have_text("6 selected")
    for _time in range(2):
        page.keyboard.press("3")
        page.keyboard.press("Control+a")
        expect(selected_count(page)).to_have_text("6 selected")
    expect(page.get_by_text("Rated 3 stars")).to_have_count(1)


def test_failed_undo_can_be_repeated(open_page, photos):
    page = open_page()
    box_of(page, photos[0]).check(force=True)
    page.get_by_role("button", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    page.route("**/trash/restore", lambda route: route.fulfill(status=404, body="not now"))
    undo.click()
    expect(page.get_by_text("Something went wrong. Try again.")).to_be_visible()
    page.unroute("**/trash/restore")
    undo.click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    expect(undo).to_have_count(0)
    assert not Photo.objects.filter(trashed_at__isnull=False).exists()


@pytest.mark.parametrize("look", [{}, {"viewport": SMALL_TELEPHONE, "has_touch": True, "is_mobile": True}])
def test_states_why_an_action_is_impossible(open_page, photos, monkeypatch, look):
    monkeypatch.setattr(forms, "MAX_SELECTED", 1)
    page = open_page(**look)
    for photo in photos[:2]:
        box_of(page, photo).check(force=True)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Select at most 1 photos at once.")).to_be_visible()
    expect(selected_count(page)).to_have_text("2 selected")
    # The message does not cover the toolbar.
    message, toolbar = page.locator("#messages > *").bounding_box(), page.locator("#selection").bounding_box()
    assert message["y"] + message["height"] <= toolbar["y"]


@pytest.mark.parametrize("path", ["/", "/search?q=tea"])
def test_describes_and_downloads_selected_photos(open_page, photos, owner, tmp_path, path):
    for photo in photos:
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    page = open_page(path)
    for photo in photos[:2]:
        box_of(page, photo).check(force=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "photos.zip")
    assert ZipFile(tmp_path / "photos.zip").namelist() == ["4.png", "5.png"]

    page.get_by_role("button", name="Edit description").click()
    page.get_by_label("Description", exact=True).fill("green tea")
    page.locator("#describe").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Description saved for 2 photos")).to_be_visible()
    assert Photo.objects.filter(description="green tea").count() == 2


def test_pins_selected_photos_to_the_search(open_page, photos, owner):
    for photo in photos[1:]:
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    page = open_page("/search?q=tea")
    for photo in photos[1:3]:
        box_of(page, photo).check(force=True)
    page.get_by_role("button", name="Pin to a search").click()
    expect(page.locator("#pin").get_by_label("Search", exact=True)).to_have_value("tea")
    page.locator("#pin").get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_text("Pinned 2 photos to “tea”")).to_be_visible()
    expect(page.locator("#pin")).to_be_hidden()
    page.goto(page.url.split("/search")[0] + "/search/pinned")
    expect(page.locator(".pinned .tile")).to_have_count(2)
    page.get_by_role("button", name="Remove the pinned search").click()
    expect(page.get_by_text("No pinned searches.")).to_be_visible()


def test_trashes_results(open_page, photos, owner):
    for photo in photos:
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    page = open_page("/search?q=tea")
    box_of(page, photos[0]).check(force=True)
    box_of(page, photos[2]).click(force=True, modifiers=["Shift"])
    page.locator("#selection").get_by_role("button", name="Delete").click()
    expect(page.locator("#results .tile:visible")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#results .tile:visible")).to_have_count(6)


def test_selection_is_chinese(open_page, photos):
    page = open_page(locale="zh-CN")
    box_of(page, photos[0]).check(force=True)
    expect(selected_count(page)).to_have_text("已选择 1 张")
    page.locator("#selection").get_by_role("button", name="删除").click()
    expect(page.get_by_text("已将 1 张照片移入回收站")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已恢复 1 张照片")).to_be_visible()
    page.get_by_role("link", name="4.png").click()
    expect(page.get_by_role("button", name="下一张")).to_be_visible()


def test_toolbar_fits_telephone(open_page, photos):
    page = open_page(viewport=SMALL_TELEPHONE)
    box_of(page, photos[0]).check(force=True)
    box = page.locator("#selection").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_long_press_selects_on_touch_screens(open_page, photos):
    page = open_page(viewport=SMALL_TELEPHONE, has_touch=True, is_mobile=True)
    box = page.locator(f"#photo-{photos[0].pk}").bounding_box()
    finger = page.context.new_cdp_session(page)
    place = {"x": box["x"] + 50, "y": box["y"] + 50}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    expect(selected_count(page)).to_have_text("1 selected")
    with page.expect_event("console", lambda message: message.text == "clicked"):
        page.evaluate("addEventListener('click', () => console.log('clicked'), { capture: true, once: true })")
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(selected_count(page)).to_have_text("1 selected")
    # Clicks are ignored for the same time; of two equal timers the first one set fires first.
    page.evaluate("new Promise((done) => setTimeout(done, 100))")
    page.locator(f"#photo-{photos[1].pk}").tap()
    expect(selected_count(page)).to_have_text("2 selected")
    expect(page.locator("#lightbox")).to_be_hidden()


def test_trashes_selected_photos_without_scripts(open_page, photos):
    page = open_page(java_script_enabled=False)
    box_of(page, photos[0]).check(force=True)
    page.locator("#selection").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert Photo.objects.filter(trashed_at=None).count() == 6
