"""The page of near-duplicates in Chromium: on a desk, and on a telephone without JavaScript."""

import pytest
from playwright.sync_api import expect

from gallery.models import Photo
from gallery.photos.trash import move_to_trash
from search.models import ComparedPhoto, NearDuplicatePair
from search.near_duplicates.copies import COPIES_VERSION, PIXELS
from tests.browser.driving import SMALL_TELEPHONE, follow


@pytest.fixture
def groups(show, owner) -> list[list[Photo]]:
    """Three pairs of photos, of which 0.png and 1.png are the oldest; the first of each is suggested."""
    photos = [show(filename=f"{number}.png") for number in range(6)]
    pairs = [photos[0:2], photos[2:4], photos[4:6]]
    for one, other in pairs:
        NearDuplicatePair.objects.create(
            one=one, other=other, owner=owner, model=PIXELS, distance=0.01, reads_alike=True
        )
    ComparedPhoto.objects.bulk_create(
        ComparedPhoto(photo=photo, owner=owner, model=PIXELS, version=COPIES_VERSION) for photo in photos
    )
    Photo.objects.update(wants_text=False, wants_embedding=False)
    Photo.objects.filter(pk__in=[one.pk for one, _other in pairs]).update(importance=1)
    return pairs


def names(owner) -> set[str]:
    return set(Photo.objects.visible_to(owner).values_list("filename", flat=True))


def test_resolves_groups_by_keyboard_with_undo(open_page, groups, owner):
    page = open_page("/")
    page.get_by_role("button", name="Menu").click()
    follow(page, page.get_by_role("link", name="Near-duplicates"))
    sections = page.locator(".group:visible")
    expect(sections).to_have_count(3)
    # Select another photo to keep.
    first = sections.first
    first.get_by_role("radio", name="Keep 4.png").focus()
    page.keyboard.press("ArrowRight")
    expect(first.get_by_role("radio", name="Keep 5.png")).to_be_checked()
    # Enter confirms only this group, not the whole page.
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(first.get_by_role("link", name="Enlarge 5.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".lightbox-name")).to_have_text("4.png")
    page.keyboard.press("Escape")
    first.get_by_role("button", name="Keep this, remove 1").press("Enter")
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    expect(sections).to_have_count(2)
    expect(sections.first.get_by_role("heading")).to_be_focused()
    assert names(owner) == {f"{number}.png" for number in (0, 1, 2, 3, 5)}

    sections.last.get_by_role("button", name="Keep all").click()
    expect(sections).to_have_count(1)
    page.get_by_role("button", name="Keep the marked ones, move 1 to trash").click()
    expect(page.get_by_role("heading", name="All done on this page")).to_be_focused()
    assert names(owner) == {f"{number}.png" for number in (0, 1, 2, 5)}
    for back in (1, 2, 3):
        page.get_by_role("button", name="Undo").first.click()
        expect(sections).to_have_count(back)
    expect(page.get_by_role("button", name="Keep the marked ones, move 3 to trash")).to_be_visible()
    assert len(names(owner)) == 6


def test_keeps_group_that_server_did_not_change(open_page, groups, owner):
    page = open_page("/near-duplicates")
    figures = page.locator(".totals dd")
    expect(figures).to_have_text(["3", "3"])
    # Another tab moved the keeper to the trash.
    move_to_trash(Photo.objects.filter(pk=groups[2][0].pk), user=owner)
    page.get_by_role("button", name="Keep the marked ones, move 3 to trash").click()
    left = page.locator(".group:visible")
    expect(left).to_have_count(1)
    expect(left.get_by_text("Not changed")).to_be_visible()
    expect(left.get_by_role("heading")).to_be_focused()
    expect(figures).to_have_text(["1", "1"])
    assert names(owner) == {"0.png", "2.png", "5.png"}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".group:visible")).to_have_count(3)
    expect(figures).to_have_text(["3", "3"])
    follow(page, page.get_by_role("link", name="Reload"))
    expect(page.locator(".group")).to_have_count(2)


def test_resolves_groups_on_telephone_without_scripts(open_page, groups, owner):
    page = open_page("/near-duplicates", viewport=SMALL_TELEPHONE, java_script_enabled=False, color_scheme="dark")
    # Measured from outside, because no scripts run in the page.
    assert page.locator("body").bounding_box()["width"] <= SMALL_TELEPHONE["width"]
    page.get_by_role("radio", name="Keep 5.png").check(force=True)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep this, remove 1").first.click()
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    assert names(owner) == {f"{number}.png" for number in (0, 1, 2, 3, 5)}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    page.get_by_role("button", name="Keep the marked ones, move 3 to trash").click()
    expect(page.get_by_role("heading", name="No near-duplicates")).to_be_visible()
    assert names(owner) == {"0.png", "2.png", "4.png"}
