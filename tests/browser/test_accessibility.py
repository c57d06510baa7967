"""axe-core finds no serious violation on any page: light and dark, desk and telephone, both languages."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from gallery.account import Account
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.photos.trash import move_to_trash
from search.models import NearDuplicatePair, PhotoText
from search.near_duplicates.copies import PIXELS
from search.saved import record_search
from tests.browser.axe import violations
from tests.browser.driving import DESK, SMALL_TELEPHONE, drop_files, session_of, settle
from tests.browser.pages import PAGES
from tests.drawing import picture

LOOKS = [
    pytest.param({"viewport": DESK}, id="desk"),
    pytest.param({"viewport": SMALL_TELEPHONE, "locale": "zh-CN"}, id="telephone-chinese"),
]


@pytest.fixture
def photo(show, owner: User) -> Photo:
    """A photo with all details, of an owner who may see every page."""
    owner.is_staff = owner.is_superuser = True
    owner.save()
    Account.objects.create(owner=owner, quota=10**9)
    others = [show(picture(number), filename=f"station-{number}.png") for number in range(3)]
    Photo.objects.update(wants_text=False)
    NearDuplicatePair.objects.create(
        one=others[0], other=others[1], owner=owner, model=PIXELS, distance=0.01, reads_alike=True
    )
    photo = show(picture(7), filename="station.png")
    PhotoText.objects.create(
        photo=photo, owner=owner, engine="x", text="the old station", lines=[{"text": "the old station"}]
    )
    StepAttempt.objects.create(photo=photo, step=Step.INDEX, version="x", attempts=MAX_ATTEMPTS, error="Out of order.")
    return photo


@pytest.mark.parametrize("look", LOOKS)
def test_passes_axe_on_every_page(open_page, photo, owner, look):
    anonymous = open_page("/login/", user=None, **look)
    page = open_page("/", **look)
    found = {}
    for site_page in PAGES:
        tab = anonymous if site_page.is_public else page
        tab.goto(site_page.address(photo))
        settle(tab)
        if wrong := violations(tab):
            found[site_page.name] = wrong
    move_to_trash(Photo.objects.filter(pk=photo.pk), user=owner)
    page.goto(f"/trash/{photo.pk}")
    assert found | {"photo in the trash": violations(page)} == {"photo in the trash": []}


def test_counts_checked_photos_without_scripts(open_page, photo):
    page = open_page("/", java_script_enabled=False, viewport=SMALL_TELEPHONE)
    for number in range(2):
        page.locator(".tile .check input").nth(number).check(force=True)
    # Only Chromium's own tree of accessible texts contains the value of a counter.
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    texts = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "StaticText"]
    assert "2selected" in "".join(text.strip() for text in texts)


@pytest.mark.parametrize("look", LOOKS)
def test_passes_axe_with_suggestions(open_page, photo, owner, look):
    record_search("q=the+station", user=owner)
    page = open_page("/", **look)
    page.locator("#search [name=q]").fill("st")
    expect(page.locator("#suggestions .kind").nth(3)).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_passes_axe_in_menus_and_dialogs(open_page, photo, look):
    page = open_page("/", **look)
    page.locator(".tile .check input").first.check(force=True)
    assert violations(page) == [], "selection"
    page.keyboard.press("Escape")
    page.locator(".avatar").click()
    assert violations(page) == [], "menu"
    page.keyboard.press("Escape")
    page.locator("[data-opens-upload]").click()
    assert violations(page) == [], "upload"
    page.keyboard.press("Escape")
    page.route("**/uploads", lambda route: None)
    drop_files(page, {"a.png": picture(100), "notes.txt": b"words", "again.png": picture(7)})
    expect(page.locator("#uploads li")).to_have_count(3)
    assert violations(page) == [], "list of uploads"
    page.locator("#uploads [data-pause]").click()
    page.unroute("**/uploads")
    page.locator("#uploads [data-pause]").click()
    expect(page.locator("#uploads [data-close]")).to_be_visible()
    assert violations(page) == [], "list of finished uploads"


@pytest.mark.parametrize("look", LOOKS)
def test_passes_axe_on_error_pages(open_page, owner, settings, look):
    page = open_page("/status", **look)
    found = {"forbidden": violations(page)}
    page.goto("/account")
    send_form(page, "document.querySelector('form.stack [name=csrfmiddlewaretoken]').value = 'old'")
    found["an old form"] = violations(page)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    page.goto("/account")
    send_form(page)
    found["too large"] = violations(page)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10**6
    settings.AXES_FAILURE_LIMIT = 1
    login = open_page("/login/", user=None, **look)
    login.locator("[name=username]").fill(owner.username)
    login.locator("[name=password]").fill("guess")
    send_form(login)
    found["locked out"] = violations(login)
    titles = [tab.locator("h1").inner_text() for tab in (page, login)]
    assert titles in (["Too large", "Too many failed login attempts"], ["内容过大", "登录失败次数过多"])
    assert found == {name: [] for name in found}


def test_passes_axe_on_page_of_server_error(browser, live_server, owner, media_root, monkeypatch):
    monkeypatch.setattr("gallery.views.trash.render", lambda *_given: 1 / 0)
    # A separate context: in all others a server error fails the test.
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session_of(owner), "url": live_server.url}])
    page = context.new_page()
    page.goto("/trash")
    assert page.locator("h1").inner_text() == "Something went wrong"
    assert violations(page) == []
    context.close()


# One scheme each, because Django's admin fades from one into the other.
@pytest.mark.parametrize(("look", "scheme"), [(LOOKS[0].values[0], "light"), (LOOKS[1].values[0], "dark")])
def test_passes_axe_in_admin(browser, live_server, owner, photo, look, scheme):
    # A separate context: axe uses inline styles, which the CSP forbids.
    context = browser.new_context(base_url=live_server.url, color_scheme=scheme, **look)
    context.add_cookies([{"name": "sessionid", "value": session_of(owner), "url": live_server.url}])
    page = context.new_page()
    found = {}
    for path in ("", "add/", f"{owner.pk}/change/"):
        page.goto(f"/admin/auth/user/{path}")
        found[path] = violations(page, schemes=[scheme])
    assert found == {path: [] for path in found}
    context.close()


def send_form(page: Page, before: str = "null") -> None:
    """Send the page's form of several fields, and wait for the answer."""
    page.evaluate(before)
    with page.expect_navigation():
        page.evaluate("document.querySelector('#main form.stack').submit()")


def test_axe_detects_violations(open_page):
    page = open_page("/account")
    page.evaluate("document.querySelector('#main').insertAdjacentHTML('beforeend', '<button></button><input>')")
    found = [violation.split(": ")[1] for violation in violations(page)]
    assert {"button-name", "label"} <= set(found)
