"""Boxes around searched words in pictures."""

import pytest
from playwright.sync_api import expect

from tests.browser.driving import DESK, LINES, SMALL_TELEPHONE, read_lines, settle, wait_until
from tests.drawing import picture

TELEPHONE = {"viewport": SMALL_TELEPHONE, "has_touch": True, "is_mobile": True}


def box_of(locator) -> tuple[float, float]:
    """Return the centre of an element."""
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_boxes_matched_words_and_steps_through_them(open_page, show):
    photo = read_lines(show(picture(1, size=(800, 800))), LINES)
    read_lines(show(picture(2)), [{"text": "nothing", "confidence": 1, "box": LINES[0]["box"]}])
    page = open_page("/search?q=调休")
    marks = page.locator(".hit .marks")
    # Without a pointer over the picture.
    expect(marks).to_have_css("opacity", "1")
    page.locator(".hit .tile").click()
    page.wait_for_url(f"**/photos/{photo.pk}?q=*")
    matches = page.locator("[data-match]")
    expect(matches).to_have_count(3)
    # The box covers the second half of the line in the middle of the picture.
    frame = page.locator(".picture img").bounding_box()
    x, y = box_of(matches.first)
    assert 0.36 < (x - frame["x"]) / frame["width"] < 0.44
    assert 0.63 < (y - frame["y"]) / frame["height"] < 0.67

    page.get_by_role("button", name="Next match").click()
    expect(page.locator("[data-position]")).to_have_text("1 / 3")
    page.get_by_role("button", name="Previous match").click()
    expect(page.locator("[data-position]")).to_have_text("3 / 3")
    expect(page.locator("[data-match].current")).to_have_count(1)
    lines = page.locator(".marks.lines")
    expect(lines).to_be_hidden()
    page.get_by_role("button", name="Show text").click()
    expect(lines).to_be_visible()


def test_boxes_change_with_photo(open_page, show):
    first = read_lines(show(picture(1)), LINES)
    second = read_lines(show(picture(2)), LINES[:2])
    page = open_page(f"/photos/{first.pk}?q=调休")
    expect(page.locator("[data-match]")).to_have_count(3)
    page.evaluate(
        """id => {
            const picture = document.querySelector(".picture");
            picture.dataset.photo = id;
            picture.dispatchEvent(new CustomEvent("photo:shown", { bubbles: true }));
        }""",
        second.pk,
    )
    expect(page.locator("[data-match]")).to_have_count(1)
    expect(page.locator(".matches")).to_have_count(1)


def test_scrolls_to_match_in_long_picture(open_page, show):
    low = [{"text": "调休", "confidence": 1, "box": [[0.1, 0.98], [0.9, 0.98], [0.9, 0.99], [0.1, 0.99]]}]
    photo = read_lines(show(picture(1, size=(300, 3000))), low)
    page = open_page(f"/photos/{photo.pk}?q=调休")
    page.get_by_role("button", name="Next match").click()
    expect(page.locator("[data-match] polygon")).to_be_in_viewport()
    bar, match = page.locator(".match-bar").bounding_box(), page.locator("[data-match] polygon").bounding_box()
    assert bar["y"] + bar["height"] < match["y"] or match["y"] + match["height"] < bar["y"]


def test_shows_boxes_within_small_telephone(open_page, show):
    photo = read_lines(show(picture(1, size=(800, 800))), LINES)
    page = open_page("/search?q=调休", **TELEPHONE)
    expect(page.locator(".hit .marks")).to_have_css("opacity", "1")
    for path in ("/search?q=调休", "/search", f"/photos/{photo.pk}?q=调休"):
        page.goto(path)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_reserves_space_for_toolbar_on_telephone(open_page, show):
    plain, read = show(picture(1)), read_lines(show(picture(2)), LINES)
    page = open_page(f"/photos/{plain.pk}", **TELEPHONE)
    settle(page)
    assert page.locator(".picture").evaluate("frame => getComputedStyle(frame).marginBottom") == "0px"
    page.goto(f"/photos/{read.pk}")
    # The toolbar loads after the page, and moves the picture.
    expect(page.locator(".match-bar")).to_be_visible()
    settle(page)
    frame, bar = page.locator(".picture").bounding_box(), page.locator(".match-bar").bounding_box()
    assert frame["y"] + frame["height"] <= bar["y"]


def test_lightbox_toolbar_reaches_matches_at_every_zoom(open_page, show):
    read_lines(show(picture(1, size=(800, 800))), LINES)
    page = open_page("/search?q=调休")
    page.locator(".hit .tile").click()
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    bar = page.locator(".match-bar")
    assert bar.bounding_box()["height"] < 60
    for number in (1, 2, 3):
        page.get_by_role("button", name="Next match").click()
        expect(page.locator("[data-position]")).to_have_text(f"{number} / 3")
        expect(page.locator("[data-match].current polygon")).to_be_in_viewport(ratio=1)
    assert page.locator(".lightbox-stage").evaluate("stage => stage.scrollTop + stage.scrollLeft") == 0


@pytest.mark.parametrize("look", [TELEPHONE, {"viewport": DESK}], ids=["telephone", "desk"])
def test_lightbox_bars_do_not_cover_picture(open_page, show, look):
    read_lines(show(picture(1, size=(400, 900))), LINES)
    page = open_page("/search?q=调休", **look)
    page.locator(".hit .tile").click()
    expect(page.get_by_role("button", name="Show text")).to_be_visible()
    settle(page)
    frame, bar = page.locator("#lightbox .picture").bounding_box(), page.locator(".match-bar").bounding_box()
    assert frame["y"] + frame["height"] <= bar["y"]
    above = page.get_by_role("button", name="Close").bounding_box()
    assert above["y"] + above["height"] <= frame["y"]


def low_line(top: float) -> list[dict]:
    return [
        {"text": "蓝鲸计划", "confidence": 1, "box": [[0.1, top], [0.5, top], [0.5, top + 0.003], [0.1, top + 0.003]]}
    ]


@pytest.mark.parametrize("device", ["desk", "telephone"])
def test_long_picture_is_cropped_scrolled_and_zoomed_to_words(open_page, show, device):
    read_lines(show(picture(1, size=(270, 3000)), filename="long.png"), low_line(0.7))
    page = open_page("/search?q=蓝鲸计划", **({"viewport": DESK} if device == "desk" else TELEPHONE))
    # The tile shows the words, and the box is where they are.
    box, tile = page.locator(".hit .marks polygon").bounding_box(), page.locator(".hit .tile").bounding_box()
    assert tile["y"] < box["y"] < box["y"] + box["height"] < tile["y"] + tile["height"]
    focus = page.locator(".hit .tile img").evaluate("image => getComputedStyle(image).objectPosition")
    assert float(focus.split()[1].rstrip("%")) == pytest.approx(73.7, abs=0.1)

    page.locator(".hit .tile > a").click()
    frame, stage = page.locator("#lightbox .picture"), page.locator(".lightbox-stage").bounding_box()
    expect(page.locator("#lightbox [data-match]")).to_have_count(1)
    opened = frame.bounding_box()
    assert opened["width"] == pytest.approx(540 if device == "desk" else stage["width"], abs=1)
    assert 0 <= opened["y"] < 100
    page.mouse.move(stage["width"] / 2, stage["height"] / 2)
    page.mouse.wheel(0, 200)
    wait_until(page, lambda: frame.bounding_box()["y"] == pytest.approx(opened["y"] - 200, abs=2))
    assert frame.bounding_box()["width"] == opened["width"]
    page.keyboard.press("End")
    wait_until(page, lambda: frame.bounding_box()["y"] + frame.bounding_box()["height"] < stage["height"])

    page.get_by_role("button", name="Next match").click()
    expect(page.locator("[data-position]")).to_have_text("1 / 1")
    zoomed = frame.bounding_box()
    assert 0.003 * zoomed["height"] > 1.5 * 0.003 * opened["height"]
    assert 0.4 * zoomed["width"] <= stage["width"]
    middle = zoomed["y"] + 0.7015 * zoomed["height"]
    assert middle == pytest.approx(stage["y"] + stage["height"] / 2, abs=2)
    assert zoomed["x"] + 0.1 * zoomed["width"] >= stage["x"]
    assert zoomed["x"] + 0.5 * zoomed["width"] <= stage["x"] + stage["width"]


def test_selects_text_in_picture_with_the_pointer(open_page, show):
    lines = [*LINES[:2], {"text": "tall", "confidence": 1, "box": [[0.7, 0.2], [0.8, 0.2], [0.8, 0.9], [0.7, 0.9]]}]
    lines.append({"text": "tilted", "confidence": 1, "box": [[0.1, 0.3], [0.5, 0.4], [0.47, 0.5], [0.07, 0.4]]})
    photo = read_lines(show(picture(1, size=(800, 800))), lines)
    page = open_page("/search?q=调休", viewport=DESK)
    for is_lightbox in (True, False):
        if is_lightbox:
            page.locator(".hit .tile").click()
        else:
            page.goto(f"/photos/{photo.pk}")
        text = page.locator(".text-line")
        expect(text.first).to_be_hidden()
        page.get_by_role("button", name="Show text").click()
        frame = page.locator(".picture:visible").bounding_box()
        for number, line in enumerate(lines):
            box = text.nth(number).bounding_box()
            x, y = ([corner[axis] for corner in line["box"]] for axis in (0, 1))
            expected = (min(x), min(y), max(x) - min(x), max(y) - min(y))
            shares = (box["x"] - frame["x"], box["y"] - frame["y"], box["width"], box["height"])
            assert [share / frame["width"] for share in shares] == pytest.approx(expected, abs=0.01), line["text"]
        first, second = (text.nth(number).bounding_box() for number in (0, 1))
        page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
        page.mouse.down()
        page.mouse.move(second["x"] + second["width"] - 1, second["y"] + second["height"] / 2, steps=4)
        page.mouse.up()
        assert page.evaluate("getSelection().toString().trim().split(/\\s+/)") == ["放假通知", "五一调休"]
