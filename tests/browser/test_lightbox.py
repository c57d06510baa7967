"""The lightbox in Chromium."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery.models import Photo
from search.models import PhotoText
from tests.browser.driving import SMALL_TELEPHONE, settle, wait_for, wait_until
from tests.drawing import picture


@pytest.fixture
def photos(show) -> list[Photo]:
    """Three photos, the latest first."""
    names = ["third.png", "second.png", "first.png"]
    return [show(picture(10 * number, size=(600, 400)), filename=name) for number, name in enumerate(names)][::-1]


@pytest.fixture
def page(open_page, photos) -> Page:
    page = open_page()
    page.get_by_role("link", name="first.png").click()
    expect(page.locator("#lightbox")).to_be_visible()
    return page


def shown(page: Page):
    return page.locator("#lightbox .picture")


def test_keys_show_neighbours_and_close(page, photos):
    expect(shown(page)).to_have_attribute("data-photo", str(photos[0].pk))
    expect(page.get_by_role("button", name="Previous photo")).to_be_hidden()
    for photo in (photos[1], photos[2]):
        page.keyboard.press("ArrowRight")
        expect(shown(page)).to_have_attribute("data-photo", str(photo.pk))
        expect(page).to_have_url(f"/photos/{photo.pk}")
    expect(page.get_by_role("button", name="Next photo")).to_be_hidden()
    page.get_by_role("button", name="Previous photo").click()
    expect(shown(page)).to_have_attribute("data-photo", str(photos[1].pk))
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page).to_have_url("/")
    expect(page.get_by_role("link", name="second.png")).to_be_focused()


def test_back_closes_and_forward_opens(page, photos):
    page.go_back()
    expect(page.locator("#lightbox")).to_be_hidden()
    page.go_forward()
    expect(shown(page)).to_have_attribute("data-photo", str(photos[0].pk))


def test_reload_shows_page_of_photo(page, photos):
    page.reload()
    expect(page.get_by_role("heading", name="first.png")).to_be_visible()
    expect(page.locator(".stage .picture")).to_have_attribute("data-photo", str(photos[0].pk))


def test_announces_which_photo_is_shown(page, photos):
    page.evaluate("document.addEventListener('photo:shown', (event) => { window.told = event.detail.id; })")
    page.keyboard.press("ArrowRight")
    wait_for(page, "id => window.told === id", photos[1].pk)


def test_information_stays_open_for_next_photo(page, photos, owner):
    PhotoText.objects.create(photo=photos[1], owner=owner, engine="x", text="NH961", lines=[{"text": "NH961"}])
    page.keyboard.press("i")
    panel = page.get_by_role("complementary", name="Information")
    expect(panel.get_by_role("heading", name="first.png")).to_be_visible()
    page.get_by_role("button", name="Next photo").click()
    expect(panel.get_by_role("heading", name="second.png")).to_be_visible()
    for words in ("600 × 400", "NH961", "Uploaded", "Still being read"):
        expect(panel).to_contain_text(words)
    panel.get_by_label("Description").fill("0 5 x i")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved")).to_be_visible()
    assert Photo.objects.get(pk=photos[1].pk).description == "0 5 x i"
    page.locator(".lightbox-name").click(force=True)
    page.keyboard.press("i")
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("is_informed", [False, True])
def test_digits_rate_photo(page, photos, is_informed):
    if is_informed:
        page.keyboard.press("i")
        expect(page.get_by_role("radio", name="4")).to_be_attached()
    page.keyboard.press("4")
    expect(page.get_by_text("Saved" if is_informed else "Rated 4 stars", exact=True)).to_be_visible()
    assert Photo.objects.get(pk=photos[0].pk).importance == 4


def test_delete_shows_next_and_undo_restores(page, photos):
    page.keyboard.press("Delete")
    expect(shown(page)).to_have_attribute("data-photo", str(photos[1].pk))
    assert Photo.objects.get(pk=photos[0].pk).trashed_at
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="first.png")).to_be_visible()
    assert Photo.objects.get(pk=photos[0].pk).trashed_at is None


def test_deletes_one_photo_when_pressed_twice(page, photos):
    page.locator("#lightbox").evaluate("""dialog => {
        for (let times = 0; times < 2; times += 1) {
            dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true }));
        }
    }""")
    expect(page.locator(".lightbox-name")).to_have_text(photos[1].filename)
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    expect(page.get_by_text("No photos moved to the trash")).to_have_count(0)
    assert Photo.objects.filter(trashed_at__isnull=False).count() == 1


def test_closes_after_deleting_last_photo(open_page, show):
    show(filename="only.png")
    page = open_page()
    page.get_by_role("link", name="only.png").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()


def test_zooms_and_drags_picture(page):
    box = shown(page).bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def expect_box(**sides: float) -> None:
        # Input reaches the page a moment after Playwright has sent it.
        def is_there() -> bool:
            now = shown(page).bounding_box()
            return {side: now[side] for side in sides} == pytest.approx(sides, abs=2)

        wait_until(page, is_there, otherwise=f"not at {sides}")

    page.mouse.dblclick(*middle)
    expect_box(width=2.5 * box["width"], x=box["x"] - 0.75 * box["width"])
    page.mouse.down()
    page.mouse.move(middle[0] + 100, middle[1], steps=3)
    page.mouse.up()
    expect_box(x=box["x"] - 0.75 * box["width"] + 100)
    page.mouse.dblclick(*middle)
    expect_box(**box)
    page.mouse.wheel(0, -300)
    wider = "width => document.querySelector('#lightbox .picture').getBoundingClientRect().width > width"
    wait_for(page, wider, box["width"])
    page.keyboard.press("-")
    page.keyboard.press("-")
    expect_box(**box)


def swipe(page: Page, *, x: int = 0, y: int = 0) -> None:
    """Move a finger by (x, y) over the stage."""
    page.evaluate(
        """([x, y]) => {
            const stage = document.querySelector(".lightbox-stage");
            const touch = (type, share) => {
                const place = { clientX: 160 + share * x, clientY: 200 + share * y };
                const finger = { pointerId: 7, pointerType: "touch", bubbles: true };
                stage.dispatchEvent(new PointerEvent(type, { ...finger, ...place }));
            };
            stage.setPointerCapture = () => {};
            touch("pointerdown", 0);
            for (const share of [0.2, 0.6, 1]) touch("pointermove", share);
            touch("pointerup", 1);
        }""",
        [x, y],
    )


def test_swipes_turn_inform_and_close(open_page, photos):
    page = open_page(viewport=SMALL_TELEPHONE, has_touch=True, is_mobile=True)
    page.get_by_role("link", name="first.png").tap()
    expect(shown(page)).to_have_attribute("data-photo", str(photos[0].pk))
    swipe(page, x=-130)
    expect(shown(page)).to_have_attribute("data-photo", str(photos[1].pk))
    swipe(page, x=130)
    expect(shown(page)).to_have_attribute("data-photo", str(photos[0].pk))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel = page.get_by_role("complementary", name="Information")
    swipe(page, y=-120)
    expect(panel.get_by_role("heading", name="first.png")).to_be_visible()
    original = panel.get_by_role("link", name="Original")
    expect(original).to_have_attribute("target", "_blank")
    expect(original).to_have_attribute("rel", "noopener")
    expect(panel.get_by_role("link", name="Show in timeline")).to_have_attribute("href", f"/?photo={photos[0].pk}")
    swipe(page, y=120)
    expect(panel).to_be_hidden()
    expect(page.locator("#lightbox")).to_be_visible()
    swipe(page, x=10, y=30)
    expect(page.locator("#lightbox")).to_be_visible()
    swipe(page, y=120)
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page).to_have_url("/")


def test_key_and_button_give_and_remove_five_stars(page, photos):
    star = page.locator("#lightbox").get_by_role("button", name="Five stars")
    for press, importance in ((lambda: page.keyboard.press("f"), 5), (star.click, 0)):
        press()
        expect(star).to_have_attribute("aria-pressed", str(importance == 5).lower())
        wait_until(page, lambda wanted=importance: Photo.objects.get(pk=photos[0].pk).importance == wanted)
    page.keyboard.press("i")
    radio = page.get_by_role("radio", name="5")
    expect(radio).to_be_attached()
    page.keyboard.press("f")
    expect(radio).to_be_checked()
    expect(star).to_have_attribute("aria-pressed", "true")


def test_slideshow_plays_to_the_last_photo_and_pauses(open_page, photos):
    page = open_page()
    page.clock.install()
    page.get_by_role("link", name="first.png").click()
    expect(page.locator("#lightbox")).to_be_visible()

    def tick(photo: Photo) -> None:
        def is_next() -> bool:
            page.clock.run_for(1000)
            return shown(page).get_attribute("data-photo") == str(photo.pk)

        wait_until(page, is_next)

    page.keyboard.press("Space")
    pause = page.get_by_role("button", name="Pause slideshow")
    expect(pause).to_be_visible()
    tick(photos[1])
    pause.click()
    page.clock.run_for(30_000)
    expect(shown(page)).to_have_attribute("data-photo", str(photos[1].pk))
    page.get_by_role("button", name="Play slideshow").click()
    tick(photos[2])
    page.clock.run_for(30_000)
    expect(page.get_by_role("button", name="Play slideshow")).to_be_visible()


def test_neighbours_in_results_are_results(open_page, photos, owner):
    for photo in (photos[0], photos[2]):
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    page = open_page("/search?q=tea")
    page.get_by_role("link", name="first.png").click()
    page.keyboard.press("ArrowRight")
    expect(shown(page)).to_have_attribute("data-photo", str(photos[2].pk))
    page.keyboard.press("Escape")
    page.wait_for_url("**/search?q=tea")


def test_undo_returns_result_to_its_place(open_page, photos, owner):
    for photo in photos:
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    page = open_page("/search?q=tea")
    page.get_by_role("link", name="second.png").click()
    page.keyboard.press("Delete")
    expect(shown(page)).to_have_attribute("data-photo", str(photos[2].pk))
    page.keyboard.press("ArrowLeft")
    expect(shown(page)).to_have_attribute("data-photo", str(photos[0].pk))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(shown(page)).to_have_attribute("data-photo", str(photos[1].pk))


def test_reports_unreadable_picture(open_page, photos):
    Photo.objects.filter(pk=photos[0].pk).update(defect="x", thumbnail_version=0)
    page = open_page()
    page.get_by_role("link", name="first.png").click()
    expect(page.locator("#lightbox").get_by_text("Cannot be read")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(shown(page)).to_be_visible()


def test_help_lists_keys_and_ctrl_k_searches(open_page, photos):
    page = open_page()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#search [name=q]")).to_be_focused()


def test_frame_has_size_of_picture(page, photos):
    expect(page.locator("#lightbox .picture img")).to_be_visible()
    assert shown(page).bounding_box() == pytest.approx(page.locator("#lightbox .picture img").bounding_box(), abs=1)
    page.goto(f"/photos/{photos[0].pk}")
    frame = page.locator(".stage .picture")
    assert frame.bounding_box() == pytest.approx(frame.locator("img").bounding_box(), abs=1)


def test_buttons_have_names(page):
    page.keyboard.press("i")
    expect(page.get_by_role("complementary").get_by_role("heading", name="first.png")).to_be_visible()
    settle(page)
    for button in page.locator("#lightbox").get_by_role("button").all():
        assert button.get_attribute("aria-label") or button.inner_text().strip()


def test_restores_or_deletes_photos_in_the_trash(open_page, photos):
    Photo.objects.update(trashed_at=timezone.now())
    page = open_page("/trash")
    page.get_by_role("checkbox", name="Select first.png").check(force=True)
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_text("1 photo restored")).to_be_visible()
    page.get_by_role("checkbox", name="Select second.png").check(force=True)
    page.get_by_role("button", name="Delete permanently").click()
    page.locator("#confirm-deletion").get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_text("1 photo permanently deleted")).to_be_visible()
    assert list(Photo.objects.values_list("filename", flat=True).order_by("filename")) == ["first.png", "third.png"]
    page.get_by_role("button", name="Empty trash").click()
    page.locator("#confirm-empty").get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_role("heading", name="Trash is empty")).to_be_visible()
    assert Photo.objects.get().filename == "first.png"
