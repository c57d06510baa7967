"""Tests of boxes around the words of a query, cut from the boxes of lines."""

import pytest

from gallery.models import Photo
from gallery.text.canonical import fold
from search.keywords.matches import MatchFinder, part_of_box
from search.models import PhotoText
from search.query.parser import parse


def line(text: str, box=((0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.0, 0.1))) -> dict:
    return {"text": text, "confidence": 1.0, "box": [list(corner) for corner in box]}


def photo_of(*lines: dict) -> Photo:
    text = "".join(line.get("separator", "\n") + line["text"] for line in lines).strip()
    photo = Photo()
    photo.text = PhotoText(text=text, folded=fold(text), lines=list(lines))
    return photo


def find(query: str, *lines: dict):
    return MatchFinder(parse(query)).find(photo_of(*lines))


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


def below(number: int, *, width: float = 1.0):
    """Return the box of a line below others."""
    top = number / 10
    return (0.0, top), (width, top), (width, top + 0.1), (0.0, top + 0.1)


def test_boxes_hyphenated_word_in_both_lines():
    (match,) = find("international", line("an inter-"), line("national airport", below(1)))
    assert match.text == "inter-\nnational"
    (left, right), (left_below, right_below) = map(across, match.boxes)
    assert (right, left_below) == (pytest.approx(1), 0)
    assert left == pytest.approx(0.3, abs=0.06)
    assert right_below == pytest.approx(0.56, abs=0.06)


def test_boxes_number_over_two_lines():
    (match,) = find("13813572468", line("tel 138135"), line("72468 ok", below(1)))
    assert len(match.boxes) == 2


def test_boxes_address_over_three_lines():
    lines = (line("https://exa", below(0)), line("mple.net/pa", below(1)), line("th/42 and", below(2)))
    (match,) = find("example.net/path/42", *lines)
    assert len(match.boxes) == 3


def test_places_lines_with_any_separator():
    lines = [line("tea"), line("room", below(1)) | {"separator": "\t"}, line("tea", below(2)) | {"separator": "\n\n"}]
    assert [match.boxes[0][0][1] for match in find("tea", *lines)] == [0.0, 0.2]


def test_measures_right_to_left_lines_from_right():
    (match,) = find("שלום", line("שלום עולם טוב"))
    left, right = across(match.boxes[0])
    assert right == 1
    assert left == pytest.approx(0.7, abs=0.08)


def test_measures_numbers_in_right_to_left_lines():
    # Seen from the left: the second word, the number, the first word.
    text = "مرحبا 12345 بالعالم"
    first, number, last = (across(find(word, line(text))[0].boxes[0]) for word in text.split())
    assert last[0] < number[0] < first[0]
    assert last[1] < number[1] < first[1] == 1
    (match,) = find("123", line(text))
    assert across(match.boxes[0])[0] == pytest.approx(number[0], abs=0.01)


def test_measures_right_to_left_word_in_other_line():
    left, right = across(find("tel", line("שם tel aviv"))[0].boxes[0])
    assert 0.2 < left < right < 0.65


def test_gives_marks_no_width():
    (match,) = find("bc", line("a\u0301\u0301\u0301 bc a\u0301\u0301\u0301"))
    left, right = across(match.boxes[0])
    assert left + right == pytest.approx(1, abs=0.02)


def test_boxes_whole_ligature():
    (match,) = find("fi", line("ﬁve"))
    assert match.text == "ﬁ"
    (match,) = find("strass", line("Straße"))
    assert match.text == "Straß"


def test_boxes_similar_spelling():
    assert [match.text for match in find("lufthanza", line("Flug Lufthansa"))] == ["Lufthansa"]


def test_boxes_only_exact_words_of_other_texts():
    photo = photo_of(line("frankfurt"))
    photo.filename = "frankfrt.png"
    assert MatchFinder(parse("frankfrt")).find(photo) == []


def test_finds_no_matches_without_text():
    assert MatchFinder(parse("tea")).find(Photo(filename="tea.png")) == []
