"""The search page, used through Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gallery.models import Photo
from gallery.tasks import embed_photos
from search.models import PhotoText
from tests.browser.conftest import drop_files
from tests.encoder_process import EncoderProcess, ready_encoder
from tests.gallery.conftest import picture
from tests.search.encoders.conftest import photographs  # noqa: F401 - fixture


@pytest.fixture(scope="module")
def encoder() -> Iterator[str]:
    """The basic encoder's model, in a process of its own."""
    with EncoderProcess(ENCODERS="conse").running():
        yield ready_encoder("conse").model


def read_as(photo: Photo, text: str) -> Photo:
    PhotoText.objects.create(photo=photo, owner_id=photo.owner_id, engine="x", text=text)
    return photo


def test_a_slash_leads_to_the_box_and_the_box_to_what_is_found(open_page, show):
    read_as(show(filename="pass.png"), "登机牌 NH961 Tokyo")
    read_as(show(filename="other.png"), "NH916")
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("NH961")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=NH961")
    expect(page.locator("#results .tile")).to_have_count(1)
    expect(page.locator("#results mark, #results em")).to_have_text("NH961")
    expect(page.get_by_role("searchbox")).to_have_value("NH961")


def test_filters_are_set_and_taken_away(open_page, show):
    read_as(show(picture(1, size=(600, 400)), filename="large.png"), "tea")
    read_as(show(picture(2, size=(60, 40)), filename="small.png"), "tea")
    page = open_page("/search?q=tea")
    expect(page.locator("#results .tile")).to_have_count(2)
    page.get_by_text("Filters").click()
    page.get_by_label("Width from").fill("500")
    page.locator(".fields").get_by_role("button", name="Search").click()
    expect(page.locator("#results .tile")).to_have_count(1)
    assert page.url.endswith("/search?q=tea&min_width=500")
    page.get_by_role("link", name="Width from: 500 px").click()
    expect(page.locator("#results .tile")).to_have_count(2)
    assert page.url.endswith("/search?q=tea")


def test_a_picture_brings_itself_first_and_is_not_kept(open_page, show, encoder, photographs):  # noqa: F811
    for name in ("cat", "coffee", "flower"):
        show(photographs[name].read_bytes(), filename=name)
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search?q=tea")
    first = page.locator("#results img").first

    drop_files(page, {"query.png": photographs["coffee"].read_bytes()})
    expect(page.get_by_role("heading", name="Pictures that look like it")).to_be_visible()
    expect(first).to_have_attribute("alt", "coffee")
    expect(page.locator(".likeness b").first).to_contain_text("%")
    expect(page.get_by_role("img", name="The picture you search with")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("")

    drop_files(page, {"query.png": photographs["cat"].read_bytes()}, event="paste")
    expect(first).to_have_attribute("alt", "cat")
    page.locator("input[name=picture]").set_input_files(photographs["flower"])
    expect(first).to_have_attribute("alt", "flower")
    assert Photo.objects.count() == 3


def test_a_dropped_file_that_is_no_picture_is_explained(open_page, encoder):
    page = open_page("/search")
    drop_files(page, {"notes.txt": b"just words"})
    expect(page.get_by_role("alert")).to_contain_text("not a picture")


def test_a_photo_shows_others_like_it(open_page, show, encoder, photographs):  # noqa: F811
    photo = show(photographs["cat"].read_bytes(), filename="cat.png")
    show(photographs["cat"].read_bytes() + b" ", filename="same cat.png")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page(f"/photos/{photo.pk}")
    expect(page.locator(".similar img")).to_have_attribute("alt", "same cat.png")
    page.get_by_role("link", name="More like this").click()
    page.wait_for_url(f"**/photos/{photo.pk}/similar")
    expect(page.locator(".hits .likeness b")).to_contain_text("97%")


def test_searching_with_a_picture_works_without_scripts(open_page, show, encoder, photographs):  # noqa: F811
    show(photographs["rocket"].read_bytes(), filename="rocket.jpg")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search", java_script_enabled=False)
    page.locator("input[name=picture]").set_input_files(photographs["rocket"])
    page.locator("#picture").get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#results img")).to_have_attribute("alt", "rocket.jpg")


def test_the_form_mirrors_the_address(open_page):
    page = open_page("/search?q=xyzzy+-plugh&min_importance=3")
    expect(page.get_by_role("searchbox")).to_have_value("xyzzy -plugh")
    expect(page.get_by_label("Importance from")).to_have_value("3")
