"""The work on hostile patterns and names grows no faster than their length."""

from collections.abc import Callable

import pytest

from gallery.bulk_import.safety import MAX_PATTERN_LENGTH, check_patterns
from gallery.sources import wechat
from gallery.sources.dated_folders import period_of_folders
from gallery.sources.dates_in_names import date_in_filename
from gallery.sources.kinds import kind_of_name
from gallery.sources.skip_rules import SkipRules
from gallery.sources.takeout import recognises
from gallery.sources.takeout_names import (
    composed_name,
    possible_original_titles,
    possible_titles,
    sidecar_fits,
    sidecar_stems,
)
from gallery.sources.trees import decode_name
from tests.linear_work import assert_linear

LONGEST_NAME = 4096
LONGEST_IN_ARCHIVE = 65_535

PATTERNS = {
    "nine stars": ["*a*a*a*a*a*a*a*a*b"],
    "three stars": ["*a*a*a*b"],
    "as many stars as there may be": ["*a" * (MAX_PATTERN_LENGTH // 2)],
    "stars and marks": ["*?a?a" * (MAX_PATTERN_LENGTH // 6) + "b"],
    "stars and brackets": ["*[ab]" * (MAX_PATTERN_LENGTH // 6) + "b"],
    "adjacent stars": ["*" * (MAX_PATTERN_LENGTH - 1) + "b"],
    "folders": ["**/a/" * (MAX_PATTERN_LENGTH // 6) + "b"],
    "folders of stars": ["**/*a*/" * (MAX_PATTERN_LENGTH // 8) + "b"],
    "a hundred": ["*a*a*a*a*a*a*a*a*" + chr(ord("b") + number % 20) for number in range(100)],
}
NAMES: dict[str, Callable[[int], str]] = {
    "letters": lambda size: "a" * (size - 4) + ".png",
    "folders": lambda size: "a/" * (size // 2) + "x.png",
    "folders of letters": lambda size: ("a" * 50 + "/") * (size // 51) + "x.png",
}
UNITS = [
    "1", "2", "20", "2023", "2023-05-", "2023 ", "12 ", " ", "(1", "(", ".", "_", "-edited", ".pic_thum", "th_", "a\n",
    "capture_", "mmexport1", "@01-05-2023_", "é", "e\u0301\u0327", "茶", "年 ", "\\", "/", "2023/05/",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("patterns", PATTERNS.values(), ids=PATTERNS)
def test_ignores_hostile_names_in_linear_time(patterns: list[str], name: Callable[[int], str]) -> None:
    check_patterns(patterns)
    rules = SkipRules(patterns)
    assert_linear(rules.file_reason, name, largest=LONGEST_NAME)
    assert_linear(rules.folder_reason, name, largest=LONGEST_NAME)


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*b", "**/*a*a*a*/**/*a*b"])
def test_ignores_far_longer_names_in_linear_time(pattern: str) -> None:
    assert_linear(SkipRules([pattern]).file_reason, NAMES["letters"], largest=LONGEST_IN_ARCHIVE)


@pytest.mark.parametrize("unit", UNITS)
def test_reads_hostile_names_in_linear_time(unit: str) -> None:
    def read(name: str) -> None:
        date_in_filename(name)
        kind_of_name(name)
        recognises([name])
        wechat.recognises([name])
        wechat.THUMBNAIL.fullmatch(name)
        wechat.THUMBNAIL.fullmatch(name + "\n")
        decode_name(name.encode())
        SkipRules().file_reason(name)
        for base, number in possible_titles(composed_name(name)):
            sidecar_fits(name, base, base=number)
            sidecar_stems(base, number)

    assert_linear(read, lambda size: unit * (size // len(unit)), largest=LONGEST_IN_ARCHIVE)


@pytest.mark.parametrize("unit", UNITS)
def test_reads_hostile_paths_in_linear_time(unit: str) -> None:
    # Longer paths are refused earlier.
    assert_linear(period_of_folders, lambda size: unit * (size // len(unit)) + "/x.jpg", largest=LONGEST_NAME)
    assert_linear(
        lambda name: list(possible_original_titles(name)),
        lambda size: unit * (size // len(unit)) + ".jpg",
        largest=255 * 8,
    )
