"""The suggestions below the search box: keyboard, input methods, telephones."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from search.models import PhotoText
from search.saved import record_search
from tests.browser.driving import SMALL_TELEPHONE

BOX = "#search [name=q]"


@pytest.fixture
def library(owner, show):
    """Pictures with words, and an earlier search."""
    photo = show(filename="tea-house.png")
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="Teahouse menu\n星巴克 teapot")
    record_search("q=green+tea", user=owner)
    return photo


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def expect_active(page: Page, option: Locator | None) -> None:
    """Check that the box points to this option, or to none."""
    expect(page.locator("#suggestions [aria-selected=true]")).to_have_count(0 if option is None else 1)
    if option is None:
        expect(page.locator(BOX)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    else:
        expect(option).to_have_attribute("aria-selected", "true")
        expect(page.locator(BOX)).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    expect(page.locator(BOX)).to_be_focused()


def test_arrow_keys_choose_suggestions(open_page, library):
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("tea")
    expect(options(page)).to_have_count(5)
    expect(page.locator(BOX)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggestions-news")).to_have_text("4 suggestions")
    kinds = ["recent search", "in your pictures", "in your pictures", "file"]
    expect(page.locator("#suggestions .kind")).to_have_text(kinds)
    expect_active(page, None)
    for key, number in (("ArrowDown", 0), ("ArrowDown", 1), ("End", 4), ("Home", 0), ("ArrowUp", None), ("ArrowUp", 4)):
        page.keyboard.press(key)
        expect_active(page, None if number is None else options(page).nth(number))
    page.keyboard.press("Escape")
    expect(options(page).first).to_be_hidden()
    expect(page.locator(BOX)).to_have_value("tea")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Tab")
    expect(options(page).first).to_be_hidden()
    expect(page.locator(BOX)).not_to_be_focused()


def test_enter_takes_chosen_suggestion(open_page, library):
    page = open_page()
    page.locator(BOX).fill("tea")
    expect(options(page)).to_have_count(5)
    expect(options(page).nth(1)).to_contain_text(re.compile("tea", re.IGNORECASE))  # the empty box has five, too
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=[Tt]ea(house|pot)$"))
    page.locator(BOX).fill("tea-h")
    page.locator("#suggestions img").click()
    page.wait_for_url(f"**/photos/{library.pk}")


def test_filter_goes_on_in_the_box(open_page, library):
    page = open_page()
    page.locator(BOX).fill("tea ki")
    expect(options(page).first).to_contain_text("kind:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(BOX)).to_have_value("tea kind:")
    expect(options(page)).to_have_count(4)
    options(page).nth(1).click()
    page.wait_for_url("**/search?q=tea+kind%3Ascreenshot")


def test_empty_search_stays_and_shows_help(open_page, owner):
    page = open_page()
    page.keyboard.press("/")
    expect(page.locator("#suggestions .kind")).to_have_text(["example"] * 3)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search")
    expect(page.get_by_role("heading", name="Advanced syntax")).to_be_visible()


def test_stale_answers_are_dropped(open_page, library):
    page = open_page()
    held = []
    page.route("**/search/suggestions?q=tea", lambda route: held.append(route))
    page.locator(BOX).fill("tea")
    page.wait_for_timeout(300)
    page.locator(BOX).fill("teap")
    expect(options(page).first).to_contain_text("teapot")
    for route in held:
        route.fulfill(body='<a role="option" href="/">stale</a>')
    page.wait_for_timeout(100)
    expect(options(page).first).to_contain_text("teapot")


def test_input_method_keeps_its_keys(open_page, library):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/suggestions?" in request.url else None)
    page.locator(BOX).focus()
    expect(options(page).first).to_be_visible()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "xing", "selectionStart": 4, "selectionEnd": 4})
    for key in ("ArrowDown", "Enter", "Escape"):
        page.locator(BOX).dispatch_event("keydown", {"key": key, "isComposing": True})
    expect_active(page, None)
    expect(options(page).first).to_be_visible()
    method.send("Input.insertText", {"text": "星"})
    expect(page.locator("#suggestions mark")).to_have_text("星")
    assert [url.partition("?q=")[2] for url in asked] == ["", "%E6%98%9F"]
    expect(page).to_have_url("/")


def test_list_fits_above_keyboard_of_telephone(open_page, library):
    page = open_page(viewport=SMALL_TELEPHONE, has_touch=True, is_mobile=True)
    # As high as with an open keyboard.
    page.set_viewport_size({"width": 320, "height": 300})
    page.locator(BOX).tap()
    page.locator(BOX).fill("tea")
    expect(options(page)).to_have_count(5)
    expect(options(page).nth(1)).to_contain_text(re.compile("tea", re.IGNORECASE))  # the empty box has five, too
    panel = page.locator("#suggestions").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 320
    assert panel["y"] + panel["height"] <= 300
    assert all(option.bounding_box()["height"] >= 44 for option in options(page).all())
    page.locator("#suggestions").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    options(page).last.tap()
    page.wait_for_url("**/search")
