"""Albums in Chromium: filling, ordering by hand, uploads to them, and the albums of a photo."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Album, Photo
from tests.browser.driving import drop_files, settle, wait_until
from tests.drawing import picture


@pytest.fixture
def photos(show) -> list[Photo]:
    return [show(picture(number), filename=f"{number}.png") for number in range(5)]


def address_of(album: Album) -> str:
    return reverse("gallery:album", args=[album.pk])


def order_on(page: Page) -> list[str]:
    return page.locator(".sortable img").evaluate_all("images => images.map(image => image.alt)")


def order_of(album: Album) -> list[str]:
    rows = album.memberships.order_by("position", "pk")
    return list(rows.values_list("photo__filename", flat=True))


def test_orders_photos_by_hand(open_page, owner, photos):
    album = make_album("By hand", owner=owner, order=Album.Order.BY_HAND)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    page = open_page(address_of(album))
    before = order_on(page)
    items = page.locator(".sortable > li")
    items.nth(4).locator("[data-grip]").hover()
    page.mouse.down()
    target = items.nth(1).bounding_box()
    page.mouse.move(target["x"] + 5, target["y"] + 20, steps=4)
    expect(items.nth(1)).to_have_class("drops-before")
    page.mouse.up()
    dragged = [before[0], before[4], *before[1:4]]
    expect(page.get_by_text("Photo moved")).to_be_visible()
    assert order_on(page) == order_of(album) == dragged

    # Escape ends a drag without a move.
    items.nth(0).locator("[data-grip]").hover()
    page.mouse.down()
    target = items.nth(3).bounding_box()
    page.mouse.move(target["x"] + target["width"] - 5, target["y"] + 20, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order_on(page) == dragged
    expect(page.locator(".is-selected")).to_have_count(0)

    page.get_by_role("button", name=f"Move later: {dragged[0]}").press("Enter")
    wait_until(page, lambda: order_on(page)[:2] == [dragged[1], dragged[0]])
    expect(page.get_by_role("button", name=f"Move later: {dragged[0]}")).to_be_focused()
    assert order_of(album)[:2] == [dragged[1], dragged[0]]


def test_fills_an_album_by_selection_and_drop(open_page, owner, photos):
    album = make_album("Summer", owner=owner)
    page = open_page(address_of(album))
    expect(page.get_by_role("heading", name="This album is empty")).to_be_visible()
    drop_files(page, {"new.png": picture(9), "known.png": picture(1)})
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(2)
    expect(page.locator("#album-count")).to_contain_text("2 photos")
    expect(page.locator("#uploads")).to_contain_text("Already in your gallery, and now in the album")
    expect(page.get_by_role("heading", name="This album is empty")).to_be_hidden()

    page.goto("/")
    page.locator(f"#photo-{photos[0].pk} .check input").check(force=True)
    page.get_by_role("button", name="Add to album").click()
    page.locator(".album-choices").get_by_role("button", name="Summer").click()
    expect(page.get_by_text("1 photo added to “Summer”")).to_be_visible()

    page.goto(address_of(album))
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(3)
    page.locator(f"#photo-{photos[1].pk} .check input").check(force=True)
    page.get_by_role("button", name="Make cover").click()
    expect(page.get_by_text("Cover changed")).to_be_visible()
    page.locator(f"#photo-{photos[0].pk} .check input").check(force=True)
    page.get_by_role("button", name="Remove from album").click()
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(2)
    expect(page.locator("#album-count")).to_contain_text("2 photos")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#photos .tile[data-photo]")).to_have_count(3)

    page.get_by_role("search", name="Search in this album").get_by_role("searchbox").fill("known")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/search?album={album.pk}&q=known")
    expect(page.locator("#results")).to_contain_text("Summer")


def test_edits_albums_of_a_photo_in_the_lightbox(open_page, owner, photos):
    make_album("Summer", owner=owner)
    page = open_page("/")
    page.locator(f"#photo-{photos[0].pk} a").click()
    page.keyboard.press("i")
    panel = page.locator("#lightbox-information")
    field = panel.get_by_label("Name of the album")
    field.focus()
    expect(panel.locator("#album-names option")).to_have_attribute("value", "Summer")
    field.fill("Summer")
    field.press("Enter")
    expect(panel.get_by_role("link", name="Summer")).to_be_visible()
    panel.get_by_role("button", name="Remove from album: Summer").click()
    expect(panel.get_by_role("link", name="Summer")).to_have_count(0)
    settle(page)
    assert Album.objects.get().memberships.count() == 0
