"""axe-core finds nothing serious on any page: light and dark, on a desk and on a telephone, in both languages."""

from importlib.resources import files

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from gallery.account import Account
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from search.models import ComparedPhoto, LookAlike, PhotoText
from tests.browser.driving import DESK, SMALL_TELEPHONE, drop_files, session_of, settle
from tests.browser.pages import PAGES, SitePage
from tests.drawing import picture

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Run by the debugger: the site's Content-Security-Policy stays as it is.
RUN = """async tags => {
    const { violations } = await axe.run({ runOnly: tags });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 200)).join(" | ")}`);
}"""
LOOKS = [
    pytest.param({"viewport": DESK, "color_scheme": "light"}, id="desk-light"),
    pytest.param({"viewport": SMALL_TELEPHONE, "color_scheme": "dark", "locale": "zh-CN"}, id="telephone-dark-chinese"),
    pytest.param({"viewport": DESK, "color_scheme": "dark"}, id="desk-dark"),
    pytest.param({"viewport": SMALL_TELEPHONE, "color_scheme": "light"}, id="telephone-light"),
]


def violations(page: Page) -> list[str]:
    """What is seriously or critically wrong with the page as it is now."""
    # Where what moves comes to rest: half faded in, words have little contrast.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE)
    return page.evaluate(RUN, STANDARD)


@pytest.fixture
def photo(show, owner: User) -> Photo:
    """A photo with all that a page can tell of one, and an owner who may see every page."""
    owner.is_staff = owner.is_superuser = True
    owner.save()
    Account.objects.create(owner=owner, quota=10**9)
    others = [show(picture(number), filename=f"station-{number}.png") for number in range(3)]
    Photo.objects.update(wants_text=False)
    ComparedPhoto.objects.create(photo=others[0], owner=owner, model="x", version=1)
    LookAlike.objects.create(one=others[0], other=others[1], owner=owner, model="x", distance=0.01, reads_alike=True)
    photo = show(picture(7), filename="station.png")
    PhotoText.objects.create(
        photo=photo, owner=owner, engine="x", text="the old station", lines=[{"text": "the old station"}]
    )
    StepAttempt.objects.create(photo=photo, step=Step.INDEX, version="x", attempts=MAX_ATTEMPTS, error="Out of order.")
    return photo


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_on_any_page(open_page, photo, owner, look):
    anonymous = open_page("/login/", user=None, **look)
    page = open_page("/", **look)
    found = {}
    for site_page in PAGES:
        tab = anonymous if site_page.is_public else page
        tab.goto(address(site_page, photo))
        settle(tab)
        if wrong := violations(tab):
            found[site_page.name] = wrong
    assert found == {}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_in_what_opens_on_a_page(open_page, photo, look):
    page = open_page("/", **look)
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


@pytest.mark.parametrize("look", LOOKS[:2])
def test_axe_finds_nothing_serious_where_somebody_is_refused(open_page, owner, settings, look):
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
    door = open_page("/login/", user=None, **look)
    door.locator("[name=username]").fill(owner.username)
    door.locator("[name=password]").fill("guess")
    send_form(door)
    found["locked out"] = violations(door)
    titles = [tab.locator("h1").inner_text() for tab in (page, door)]
    assert titles in (["That is too large", "Too many attempts"], ["太大了", "尝试次数过多"])
    assert found == {name: [] for name in found}


def test_axe_finds_nothing_serious_when_something_went_wrong(browser, live_server, owner, media_root, monkeypatch):
    monkeypatch.setattr("gallery.views.trash.render", lambda *_given: 1 / 0)
    # A context of its own: in all others an error of the server fails the test.
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session_of(owner), "url": live_server.url}])
    page = context.new_page()
    page.goto("/trash")
    assert page.locator("h1").inner_text() == "Something went wrong"
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("look", LOOKS[:2])
def test_axe_finds_nothing_serious_where_users_are_administered(browser, live_server, owner, photo, look):
    # A context of its own: axe tries inline styles there, which the CSP forbids.
    context = browser.new_context(base_url=live_server.url, **look)
    context.add_cookies([{"name": "sessionid", "value": session_of(owner), "url": live_server.url}])
    page = context.new_page()
    found = {}
    for path in ("", "add/", f"{owner.pk}/change/"):
        page.goto(f"/admin/auth/user/{path}")
        found[path] = violations(page)
    assert found == {path: [] for path in found}
    context.close()


def send_form(page: Page, before: str = "null") -> None:
    """Send the page's form of several fields, and wait for the answer."""
    page.evaluate(before)
    with page.expect_navigation():
        page.evaluate("document.querySelector('#main form.stack').submit()")


def test_axe_is_asked_in_earnest(open_page):
    page = open_page("/account")
    page.evaluate("document.querySelector('#main').insertAdjacentHTML('beforeend', '<button></button><input>')")
    found = [violation.partition(":")[0] for violation in violations(page)]
    assert {"button-name", "label"} <= set(found)


def address(site_page: SitePage, photo: Photo) -> str:
    return site_page.path.format(photo=photo.pk)
