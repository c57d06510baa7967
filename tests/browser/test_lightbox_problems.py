"""The lightbox says why a photo cannot be loaded and what to do, and never stays blank."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery.models import Photo
from gallery.photos.deletion import delete_photos
from gallery.photos.trash import move_to_trash
from tests.browser.driving import settle, wait_for
from tests.drawing import picture

PICTURE_SHOWN = "() => document.querySelector('#lightbox .picture img')?.naturalWidth > 0"


@pytest.fixture
def photos(show) -> list[Photo]:
    """Six photos, the latest first: 5.png … 0.png; the previews of the first two load with the first."""
    return [show(picture(10 * number, size=(600, 400)), filename=f"{number}.png") for number in range(6)][::-1]


def open_photo(page: Page, name: str = "2.png") -> None:
    page.get_by_role("link", name=name).click()
    expect(page.locator("#lightbox")).to_be_visible()


def stage(page: Page):
    return page.locator(".lightbox-missing")


def panel(page: Page):
    return page.get_by_role("complementary", name="Information")


def expect_no_broken_mark(page: Page) -> None:
    expect(page.locator("#lightbox .picture img")).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "sentence", "link"), [("en-GB", "You are logged out.", "Log in"), ("zh-CN", "您已退出登录。", "登录")]
)
def test_leads_to_login_when_logged_out(open_page, photos, locale, sentence, link):
    page = open_page(locale=locale)
    page.context.clear_cookies(name="sessionid")
    open_photo(page)
    expect(stage(page)).to_contain_text(sentence)
    expect_no_broken_mark(page)
    expect(stage(page).get_by_role("link", name=link)).to_have_attribute(
        "href", f"/login/?next=%2Fphotos%2F{photos[3].pk}"
    )
    page.keyboard.press("i")
    expect(page.locator("#lightbox-information")).to_contain_text(sentence)
    expect(page.locator("#lightbox-information").get_by_role("link", name=link)).to_be_visible()


def test_says_connection_is_lost_and_continues_afterwards(open_page, photos):
    page = open_page()
    page.context.set_offline(True)
    open_photo(page)
    page.keyboard.press("i")
    for place in (stage(page), panel(page)):
        expect(place).to_contain_text("The server cannot be reached. Check your connection.")
    expect_no_broken_mark(page)
    page.context.set_offline(False)
    wait_for(page, PICTURE_SHOWN)
    expect(stage(page)).to_be_hidden()
    expect(panel(page).get_by_role("heading", name="2.png")).to_be_visible()


def test_retries_picture_by_hand_after_server_error(open_page, photos, provoked):
    provoked.append("the server responded with a status of 500")
    page = open_page()
    page.route("**/preview?*", lambda route: route.fulfill(status=500))
    open_photo(page)
    expect(stage(page)).to_contain_text("This picture could not be loaded.")
    page.unroute("**/preview?*")
    stage(page).get_by_role("button", name="Try again").click()
    wait_for(page, PICTURE_SHOWN)
    expect(stage(page)).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/search?q=png"])
def test_offers_to_restore_photo_deleted_in_another_tab(open_page, photos, owner, path):
    page = open_page(path)
    move_to_trash(Photo.objects.filter(pk=photos[3].pk), user=owner)
    open_photo(page)
    expect(stage(page)).to_contain_text("This photo is in the trash.")
    expect(stage(page).get_by_role("link", name="Open trash")).to_have_attribute("href", "/trash")
    page.keyboard.press("i")
    expect(panel(page)).to_contain_text("This photo is in the trash.")
    stage(page).get_by_role("button", name="Restore").click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    wait_for(page, PICTURE_SHOWN)
    expect(panel(page).get_by_role("heading", name="2.png")).to_be_visible()
    assert Photo.objects.get(pk=photos[3].pk).trashed_at is None


def test_says_photo_was_permanently_deleted(open_page, photos, owner):
    page = open_page()
    delete_photos(Photo.objects.filter(pk=photos[3].pk), user=owner)
    open_photo(page)
    expect(stage(page)).to_contain_text("This photo was permanently deleted.")
    expect_no_broken_mark(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".lightbox-name")).to_have_text("1.png")
    wait_for(page, PICTURE_SHOWN)
    expect(stage(page)).to_be_hidden()


@pytest.mark.parametrize("key", ["4", "Delete"])
@pytest.mark.parametrize("is_informed", [False, True])
def test_says_photo_is_gone_when_rating_or_deleting_it(open_page, photos, provoked, key, is_informed):
    provoked.append("Response Status Error Code 404 from")
    page = open_page()
    open_photo(page)
    wait_for(page, PICTURE_SHOWN)
    if is_informed:
        page.keyboard.press("i")
        expect(panel(page).get_by_role("radio", name="4")).to_be_attached()
        settle(page)
    Photo.objects.filter(pk=photos[3].pk).update(trashed_at=timezone.now())
    page.keyboard.press(key)
    expect(stage(page)).to_contain_text("This photo is in the trash.")
    expect(page.get_by_text("0 photos")).to_have_count(0)
    assert Photo.objects.get(pk=photos[3].pk).importance == 0


def test_does_not_claim_to_rate_selected_photos_that_are_gone(open_page, photos):
    page = open_page()
    for photo in photos[:2]:
        page.locator(f"#photo-{photo.pk} .check input").check(force=True)
    Photo.objects.update(trashed_at=timezone.now())
    page.keyboard.press("4")
    expect(page.get_by_text("These photos are no longer in your gallery")).to_be_visible()
