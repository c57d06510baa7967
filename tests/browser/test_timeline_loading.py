"""Every tile on the screen loads its picture: in sparse and dense libraries, at every size, and after failures."""

from contextlib import suppress

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Error, Page, Route, expect

from gallery.models import Photo
from gallery.photos.trash import move_to_trash
from gallery.processing.tasks import make_thumbnails
from tests.browser.driving import drop_files, wait_until
from tests.browser.libraries import make_library, one_month, twelve_years
from tests.browser.uploading import summary
from tests.drawing import picture

SIZES = {"390": (390, 844), "820": (820, 1180), "1440": (1440, 900), "2560": (2560, 1440)}
# The smallest and the largest screen in every run, the others in `make soak`.
SCREENS = [pytest.param(size, marks=[] if size in {"390", "2560"} else pytest.mark.soak) for size in SIZES]
LIBRARIES = {"sparse": twelve_years, "dense": one_month}
# Dense screens of the largest size have a hundred pictures, which take the longest.
EVERY_RUN = [("sparse", "2560"), ("dense", "390")]
PORTIONS = "**/timeline/*"
THUMBNAILS = "**/thumbnail?*"

# The photo of each tile on the screen, in page order; null if no picture has been decoded.
ON_SCREEN = """() => [...document.querySelectorAll("#photos .tile")]
    .map((tile) => [tile.getBoundingClientRect(), tile, tile.querySelector("img")])
    .filter(([box]) => box.bottom > 0 && box.top < innerHeight)
    .sort(([one], [other]) => one.top - other.top || one.left - other.left)
    .map(([, tile, image]) => (image?.complete && image.naturalWidth ? Number(tile.dataset.photo) : null))"""


@pytest.fixture
def library(request: pytest.FixtureRequest, media_root, owner: User) -> list[Photo]:
    """One to three photos a month for twelve years, or 5,000 in one month."""
    return make_library(owner, LIBRARIES[request.param]())


@pytest.fixture
def sparse(media_root, owner: User) -> list[Photo]:
    return make_library(owner, twelve_years())


@pytest.fixture
def dense(media_root, owner: User) -> list[Photo]:
    return make_library(owner, one_month())


def viewport(size: str) -> dict[str, int]:
    return dict(zip(("width", "height"), SIZES[size], strict=True))


def expect_pictures(page: Page, owner: User, *, beginning_with: int | None = None) -> list[int]:
    """Wait until all tiles on the screen show the right pictures: consecutive photos."""
    order = list(Photo.objects.visible_to(owner).order_by("-dated_at", "-pk").values_list("pk", flat=True))
    shown: list[int] = []

    def is_right() -> bool:
        shown[:] = page.evaluate(ON_SCREEN)
        if not shown or shown[0] not in order:
            return False
        first = order.index(shown[0])
        return shown == order[first : first + len(shown)] and beginning_with in {None, shown[0]}

    wait_until(page, is_right, otherwise=f"not the photos of this place: {shown}")
    return shown


def go_to(page: Page, share: float) -> None:
    page.evaluate("share => scrollTo(0, share * (document.documentElement.scrollHeight - innerHeight))", share)


@pytest.mark.parametrize(
    ("library", "size"),
    [
        pytest.param(library, size, marks=[] if (library, size) in EVERY_RUN else pytest.mark.soak)
        for library in LIBRARIES
        for size in SIZES
    ],
    indirect=["library"],
)
def test_shows_picture_in_every_visible_tile(open_page, library, owner, size):
    page = open_page(viewport=viewport(size))
    expect_pictures(page, owner)
    for share in (0.3, 0.97, 0.5):
        go_to(page, share)
        expect_pictures(page, owner)
    scrubber = page.get_by_role("slider", name="Month").bounding_box()
    page.mouse.click(scrubber["x"] + scrubber["width"] - 4, scrubber["y"] + 0.7 * scrubber["height"])
    expect_pictures(page, owner)
    page.keyboard.press("Home")
    expect_pictures(page, owner)
    for _ in range(25):
        page.mouse.wheel(0, 1500)
    expect_pictures(page, owner)


@pytest.mark.parametrize("size", SCREENS)
def test_shows_uploaded_pictures_in_open_gallery(open_page, sparse, owner, size):
    page = open_page(viewport=viewport(size))
    expect_pictures(page, owner)
    drop_files(page, {f"{number}.png": picture(number, size=(400, 300)) for number in range(5)})
    expect(summary(page)).to_have_text("5 added")
    make_thumbnails(list(Photo.objects.filter(thumbnail_version=0).values_list("pk", flat=True)))
    newest = Photo.objects.order_by("dated_at", "pk").last()
    expect_pictures(page, owner, beginning_with=newest.pk)


@pytest.mark.parametrize(("library", "size"), EVERY_RUN, indirect=["library"])
def test_keeps_tiles_right_when_another_tab_deletes_photos(open_page, library, owner, size):
    page = open_page(viewport=viewport(size))
    expect_pictures(page, owner)
    order = Photo.objects.visible_to(owner).order_by("-dated_at", "-pk").values_list("pk", flat=True)
    move_to_trash(Photo.objects.filter(pk__in=list(order[100:107]) + list(order[150:290:7])), user=owner)
    for share in (0.4, 0.9, 0.0):
        go_to(page, share)
        expect_pictures(page, owner)


def test_removes_photos_deleted_in_another_tab_on_return(open_page, sparse, owner):
    page = open_page()
    first = expect_pictures(page, owner)[0]
    move_to_trash(Photo.objects.filter(pk=first), user=owner)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert first not in expect_pictures(page, owner)


@pytest.mark.parametrize("failure", ["abort", "500", "other answer"])
def test_requests_failed_portions_again(open_page, sparse, owner, provoked, failure):
    provoked.append("the server responded with a status of 500")
    page = open_page(viewport=viewport("820"))
    failed: list[str] = []

    def fail(route: Route) -> None:
        failed.append(route.request.url)
        if failure == "abort":
            route.abort()
        elif failure == "500":
            route.fulfill(status=500, body="sorry")
        else:
            route.fulfill(body="<p>Please log in to the hotel's network</p>", content_type="text/html")

    page.route(PORTIONS, fail)
    go_to(page, 0.6)
    wait_until(page, lambda: len(failed) >= 2)
    page.unroute(PORTIONS)
    expect_pictures(page, owner)


def test_keeps_other_portions_when_one_fails(open_page, dense, owner):
    page = open_page(viewport=viewport("2560"))
    stuck: list[str] = []

    def hold_the_first(route: Route) -> None:
        if stuck and route.request.url != stuck[0]:
            route.continue_()
        else:
            stuck.append(route.request.url)
            route.abort()

    page.route(PORTIONS, hold_the_first)
    go_to(page, 0.5)
    wait_until(page, lambda: len(stuck) >= 2)
    # The portion in the middle of the screen is missing, those above and below it are loaded.
    expect(page.locator("#photos .tile[data-photo]").first).to_be_attached()
    assert not all(page.evaluate(ON_SCREEN))
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    page.unroute(PORTIONS)
    page.locator("#timeline-notice").get_by_role("button", name="Try again").click()
    expect_pictures(page, owner)
    expect(page.get_by_text("The server cannot be reached.")).to_be_hidden()


def test_requests_failed_thumbnails_again(open_page, sparse, owner, provoked):
    provoked.append("the server responded with a status of 503")
    page = open_page(viewport=viewport("2560"))
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if "&again" in route.request.url:
            route.continue_()
            return
        failed.append(route.request.url)
        route.fulfill(status=503)

    page.route(THUMBNAILS, fail_once)
    page.reload()
    expect_pictures(page, owner)
    assert failed


def test_offers_retry_when_thumbnail_keeps_failing(open_page, sparse, owner):
    page = open_page()
    expect_pictures(page, owner)
    page.route(THUMBNAILS, lambda route: route.abort())
    go_to(page, 0.5)
    failed = page.locator("#photos .tile .failed")
    wait_until(page, lambda: failed.count() and failed.count() == page.locator("#photos .tile").count())
    page.unroute(THUMBNAILS)
    before = failed.count()
    failed.nth(before // 2).click()
    expect(failed).to_have_count(before - 1)
    expect(page.locator("#lightbox")).to_be_hidden()
    # All of them load once the connection is back.
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_pictures(page, owner)
    expect(failed).to_have_count(0)


def test_says_it_is_offline_and_continues_by_itself(open_page, sparse, owner):
    page = open_page(viewport=viewport("390"))
    expect_pictures(page, owner)
    page.context.set_offline(True)
    go_to(page, 0.6)
    expect(page.get_by_text("The server cannot be reached. Check your connection.")).to_be_visible()
    page.context.set_offline(False)
    expect_pictures(page, owner)
    expect(page.locator("#timeline-notice")).to_be_empty()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_leads_to_login_and_continues_after_it(open_page, sparse, owner, locale):
    page = open_page(locale=locale)
    expect_pictures(page, owner)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    go_to(page, 0.6)
    notice = page.locator("#timeline-notice")
    expect(notice).to_contain_text({"en-GB": "You are logged out.", "zh-CN": "您已退出登录。"}[locale])
    expect(notice.get_by_role("link")).to_have_attribute("href", "/login/?next=%2F")
    # Log in in another tab.
    page.context.add_cookies(cookies)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect_pictures(page, owner)
    expect(notice).to_be_empty()


def test_fills_no_wrong_tile_when_month_grows_meanwhile(open_page, sparse, owner):
    page = open_page()
    expect_pictures(page, owner)
    waiting: list[Route] = []
    is_open: list[bool] = []
    page.route(PORTIONS, lambda route: route.continue_() if is_open else waiting.append(route))
    go_to(page, 0.5)
    wait_until(page, lambda: waiting)
    drop_files(page, {"IMG_20240105_120000.png": picture(3, size=(400, 300))})
    expect(page.get_by_text("1 added")).to_be_visible()
    make_thumbnails(list(Photo.objects.filter(thumbnail_version=0).values_list("pk", flat=True)))
    is_open.append(True)
    for route in waiting:
        with suppress(Error):  # The page no longer waits for it.
            route.continue_()
    expect_pictures(page, owner)
    go_to(page, 0)
    expect_pictures(page, owner)
