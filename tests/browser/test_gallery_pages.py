"""The gallery, uploads and the page of a photo in Chromium."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from search.models import PhotoText
from tests.browser.driving import SMALL_TELEPHONE, drop_files, settle
from tests.browser.pages import PAGES
from tests.drawing import picture


def test_logs_in_and_out(open_page, owner):
    page = open_page("/photos/1", user=None)
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("anna")
    page.get_by_label("Password").fill("y")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Please enter a correct username and password")
    expect(page.get_by_label("Username")).to_have_value("anna")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("x")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/photos/1")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login/")


@pytest.mark.parametrize("path", ["/", "/upload"])
def test_uploads_dropped_pictures_and_shows_their_states(open_page, show, path):
    known = show(picture(1), filename="known.png")
    page = open_page(path)
    drop_files(page, {"new.png": picture(2), "again.png": picture(1), "notes.txt": b"words"})
    rows = page.locator("#uploads li")
    expect(rows.filter(has_text="new.png")).to_contain_text("Added")
    expect(rows.filter(has_text="again.png")).to_contain_text("Already in your gallery")
    expect(rows.filter(has_text="notes.txt")).to_contain_text("This file is not a picture")
    expect(page.locator("#uploads [data-summary]")).to_have_text("1 added · 1 duplicate · 1 failed")
    assert page.get_by_role("link", name="again.png").get_attribute("href") == f"/photos/{known.pk}"
    new = Photo.objects.get(filename="new.png")
    assert page.get_by_role("link", name="new.png").first.get_attribute("href") == f"/photos/{new.pk}"
    assert Photo.objects.count() == 2


def test_shows_dropped_picture_and_later_its_thumbnail(open_page, show):
    show(filename="old.png")
    Photo.objects.update(taken_at=datetime(2020, 1, 1))
    page = open_page()
    drop_files(page, {"new.png": picture(200)})
    first = page.locator("#photos .tile").first
    expect(first.locator(".placeholder")).to_have_text("new.png")
    make_thumbnails([Photo.objects.get(filename="new.png").pk])
    expect(first.get_by_role("img", name="new.png")).to_be_visible()
    assert page.locator("#photos .tile").count() == 2


def test_mentions_no_dropping_on_touch_screens(open_page):
    desk = open_page("/")
    telephone = open_page("/", viewport=SMALL_TELEPHONE, has_touch=True, is_mobile=True)
    for path in ("/", "/upload", "/search"):
        desk.goto(path)
        telephone.goto(path)
        drop = re.compile(r"\bdrop\b", re.IGNORECASE)
        expect(desk.locator("#main").get_by_text(drop).filter(visible=True).first).to_be_visible()
        expect(telephone.locator("#main").get_by_text(drop).filter(visible=True)).to_have_count(0)


def test_sends_no_file_that_is_too_large(open_page, settings):
    settings.MAX_UPLOAD_BYTES = 50
    page = open_page("/upload")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if request.method == "POST" else None)
    drop_files(page, {"big.png": picture()})
    expect(page.locator("#uploads li")).to_contain_text("This file is too large. The limit is 50")
    assert requests == []


def test_saves_stars_at_once_and_description_by_button(open_page, show):
    photo = show()
    page = open_page(f"/photos/{photo.pk}")
    page.get_by_role("radio", name="4").check(force=True)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert Photo.objects.get().importance == 4

    page.get_by_label("Description").fill("the old station")
    # “Saved” may still be shown from the previous save.
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("the old station")
    expect(page.get_by_role("radio", name="4")).to_be_checked()


def test_undo_restores_deleted_photo(open_page, show):
    photo = show(filename="gone.png")
    page = open_page(f"/photos/{photo.pk}")
    settle(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 photo moved to the trash")).to_be_visible()
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("img", name="gone.png")).to_be_visible()


def test_arrows_change_photo_except_while_typing(open_page, show):
    photos = [show() for _ in range(3)]
    page = open_page(f"/photos/{photos[1].pk}")
    page.get_by_label("Description").press("ArrowRight")
    assert page.url.endswith(f"/photos/{photos[1].pk}")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/photos/{photos[0].pk}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/photos/{photos[1].pk}")


def test_copies_recognised_text(open_page, show, owner):
    photo = show()
    PhotoText.objects.create(
        photo=photo, owner=owner, engine="x", text="first\n第二行", lines=[{"text": "first"}, {"text": "第二行"}]
    )
    page = open_page(f"/photos/{photo.pk}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "first\n第二行"


def test_leads_to_login_when_session_ends(open_page, show, client):
    photo = show()
    page = open_page(f"/photos/{photo.pk}")
    page.context.clear_cookies(name="sessionid")
    # Not check(): the page may be gone before Playwright checks the state.
    page.get_by_role("radio", name="2").click(force=True)
    page.wait_for_url(f"**/login/?next=%2Fphotos%2F{photo.pk}")


def test_keeps_selected_language(open_page, show):
    show()
    page = open_page()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("link", name="上传")).to_be_visible()
    page.goto("/upload")
    expect(page.get_by_role("heading", name="上传")).to_be_visible()
    drop_files(page, {"new.png": picture(99)})
    expect(page.locator("#uploads li")).to_contain_text("已添加")


def test_pages_work_without_scripts(open_page, show, tmp_path):
    known = show(picture(1), filename="known.png")
    for number in (1, 2):
        (tmp_path / f"{number}.png").write_bytes(picture(number))
    page = open_page("/upload", java_script_enabled=False)
    page.locator("input[name=files]").set_input_files([tmp_path / "1.png", tmp_path / "2.png"])
    page.locator("#main").get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads li").nth(0)).to_contain_text("Already in your gallery")
    expect(page.locator(".uploads li").nth(1)).to_contain_text("Added")

    page.goto(f"/photos/{known.pk}")
    page.get_by_label("Description").fill("without scripts")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Description")).to_have_value("without scripts")
    page.get_by_role("link", name="Show", exact=True).first.click()
    expect(page.get_by_role("heading", name="Text in the picture")).to_be_visible()
    page.goto(f"/photos/{known.pk}/progress")
    expect(page.locator("[data-state]")).to_have_count(0)


def test_pages_fit_small_telephone(open_page, show, owner):
    photo = show(filename="a-name-without-any-space-that-is-much-longer-than-a-telephone-is-wide-" * 2 + ".png")
    owner.is_staff = owner.is_superuser = True
    owner.save()
    page = open_page(viewport=SMALL_TELEPHONE)
    for site_page in PAGES:
        path = site_page.address(photo)
        page.goto(path)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


NAMELESS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea")]
    .filter(element => element.checkVisibility())
    .filter(element => !(element.getAttribute("aria-label") || element.innerText.trim() || element.title
        || element.labels?.[0]?.innerText.trim() || element.querySelector("img[alt]:not([alt=''])")))
    .map(element => element.outerHTML)"""


def test_controls_have_accessible_names(open_page, show, owner):
    photo = show()
    owner.is_staff = owner.is_superuser = True
    owner.save()
    page = open_page()
    for site_page in PAGES:
        path = site_page.address(photo)
        page.goto(path)
        settle(page)
        assert page.evaluate(NAMELESS) == [], path


def test_status_page_updates_without_taking_focus(open_page, show, owner):
    owner.is_staff = owner.is_superuser = True
    owner.save()
    page = open_page("/account")
    page.clock.install()
    page.goto("/status")
    settle(page)
    person = page.get_by_role("link", name=owner.username)
    person.focus()
    show()
    page.clock.run_for(11_000)
    expect(page.get_by_role("row").filter(has=person).get_by_role("cell").first).to_have_text("1")
    expect(person).to_be_focused()
