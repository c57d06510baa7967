"""The search page in Chromium."""

from datetime import datetime

from playwright.sync_api import expect

from gallery.models import Photo
from search.models import PhotoText
from tests.browser.driving import LINES, SMALL_TELEPHONE, follow, read_lines, wait_for
from tests.drawing import picture
from tests.factories import make_photos


def read_as(photo: Photo, text: str) -> Photo:
    PhotoText.objects.create(photo=photo, owner_id=photo.owner_id, engine="x", text=text)
    return photo


def test_slash_focuses_search_box(open_page, show):
    read_as(show(filename="pass.png"), "登机牌 NH961 Tokyo")
    read_as(show(filename="other.png"), "NH916")
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("NH961")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=NH961")
    expect(page.locator("#results .tile")).to_have_count(1)
    expect(page.locator("#results mark, #results em")).to_have_text("NH961")
    expect(page.locator("#search [name=q]")).to_have_value("NH961")


def test_sets_and_removes_filters(open_page, show):
    read_as(show(picture(1, size=(600, 400)), filename="large.png"), "tea")
    read_as(show(picture(2, size=(60, 40)), filename="small.png"), "tea")
    page = open_page("/search?q=tea")
    expect(page.locator("#results .tile")).to_have_count(2)
    page.get_by_text("Filters").click()
    page.get_by_label("Min. width").fill("500")
    page.locator(".fields").get_by_role("button", name="Search").click()
    expect(page.locator("#results .tile")).to_have_count(1)
    expect(page).to_have_url("/search?q=tea&min_width=500")
    page.locator("#results").get_by_role("link", name="Min. width: 500 px").click()
    expect(page.locator("#results .tile")).to_have_count(2)
    expect(page).to_have_url("/search?q=tea")


def test_form_shows_filters_of_address(open_page):
    page = open_page("/search?q=xyzzy+-plugh&min_importance=3")
    expect(page.locator("#search [name=q]")).to_have_value("xyzzy -plugh")
    expect(page.get_by_label("Min. rating")).to_have_value("3")


def test_date_chip_is_removed_or_becomes_text(open_page, show):
    photo = read_as(show(filename="may.png"), "tea")
    Photo.objects.filter(pk=photo.pk).update(taken_at=datetime(2023, 5, 6))
    read_as(show(filename="says.png"), "tea 2023年5月")
    page = open_page("/search?q=tea+2023年5月")
    expect(page.locator("#results .hit")).to_have_count(2)
    page.get_by_role("link", name="only taken then").click()
    expect(page.locator("#results .hit img")).to_have_attribute("alt", "may.png")
    page.go_back()
    page.get_by_role("link", name="only as text").click()
    expect(page.locator("#results .hit img")).to_have_attribute("alt", "says.png")
    expect(page.locator("#search [name=q]")).to_have_value('tea "2023年5月"')
    page.go_back()
    page.get_by_role("link", name="Taken or shown: May 2023").click()
    expect(page.locator("#results .hit")).to_have_count(2)
    expect(page).to_have_url("/search?q=tea")


def test_scrolling_loads_each_result_once(open_page, owner):
    photos = make_photos(owner, 150)
    PhotoText.objects.bulk_create(PhotoText(photo=photo, owner=owner, engine="x", text="tea") for photo in photos)
    page = open_page("/search?q=tea")
    expect(page.locator(".hit")).to_have_count(60)
    gone, late = photos[10], make_photos(owner, 1)
    PhotoText.objects.create(photo=late[0], owner=owner, engine="x", text="tea")
    gone.delete()
    for count in (120, 149):
        page.mouse.wheel(0, 20_000)
        expect(page.locator(".hit")).to_have_count(count)
    shown = page.locator(".hit .tile").evaluate_all("tiles => tiles.map(tile => tile.id)")
    assert sorted(shown) == sorted(f"photo-{photo.pk}" for photo in photos if photo != gone and photo.pk)
    expect(page.locator(".load-more")).to_have_count(0)


def test_single_upright_picture_fills_row(open_page, show):
    read_as(show(picture(1, size=(600, 300)), filename="wide.png"), "tea")
    read_as(show(picture(2, size=(300, 600)), filename="upright.png"), "tea")
    page = open_page("/search?q=tea&order=newest", viewport=SMALL_TELEPHONE)
    upright = page.locator(".hit").filter(has=page.get_by_role("img", name="upright.png"))
    assert upright.bounding_box()["width"] == page.locator(".hits").bounding_box()["width"]


def test_back_restores_position_in_results(open_page, owner):
    photos = make_photos(owner, 150)
    PhotoText.objects.bulk_create(PhotoText(photo=photo, owner=owner, engine="x", text="tea") for photo in photos)
    page = open_page("/search?q=tea")
    for count in (120, 150):
        page.mouse.wheel(0, 20_000)
        expect(page.locator(".hit")).to_have_count(count)
    before = page.evaluate("() => { scrollTo(0, scrollY - 300.5); return scrollY; }")
    # Immediately, before the position could be saved.
    page.goto("/account")
    page.go_back()
    # The first portion of results alone would make the page too short.
    wait_for(page, "y => Math.abs(scrollY - y) < 2", before)


def test_order_stays_in_address(open_page, show):
    for year in (2021, 2023, 2022):
        photo = read_as(show(filename=f"{year}.png"), "tea")
        Photo.objects.filter(pk=photo.pk).update(taken_at=datetime(year, 1, 1))
    page = open_page("/search?q=tea")
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator(".hit img").first).to_have_attribute("alt", "2021.png")
    page.wait_for_url("**order=oldest*")
    page.locator("#search [name=q]").press("Enter")
    expect(page.locator(".hit img").first).to_have_attribute("alt", "2021.png")


def test_saves_searches_in_sidebar(open_page, show):
    read_as(show(filename="pass.png"), "NH961")
    page = open_page("/search?q=NH961")
    page.get_by_label("Save this search").fill("My flight")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved under “My flight”.")).to_be_visible()
    page.goto("/search")
    side = page.get_by_role("complementary", name="Your searches")
    follow(page, side.get_by_role("link", name="My flight"))
    expect(page.locator(".hit")).to_have_count(1)
    page.get_by_role("button", name="Delete the saved search “My flight”").click()
    expect(side.get_by_role("link", name="My flight")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    expect(side.get_by_text("Recent searches")).to_have_count(0)


def test_sidebar_is_drawer_on_telephone(open_page, show):
    page = open_page("/search?q=tea", viewport=SMALL_TELEPHONE)
    side = page.locator("#sidebar")
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Your searches").click()
    expect(side).to_be_visible()
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()


def test_chinese_results_page_is_chinese(open_page, show):
    photo = read_lines(show(picture(1, size=(800, 800)), filename="a.png"), LINES)
    Photo.objects.filter(pk=photo.pk).update(taken_at=datetime(2023, 5, 6), kind="meme")
    page = open_page("/search?q=调休+2023年5月+kind:表情", locale="zh-CN")
    expect(page.locator(".hit mark").first).to_have_text("调休")
    expect(page.get_by_role("link", name="2023年5月").first).to_be_visible()
    expect(page.get_by_role("link", name="仅作为文字")).to_be_visible()
    expect(page.get_by_role("link", name="最新优先")).to_be_visible()
    page.locator(".hit .tile").click()
    expect(page.get_by_role("button", name="下一处")).to_be_visible()
    page.keyboard.press("i")
    page.get_by_role("button", name="框选搜索").click()
    expect(page.get_by_role("link", name="搜索此区域")).to_be_visible()
