"""Stars on tiles, given by keys, by the selection and in the lightbox, in Chromium."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Photo
from search.models import PhotoText
from tests.browser.libraries import make_library


@pytest.fixture
def photos(media_root, owner) -> list[Photo]:
    """Four photos that contain the word tea, the latest first."""
    photos = make_library(owner, [datetime(2023, 5, 4 - number) for number in range(4)])
    for photo in photos:
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="tea")
    return photos


def stars(page: Page, photo: Photo, count: int) -> None:
    mark = page.locator(f"#photo-{photo.pk} .stars")
    if count:
        expect(mark).to_have_text(f"★{count}")
        expect(mark).to_have_attribute("aria-label", f"Importance {count} of 5")
    else:
        expect(mark.locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/search?q=tea"], ids=["timeline", "results"])
def test_tiles_show_new_ratings(open_page, photos, path):
    page = open_page(path)
    link = page.get_by_role("link", name="0.png")
    link.hover()
    page.keyboard.press("f")
    stars(page, photos[0], 5)
    page.keyboard.press("3")
    stars(page, photos[0], 3)
    page.get_by_role("button", name="Undo").last.click()
    stars(page, photos[0], 5)
    page.mouse.move(1, 1)
    link.focus()
    page.keyboard.press("f")
    stars(page, photos[0], 0)

    for photo in photos[1:3]:
        page.locator(f"#photo-{photo.pk} > a").focus()
        page.keyboard.press("x")
    page.keyboard.press("f")
    for photo in photos[1:3]:
        stars(page, photo, 5)

    page.get_by_role("link", name="3.png").click()
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("4")
    stars(page, photos[3], 4)
    page.keyboard.press("i")
    with page.expect_response("**/edit"):
        page.locator("#lightbox .edit .stars label").nth(2).click()
    stars(page, photos[3], 2)
    page.keyboard.press("Escape")
    assert [Photo.objects.get(pk=photo.pk).importance for photo in photos] == [0, 5, 5, 2]
