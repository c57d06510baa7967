"""The separators within words, codes and numbers, which can be read as if they were not there.

Expressions begin where no earlier match can reach, and are possessive: each reads a text once.
"""

import re
from collections.abc import Iterator

from gallery.text.characters import NON_JOINER, SOFT_HYPHEN

# Numbers of at least so many digits are joined whatever separates the groups; shorter ones only by thousands.
MIN_JOINED_DIGITS = 6
# A full stop joins only the parts of longer codes: v1.2 is not v12.
MIN_DOTTED_CODE_LENGTH = 6
NUMBER_WITHOUT_SPACES = re.compile(r"(?<!\d)\d++(?:[./,'·_。-]\d++)+")
# Account numbers begin with letters: DE89 3704 0044 … A comma and a space separate the numbers of a list.
NUMBER_WITH_SPACES = re.compile(r"(?<![^\W_])[a-z]{0,4}\d++(?:(?:[ ()./'·_。-]{1,3}|,)\d++)+")
GROUP = re.compile(r"\d+")
PART = re.compile(r"[^\W_]+")
CODE = re.compile(r"(?<![^\W_])[^\W_]++(?:[-/_.·'][^\W_]++)+")
WITHIN_WORD = re.compile(rf"(?<=[^\W_])[-'’.·/\\_&@+\"{SOFT_HYPHEN}{NON_JOINER}]++(?=[^\W_])")
HYPHENATED = re.compile(rf"(?<=[^\W_])[-{SOFT_HYPHEN}] *+\n *+(?=[^\W_])")


def joints(text: str, *, with_spaces: bool = False) -> Iterator[int]:
    """Yield the ends of the words that the next word continues; `with_spaces`, also of groups of digits."""
    yield from (gap.start() for gap in HYPHENATED.finditer(text))
    for gap in WITHIN_WORD.finditer(text):
        if not (text[gap.start() - 1].isdigit() and text[gap.end()].isdigit()):
            yield gap.start()
    for number in (NUMBER_WITH_SPACES if with_spaces else NUMBER_WITHOUT_SPACES).finditer(text):
        if is_joined_number(number.group()):
            yield from (number.start() + group.end() for group in _but_last(GROUP, number.group()))
    for code in CODE.finditer(text):
        if _is_joined_code(code.group()):
            yield from (code.start() + part.end() for part in _but_last(PART, code.group()))


def spaced_numbers(text: str) -> Iterator[re.Match[str]]:
    """Yield long numbers whose groups of digits stand apart."""
    for number in NUMBER_WITH_SPACES.finditer(text):
        if not NUMBER_WITHOUT_SPACES.fullmatch(number.group()) and is_joined_number(number.group()):
            yield number


def _but_last(part: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(part.finditer(text))[:-1]


def is_joined_number(number: str) -> bool:
    """Return whether groups of digits are one number: in thousands, or long."""
    groups = GROUP.findall(number)
    in_thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return in_thousands or sum(map(len, groups)) >= MIN_JOINED_DIGITS


def _is_joined_code(code: str) -> bool:
    if not any(character.isalpha() for character in code):
        return False
    size = sum(character.isalnum() for character in code)
    return not re.search(r"\d[.'·]\d", code) or (code[0].isalpha() and size >= MIN_DOTTED_CODE_LENGTH)
