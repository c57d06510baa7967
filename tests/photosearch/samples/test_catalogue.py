"""The sample pictures."""

from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image, ImageFont

from photosearch.samples.catalogue import SAMPLES, SamplePicture
from photosearch.samples.sheet import FONT, Sheet, wrap

DRAWN = [sample for sample in SAMPLES if isinstance(sample, SamplePicture)]


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    """Return the drawn samples by file name."""
    return {sample.filename: sample.draw() for sample in DRAWN}


def test_font_contains_all_characters(sheets):
    font = ImageFont.truetype(BytesIO(FONT.read_bytes()), 20)
    missing = bytes(font.getmask("\U0010ffff"))
    characters = {
        character for sheet in sheets.values() for line in sheet.lines for character in line if character != " "
    }
    assert [character for character in sorted(characters) if bytes(font.getmask(character)) == missing] == []


def test_each_search_word_is_on_one_sample_only(sheets):
    for sample in DRAWN:
        for words in sample.found_by:
            holders = [name for name, sheet in sheets.items() if words.lower() in " ".join(sheet.lines).lower()]
            assert holders == [sample.filename], words


def test_text_stays_inside_its_picture():
    sheet = Sheet(400, 400)
    sheet.write((20, 20), "A long line 里面有很多很多的汉字，要换行 and then some more words", size=30, width=360)
    ink = sheet.image.convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
    assert ink is not None
    assert ink[0] >= 18
    assert ink[2] <= 382
    assert "".join(sheet.lines).replace(" ", "") == "Alongline里面有很多很多的汉字，要换行andthensomemorewords"


def test_lines_do_not_begin_with_a_comma():
    for width in range(60, 200, 7):
        assert not any(line.startswith(("，", " ")) for line in wrap("一二三，四五 six，七八九", size=20, width=width))


def test_samples_are_reproducible_and_different():
    digests = [sha256(sample.read()).hexdigest() for sample in SAMPLES]
    assert len(set(digests)) == len(SAMPLES)
    assert [sha256(sample.read()).hexdigest() for sample in SAMPLES[::6]] == digests[::6]


def test_the_long_screenshot_is_long(sheets):
    width, height = sheets["long-article.png"].image.size
    assert height > 2 * width


def test_a_turned_sample_has_exif_orientation():
    sample = next(sample for sample in DRAWN if sample.turned)
    image = Image.open(BytesIO(sample.read()))
    assert image.getexif()[274] == 6
    assert image.size == sample.draw().image.size[::-1]
