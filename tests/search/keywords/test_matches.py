"""Boxes around the words of a query, from the boxes of lines."""

import pytest

from search.keywords.matches import MatchFinder, part_of_box
from search.query.parser import parse


def line(text: str, box=((0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.0, 0.1))) -> dict:
    return {"text": text, "confidence": 1.0, "box": [list(corner) for corner in box]}


def find(query: str, *lines: dict):
    return MatchFinder(parse(query)).find(lines)


def across(box) -> tuple[float, float]:
    """Where a box begins and ends from left to right."""
    return min(x for x, _y in box), max(x for x, _y in box)


def test_only_the_part_of_the_line_is_boxed_chinese_twice_as_wide():
    (match,) = find("调休", line("五一调休安排"))
    assert match.text == "调休"
    left, right = across(match.boxes[0])
    assert left == pytest.approx(2 / 6, abs=0.05)
    assert right == pytest.approx(4 / 6, abs=0.05)


def test_mixed_widths_are_estimated():
    (match,) = find("NH961", line("航班航班 NH961"))
    left, right = across(match.boxes[0])
    assert 0.5 < left < 0.6
    assert right == 1


def test_every_place_is_found_once_and_lines_without_the_word_are_left_alone():
    matches = find("tea", line("tea and TEA"), line("coffee"), line("more tea"))
    assert [match.text.lower() for match in matches] == ["tea", "tea", "tea"]


def test_a_word_over_the_end_of_a_line_is_one_match_with_two_boxes():
    second = ((0.0, 0.2), (0.5, 0.2), (0.5, 0.3), (0.0, 0.3))
    (match,) = find("调休通知", line("国庆调"), line("休通知", second))
    assert len(match.boxes) == 2
    assert across(match.boxes[1]) == (0.0, 0.5)


def test_in_a_turned_picture_the_box_turns_along():
    # Turned by a quarter, clockwise: the text runs down, its top is on the right.
    down = ((0.2, 0.0), (0.2, 1.0), (0.1, 1.0), (0.1, 0.0))
    box = part_of_box(down, "一二三四", begin=2, end=4)
    assert min(y for _x, y in box) == pytest.approx(0.5, abs=0.08)
    assert max(y for _x, y in box) == 1
    assert across(box) == (0.1, 0.2)


def test_upside_down_too():
    around = ((1.0, 0.2), (0.0, 0.2), (0.0, 0.1), (1.0, 0.1))
    assert across(part_of_box(around, "一二三四", begin=0, end=1)) == pytest.approx((0.75, 1.0), abs=0.08)


def test_full_width_letters_count_in_the_line_as_they_stand():
    (match,) = find("NH972", line("ＮＨ９７２"))
    assert across(match.boxes[0]) == (0.0, 1.0)


def test_words_that_are_only_alike_are_boxed_where_no_others_are():
    assert [match.text for match in find("housing", line("garden houses"))] == ["houses"]


def test_lines_without_a_box_are_passed_over():
    assert find("tea", {"text": "tea"}) == []
