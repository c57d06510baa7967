"""Dates and places by hand in Chromium: on the photo's page, in the lightbox, and for a selection."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Photo
from gallery.photos.dating import set_moment
from gallery.photos.statements import apply_statement

LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}}, id="desk"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}, id="telephone"),
]


@pytest.fixture
def photos(show, owner) -> list[Photo]:
    """Three photos of May 2024, the latest first."""
    photos = [show(filename=f"{number}.png") for number in range(3)]
    for number, photo in enumerate(photos):
        statement = set_moment(datetime(2024, 5, 1 + number, 18, 30), zone=None)
        apply_statement(Photo.objects.filter(pk=photo.pk), user=owner, statement=statement)
    return photos[::-1]


def months(page: Page) -> list[str]:
    return page.locator(".month-name").all_inner_texts()


@pytest.mark.parametrize("look", LOOKS)
def test_shifts_dates_of_selection_and_undoes_it(open_page, photos, look):
    page = open_page(**look)
    for photo in photos[:2]:
        page.locator(f"#photo-{photo.pk} .check input").check(force=True)
    page.get_by_role("button", name="Edit date").click()
    dialog = page.locator("#selection-date")
    dialog.get_by_label("Shift by an amount").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Enter an amount of time.")).to_be_visible()
    expect(dialog.get_by_label("Years")).to_be_focused()
    dialog.get_by_label("Direction").select_option("Earlier")
    dialog.get_by_label("Years").fill("1")
    dialog.get_by_label("Hours").fill("6")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Dates shifted for 2 photos")).to_be_visible()
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator(".month-name")).to_have_count(2)
    assert [name.split()[:2] for name in months(page)] == [["May", "2024"], ["May", "2023"]]
    assert Photo.objects.get(pk=photos[0].pk).taken_at == datetime(2023, 5, 3, 12, 30)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 2 photos")).to_be_visible()
    expect(page.locator(".month-name")).to_have_count(1)
    assert Photo.objects.get(pk=photos[0].pk).taken_at == datetime(2024, 5, 3, 18, 30)


@pytest.mark.parametrize("look", LOOKS)
def test_sets_date_and_place_in_lightbox(open_page, photos, look):
    page = open_page(**look)
    page.get_by_role("link", name="2.png").click()
    page.keyboard.press("i")
    panel = page.get_by_role("complementary", name="Information")
    expect(panel).to_contain_text("set manually")
    panel.get_by_role("button", name="Edit date").click()
    dialog = page.locator("#photo-date")
    expect(dialog.get_by_label("Date", exact=True)).to_have_value("2024-05-03")
    dialog.get_by_label("Date", exact=True).fill("1987-07-05")
    zone = dialog.get_by_label("Time zone")
    zone.press_sequentially("shang")
    expect(dialog.get_by_role("option").first).to_contain_text("Asia/Shanghai")
    zone.press("ArrowDown")
    zone.press("Enter")
    expect(zone).to_have_value("Asia/Shanghai")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Date saved for 1 photo")).to_be_visible()
    expect(panel).to_contain_text("Jul 5, 1987")
    expect(panel).to_contain_text("UTC+9:00")
    expect(panel.get_by_role("button", name="Edit date")).to_be_focused()

    panel.get_by_role("button", name="Edit place").click()
    dialog = page.locator("#photo-place")
    dialog.get_by_label("Place", exact=True).fill("nowhere at all")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("No place found.")).to_be_visible()
    dialog.get_by_label("Place", exact=True).fill("https://www.openstreetmap.org/#map=14/30.25/120.16")
    dialog.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("Hangzhou, Zhejiang, China · 30.25000, 120.16000")
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page.locator(".month-name")).to_have_count(2)


def test_changes_date_on_page_without_scripts(open_page, photos):
    page = open_page(f"/photos/{photos[0].pk}", java_script_enabled=False)
    page.get_by_role("button", name="Edit date").click()
    page.locator("#photo-date").get_by_label("Date", exact=True).fill("")
    page.locator("#photo-date").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter a date.")).to_be_visible()
    page.locator("#photo-date").get_by_label("Unknown date").check()
    page.locator("#photo-date").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Date removed from 1 photo")).to_be_visible()
    assert Photo.objects.get(pk=photos[0].pk).taken_at is None
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 1 photo")).to_be_visible()
    assert Photo.objects.get(pk=photos[0].pk).taken_at == datetime(2024, 5, 3, 18, 30)


def test_updates_page_of_photo(open_page, photos):
    page = open_page(f"/photos/{photos[0].pk}")
    page.get_by_label("Description").fill("a draft")
    page.get_by_role("button", name="Edit date").click()
    page.locator("#photo-date").get_by_label("Shift by an amount").check()
    page.locator("#photo-date").get_by_label("Minutes").fill("45")
    page.keyboard.press("Enter")
    expect(page.locator(".date-and-place")).to_contain_text("7:15 PM")
    expect(page.get_by_label("Description")).to_have_value("a draft")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".date-and-place")).to_contain_text("6:30 PM")
