"""The main journey: log in, find the samples, upload pictures and find them."""

from io import BytesIO

import pytest
from PIL import Image

from photosearch.samples.catalogue import FIRST_PICTURES
from tests.e2e.drawing import bytes_of, note, png
from tests.e2e.person import Person
from tests.near_misses import CODE, HOLIDAY, MAIL, NAME

# Words and the sample that must be the first hit.
FIRST = {
    CODE: "boarding-pass.png",
    HOLIDAY: "meme-holiday.png",
    NAME: "Screenshot_20231013-184702.png",
    MAIL: "Screenshot_20231017-093110.png",
    "cat": "chelsea.png",
    "花": "flower.jpg",
}


@pytest.mark.parametrize(("words", "filename"), FIRST.items())
def test_ranks_right_sample_first(person: Person, words: str, filename: str):
    assert person.search(words)[0] == filename
    assert "unavailable" not in person.notices()
    assert "cannot be compared" not in person.notices()


def test_finds_every_sample_by_its_words(person: Person):
    wrong = {
        words: hits[:3]
        for sample in FIRST_PICTURES
        for words in sample.found_by
        if (hits := person.look_for(words))[:1] != [sample.filename]
    }
    assert wrong == {}


def test_highlights_words_in_hits(person: Person):
    person.look_for(CODE)
    reason = person.page.locator("#results .reasons").first
    assert reason.locator("mark, em").first.inner_text() == CODE


def test_escapes_html_in_recognised_text(person: Person):
    person.upload("img-src-x.png", bytes_of("img-src-x.png"))
    person.finds("onerror", "img-src-x.png", seconds=60)
    assert "<img src=x onerror=alert(1)>" in person.page.locator("#results .reasons").first.inner_text()
    person.open_photo("img-src-x.png")
    person.page.locator(".photo-information").get_by_text("<img src=x onerror=alert(1)>").first.wait_for()
    assert person.page.locator("img[src=x]").count() == 0


@pytest.mark.usefixtures("near_misses")
@pytest.mark.parametrize(("words", "filename"), FIRST.items())
def test_ranks_near_misses_below_right_sample(person: Person, words: str, filename: str):
    assert person.look_for(words)[0] == filename


def test_finds_uploaded_picture_within_a_minute(person: Person):
    person.upload("allotment.png", note("Allotment 27, key under the blue pot", "菜园 27 号，钥匙在蓝花盆下"))
    person.finds("blue pot", "allotment.png", seconds=60)
    person.finds("蓝花盆", "allotment.png", seconds=60)
    person.open_photo("allotment.png")
    person.page.get_by_role("button", name="Delete", exact=True).click()
    person.page.get_by_text("1 photo moved to the trash").wait_for()
    assert "allotment.png" not in person.look_for("blue pot")
    person.page.goto("/trash")
    person.page.get_by_role("button", name="Empty trash").click()
    person.page.locator("#confirm-empty").get_by_role("button", name="Delete permanently").click()
    person.page.get_by_text("1 photo permanently deleted").wait_for()


@pytest.mark.parametrize("filename", ["chelsea.png", "flower.jpg", "long-article.png"])
def test_picture_search_ranks_same_picture_first(person: Person, filename: str):
    before = person.site.inside("photo_count")
    assert person.search_with_picture("whatever.png", bytes_of(filename))[0] == filename
    assert person.site.inside("photo_count") == before


def test_cropped_picture_finds_original(person: Person):
    photograph = Image.open(BytesIO(bytes_of("china.jpg")))
    width, height = photograph.size
    part = photograph.crop((width // 10, height // 10, width * 9 // 10, height * 9 // 10)).convert("L")
    assert "china.jpg" in person.search_with_picture("part.png", png(part))[:3]


def test_photo_page_shows_text_and_similar_photos(person: Person):
    person.open_photo("meme-sunday.jpg")
    person.page.locator(".photo-information").get_by_text("周日还要上班").first.wait_for()
    similar = person.page.locator("section.similar .tile img")
    similar.first.wait_for()
    assert "meme-sunday.jpg" not in similar.evaluate_all("images => images.map(image => image.alt)")


def test_hides_photos_from_other_users(stranger: Person, administrator: Person):
    photo_id = stranger.site.inside("photo_id", "boarding-pass.png")
    for other in (stranger, administrator):
        for words in (*FIRST, "ext:png"):
            assert other.look_for(words) == []
        assert other.search_with_picture("cat.png", bytes_of("chelsea.png")) == []
        for page in ("", "/tile", "/progress", "/thumbnail", "/preview", "/original", "/text", "/similar"):
            assert other.page.request.get(f"/photos/{photo_id}{page}").status == 404


def test_rejects_file_that_is_no_picture(person: Person):
    before = person.site.inside("photo_count")
    person.page.goto("/upload")
    files = [{"name": "notes.png", "mimeType": "image/png", "buffer": b"these are words"}]
    person.page.locator("input[type=file][name=files]").set_input_files(files)
    refusal = person.page.locator("#uploads li[data-state=failed]")
    refusal.wait_for()
    assert "picture" in refusal.inner_text()
    assert person.site.inside("photo_count") == before
