"""The trash in Chromium."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gallery.models import Photo
from tests.browser.driving import SMALL_TELEPHONE


@pytest.fixture
def photos(show) -> list[Photo]:
    """Six photos in the trash, the latest first: 5.png … 0.png."""
    shown = [show(filename=f"{number}.png") for number in range(6)][::-1]
    Photo.objects.update(trashed_at=timezone.now())
    return shown


@pytest.mark.parametrize("look", [{}, {"viewport": SMALL_TELEPHONE, "has_touch": True, "is_mobile": True}])
def test_click_shows_photo_and_restores_it(open_page, photos, look):
    page = open_page("/trash", **look)
    page.get_by_role("link", name="4.png").click()
    expect(page.get_by_role("heading", name="4.png")).to_be_visible()
    image = page.get_by_role("img", name="4.png")
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="3.png")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="2.png")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Trash")).to_be_visible()
    assert Photo.objects.get(trashed_at=None).filename == "3.png"


def test_selects_ranges_and_all(open_page, photos):
    page = open_page("/trash")
    count = page.locator("#trash-selection .selected-count")
    page.get_by_role("checkbox", name="Select 4.png").check(force=True)
    page.get_by_role("link", name="1.png").click(modifiers=["Shift"])
    expect(count).to_have_text("4 selected")
    page.get_by_role("link", name="2.png").click()
    expect(count).to_have_text("3 selected")
    page.get_by_role("button", name="Select all").click()
    expect(count).to_have_text("6 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#trash-selection")).to_be_hidden()
    page.keyboard.press("Control+a")
    expect(count).to_have_text("6 selected")


def test_restores_all_without_scripts(open_page, photos):
    page = open_page("/trash", java_script_enabled=False)
    page.get_by_role("link", name="0.png").click()
    page.get_by_role("link", name="Previous photo").click()
    page.get_by_role("link", name="Trash").first.click()
    page.get_by_role("button", name="Restore all").click()
    expect(page.get_by_text("6 photos restored")).to_be_visible()
    assert not Photo.objects.filter(trashed_at__isnull=False).exists()
