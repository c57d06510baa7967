"""Search with pictures, and areas of them, in Chromium."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from gallery.models import Photo
from gallery.processing.tasks import embed_photos
from search.models import PhotoText
from tests.browser.driving import drop_files
from tests.encoder_process import EncoderProcess, ready_encoder

SEARCH_ZONE = "[data-zone=search]"


@pytest.fixture(scope="module")
def encoder() -> Iterator[str]:
    """The encoder process with the basic encoder."""
    with EncoderProcess(ENCODERS="conse").running():
        yield ready_encoder("conse").model


def read_as(photo: Photo, text: str) -> Photo:
    PhotoText.objects.create(photo=photo, owner_id=photo.owner_id, engine="x", text=text)
    return photo


def test_finds_same_picture_first_and_stores_nothing(open_page, show, encoder, photographs):
    for name in ("cat", "coffee", "flower"):
        show(photographs[name].read_bytes(), filename=name)
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search?q=tea")
    first = page.locator("#results img").first

    drop_files(page, {"query.png": photographs["coffee"].read_bytes()}, target=SEARCH_ZONE)
    expect(page.get_by_role("link", name="Similar to your picture")).to_be_visible()
    expect(first).to_have_attribute("alt", "coffee")
    expect(page.locator(".likeness b").first).to_contain_text("%")
    expect(page.get_by_role("img", name="Your search picture")).to_be_visible()
    expect(page.locator("#search [name=q]")).to_have_value("")
    expect(page.get_by_role("status").filter(has_text="1 photo")).to_be_attached()

    drop_files(page, {"query.png": photographs["cat"].read_bytes()}, event="paste")
    expect(first).to_have_attribute("alt", "cat")
    page.locator("input[name=picture]").set_input_files(photographs["flower"])
    expect(first).to_have_attribute("alt", "flower")
    assert Photo.objects.count() == 3


def test_lightbox_closes_to_results_of_picture(
    open_page,
    show,
    encoder,
    photographs,
):
    for name in ("cat", "coffee"):
        read_as(show(photographs[name].read_bytes(), filename=name), "tea")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search?q=tea")
    drop_files(page, {"query.png": photographs["coffee"].read_bytes()}, target=SEARCH_ZONE)
    page.wait_for_url("**/search?like=*")
    page.locator(".hit a").first.click()
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    page.wait_for_url("**/search?like=*")
    # The page was not reloaded, which would have removed the preview of the picture.
    expect(page.get_by_role("img", name="Your search picture")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/search?q=tea")
    expect(page.get_by_role("link", name="Similar to your picture")).to_have_count(0)
    expect(page.locator("#search [name=q]")).to_have_value("tea")
    expect(page.locator(".hit")).to_have_count(2)


def test_searches_with_pasted_dropped_or_selected_picture(open_page, show, encoder, photographs):
    photo = show(photographs["cat"].read_bytes(), filename="cat")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    query = photographs["cat"].read_bytes()
    page = open_page("/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Search with a picture").click()
    ways = {
        "/": lambda: chooser.value.set_files(photographs["cat"]),
        "/account": lambda: drop_files(page, {"query.png": query}, event="paste"),
        "/photos/0": lambda: drop_files(page, {"query.png": query}, target=SEARCH_ZONE),
    }
    for path, search in ways.items():
        if path != "/":
            page.goto(path)
        search()
        page.wait_for_url("**/search?like=*")
        expect(page.locator(".hit img").first).to_have_attribute("alt", "cat")
    page.goto(f"/photos/{photo.pk}")
    page.locator("textarea").fill("words that are not saved")
    drop_files(page, {"query.png": query}, event="paste", target="textarea")
    assert page.locator("#any-picture input[name=picture]").input_value() == ""
    drop_files(page, {"query.png": query}, event="paste", target="#search input")
    page.wait_for_url("**/search?like=*")
    assert Photo.objects.count() == 1


def test_shows_drop_zones_while_dragging(open_page):
    page = open_page("/")
    picture, folder = ["a.png", "image/png"], ["a folder", ""]
    for files, zones in (([picture], ["upload", "search"]), ([folder], ["upload"]), ([picture] * 2, ["upload"])):
        transfer = page.evaluate_handle(
            """files => {
                const transfer = new DataTransfer();
                for (const [name, type] of files) transfer.items.add(new File(["x"], name, { type }));
                return transfer;
            }""",
            files,
        )
        page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
        shown = page.locator(".dropzone [data-zone]:visible")
        assert [zone.get_attribute("data-zone") for zone in shown.all()] == zones
        page.dispatch_event("body", "dragleave", {"dataTransfer": transfer})
        expect(shown).to_have_count(0)


def test_explains_rejected_file(open_page, encoder):
    page = open_page("/search")
    drop_files(page, {"notes.txt": b"just words"}, target=SEARCH_ZONE)
    expect(page.get_by_role("alert")).to_contain_text("not a picture")


def test_shows_similar_photos(open_page, show, encoder, photographs):
    photo = show(photographs["cat"].read_bytes(), filename="cat.png")
    show(photographs["cat"].read_bytes() + b" ", filename="same cat.png")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page(f"/photos/{photo.pk}")
    expect(page.locator(".similar img")).to_have_attribute("alt", "same cat.png")
    page.get_by_role("link", name="More like this").click()
    page.wait_for_url(f"**/photos/{photo.pk}/similar")
    expect(page.locator(".hits .likeness b")).to_contain_text("97%")


def test_picture_search_works_without_scripts(open_page, show, encoder, photographs):
    show(photographs["rocket"].read_bytes(), filename="rocket.jpg")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search", java_script_enabled=False)
    page.locator("input[name=picture]").set_input_files(photographs["rocket"])
    page.locator("#picture").get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#results img")).to_have_attribute("alt", "rocket.jpg")


def test_unfolds_near_duplicates(open_page, show, encoder, photographs):
    for number in range(3):
        read_as(show(photographs["cat"].read_bytes() + b" " * number, filename=f"cat {number}.png"), "same words")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search?q=cat")
    expect(page.locator(".hit")).to_have_count(1)
    version = page.locator(".near-duplicates .tile").first
    expect(version).not_to_be_visible()
    page.get_by_text("2 near-duplicates").click()
    expect(version).to_be_visible()


def test_searches_by_area_of_photo(open_page, show, encoder, photographs):
    cat, coffee = (Image.open(photographs[name]).convert("RGB").resize((400, 300)) for name in ("cat", "coffee"))
    both = Image.new("RGB", (800, 300))
    both.paste(cat, (0, 0))
    both.paste(coffee, (400, 0))
    file = BytesIO()
    both.save(file, "PNG")
    photo = show(file.getvalue(), filename="both.png")
    for name in ("cat", "coffee", "flower"):
        show(photographs[name].read_bytes(), filename=name)
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page(f"/photos/{photo.pk}")
    page.get_by_role("button", name="Search by area").click()
    frame = page.locator(".picture").bounding_box()
    x, y, width, height = frame["x"], frame["y"], frame["width"], frame["height"]
    page.mouse.move(x + 0.52 * width, y + 0.05 * height)
    page.mouse.down()
    page.mouse.move(x + 0.98 * width, y + 0.95 * height, steps=4)
    page.mouse.up()
    page.get_by_role("link", name="Search this area").click()
    page.wait_for_url(f"**/search?photo={photo.pk}&region=0.5*")
    expect(page.locator(".hit img").first).to_have_attribute("alt", "coffee")
    page.get_by_role("link", name="Similar to part of this photo").click()
    expect(page.get_by_role("heading", name="Find a picture by…")).to_be_visible()

    page.goto(f"/photos/{photo.pk}")
    page.get_by_role("button", name="Search by area").press("Enter")
    for _step in range(20):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?photo=*&region=0.0000,0.2500,0.5000,0.7700")
    expect(page.locator(".hit img").first).to_be_visible()


def test_combines_picture_and_words_in_address(open_page, show, encoder, photographs):
    for name in ("cat", "coffee", "flower"):
        show(photographs[name].read_bytes(), filename=f"{name}.jpg")
    embed_photos(list(Photo.objects.values_list("pk", flat=True)), encoder)
    page = open_page("/search")
    drop_files(page, {"query.png": photographs["cat"].read_bytes()}, target=SEARCH_ZONE)
    page.wait_for_url("**/search?like=*")
    expect(page.locator(".hit img").first).to_have_attribute("alt", "cat.jpg")
    page.locator("#search [name=q]").fill("flower")
    page.locator("#search [name=q]").press("Enter")
    page.wait_for_url("**/search?q=flower&like=*")
    expect(page.locator(".hit img").first).to_have_attribute("alt", "flower.jpg")
    again = open_page(page.url)
    expect(again.locator(".hit img").first).to_have_attribute("alt", "flower.jpg")
