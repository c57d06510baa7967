"""Tests of boxes around the words of a query, cut from the boxes of lines."""

import pytest

from search.keywords.matches import MatchFinder, part_of_box
from search.query.parser import parse


def line(text: str, box=((0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.0, 0.1))) -> dict:
    return {"text": text, "confidence": 1.0, "box": [list(corner) for corner in box]}


def find(query: str, *lines: dict):
    return MatchFinder(parse(query)).find(lines)


def across(box) -> tuple[float, float]:
    """Return the left and right edge of a box."""
    return min(x for x, _y in box), max(x for x, _y in box)


def test_boxes_part_of_line():
    (match,) = find("调休", line("五一调休安排"))
    assert match.text == "调休"
    left, right = across(match.boxes[0])
    assert left == pytest.approx(2 / 6, abs=0.05)
    assert right == pytest.approx(4 / 6, abs=0.05)


def test_estimates_mixed_widths():
    (match,) = find("NH961", line("航班航班 NH961"))
    left, right = across(match.boxes[0])
    assert 0.5 < left < 0.6
    assert right == 1


def test_finds_each_match_once():
    matches = find("tea", line("tea and TEA"), line("coffee"), line("more tea"))
    assert [match.text.lower() for match in matches] == ["tea", "tea", "tea"]


def test_word_across_two_lines_is_one_match():
    second = ((0.0, 0.2), (0.5, 0.2), (0.5, 0.3), (0.0, 0.3))
    (match,) = find("调休通知", line("国庆调"), line("休通知", second))
    assert len(match.boxes) == 2
    assert across(match.boxes[1]) == (0.0, 0.5)


def test_rotates_box_with_line():
    # Turned by a quarter, clockwise: the text runs down, its top is on the right.
    down = ((0.2, 0.0), (0.2, 1.0), (0.1, 1.0), (0.1, 0.0))
    box = part_of_box(down, "一二三四", begin=2, end=4)
    assert min(y for _x, y in box) == pytest.approx(0.5, abs=0.08)
    assert max(y for _x, y in box) == 1
    assert across(box) == (0.1, 0.2)


def test_boxes_part_of_upside_down_line():
    around = ((1.0, 0.2), (0.0, 0.2), (0.0, 0.1), (1.0, 0.1))
    assert across(part_of_box(around, "一二三四", begin=0, end=1)) == pytest.approx((0.75, 1.0), abs=0.08)


def test_measures_full_width_letters_as_written():
    (match,) = find("NH972", line("ＮＨ９７２"))
    assert across(match.boxes[0]) == (0.0, 1.0)


def test_boxes_similar_words_without_exact_ones():
    assert [match.text for match in find("housing", line("garden houses"))] == ["houses"]


def test_skips_lines_without_box():
    assert find("tea", {"text": "tea"}) == []
