"""Other ways to write a term: numbers in Chinese, umlauts spelled out, codes in parts, spaces lost or added."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from gallery.text.canonical import forms, is_short_word
from search.query.spelling import MIN_LETTERS, Span, exact_spans

DIGITS = "零一二三四五六七八九"
UNITS = {"十": 10, "百": 100, "千": 1000}
MYRIAD = "万"
CHINESE_NUMBER = re.compile(f"[{DIGITS}〇两{''.join(UNITS)}{MYRIAD}]+")
NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
CLOCK = re.compile(r"([01]?\d|2[0-3]) ([0-5]\d)")
CHINESE_CLOCK = re.compile(r"(\d{1,2}) (?:[时点] (\d{2}) ?分?|点半)")
CHINESE_PHRASE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]{4,60}")
CODE_PARTS = re.compile("[a-z]+|[0-9]+")
UMLAUT = re.compile("(?<=[aou])e")
MIN_PHONE_DIGITS = 8
# The parts of a word that a wrong space makes: shorter words are no longer recognised as the same.
MAX_SPLIT_LENGTH = 30
MIN_SPLIT_LENGTH, MIN_PART_LENGTH, MIN_GLUED_LENGTH = 6, 2, 4


@lru_cache(maxsize=1000)
def variants(form: str) -> tuple[str, ...]:
    """Return the other forms of a term in canonical form: a text that contains one of them contains a similar term."""
    written = [
        *_numbers(form),
        *_clock(form),
        *(time for number in _numbers(form) for canonical in forms(number) for time in _clock(canonical)),
    ]
    if form.isascii() and form.isalpha() and len(form) > MIN_LETTERS:
        written.append(UMLAUT.sub("", form))
    if re.fullmatch("(?=.*[a-z])(?=.*[0-9])[a-z0-9]+", form):
        written.append(" ".join(CODE_PARTS.findall(form)))
    if form.isdecimal() and len(form) >= MIN_PHONE_DIGITS:
        # +49 (0)30 … and 030 …
        written += [form[1:]] if form[0] == "0" else [f"{form[:at]}0{form[at:]}" for at in range(1, 4)]
    found = dict.fromkeys(canonical for text in written for canonical in forms(text))
    return tuple(canonical for canonical in found if canonical != form)


def variant_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of the other ways to write a form in a passage; numbers only whole, except telephone numbers."""
    for variant in variants(form):
        is_phone = variant.isdecimal() and len(variant) >= MIN_PHONE_DIGITS
        for begin, end in exact_spans(variant, text):
            if is_phone or not (_goes_on(text, begin) or _goes_on(text, end)):
                yield begin, end


@lru_cache(maxsize=1000)
def splits(form: str) -> tuple[str, ...]:
    """Return a word with a space at each place where recognition may have added one."""
    if not MIN_SPLIT_LENGTH <= len(form) <= MAX_SPLIT_LENGTH or not form.isalpha() or len(forms(form)) != 1:
        return ()
    places = range(MIN_PART_LENGTH, len(form) - MIN_PART_LENGTH + 1)
    return tuple(f"{form[:at]} {form[at:]}" for at in places)


def split_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of a word in a passage with one space in it."""
    for split in splits(form):
        whole = f" {split} "
        at = text.find(whole)
        while at >= 0:
            yield at + 1, at + len(whole) - 1
            at = text.find(whole, at + 1)


def glued(form: str) -> str:
    """Return the end of a longer word that has lost the space before the short word `form`; empty for others."""
    return f"{form} " if is_short_word(form) and len(form) >= MIN_GLUED_LENGTH else ""


def glued_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of a short word at the end of much longer ones, whose spaces recognition may have lost."""
    end = glued(form)
    at = text.find(end) if end else -1
    while at >= 0:
        if " " not in text[max(at - MIN_GLUED_LENGTH, 0) : at]:
            yield at, at + len(form)
        at = text.find(end, at + 1)


def reordered_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of the parts of a Chinese phrase, if a passage has all of them, in any order.

    Each part has at least two characters. The index decides if the parts are words.
    """
    parts = _parts(form, text) if CHINESE_PHRASE.fullmatch(form) else []
    if len(parts) < 2:
        return
    at = 0
    while found := min(((place, part) for part in parts if (place := text.find(part, at)) >= 0), default=None):
        begin, part = found
        at = begin + len(part)
        yield begin, at


def _parts(phrase: str, text: str) -> list[str]:
    """Return `phrase` cut into the fewest parts of at least two characters that `text` contains; empty if it cannot."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(phrase) + 1):
        ends = (
            [*before, phrase[begin:end]]
            for begin in range(end - 1)
            if (before := best[begin]) is not None and phrase[begin:end] in text
        )
        best.append(min(ends, key=len, default=None))
    return best[-1] or []


def joined_neighbours(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the index of each word that may have lost the space behind it, and the form of it and the next word."""
    for at, (left, right) in enumerate(pairwise(words)):
        parts = [form[0] for word in (left, right) if (form := forms(word))]
        joined = "".join(parts)
        if len(parts) == 2 and joined.isalnum() and joined.isascii():
            yield at, joined


def _goes_on(text: str, at: int) -> bool:
    """Return whether a number goes on at this edge of a place."""
    return any(all(map(is_numeral, text[at - 1 : at + 1])) for is_numeral in (str.isdecimal, _is_chinese_numeral))


def _is_chinese_numeral(character: str) -> bool:
    return CHINESE_NUMBER.fullmatch(character) is not None


def _numbers(form: str) -> Iterator[str]:
    """Yield the form with its Chinese numbers in digits, and with its digits in Chinese."""
    if CHINESE_NUMBER.search(form):
        yield CHINESE_NUMBER.sub(lambda number: str(_value(number[0])), form)
    if NUMBER.search(form) and not re.search("[a-z]", form):
        yield NUMBER.sub(lambda number: _in_chinese(int(number[0])), form)
        yield NUMBER.sub(lambda number: "".join(DIGITS[int(digit)] for digit in number[0]).replace("零", "〇"), form)


def _clock(form: str) -> Iterator[str]:
    """Yield the other ways to write a time: 21:30, 21时30分, 21点半."""
    if clock := CLOCK.fullmatch(form):
        hour, minute = clock.groups()
        for written in (int(hour), _in_chinese(int(hour))):
            yield f"{written}时{minute}"
            yield f"{written}点{minute}"
            yield f"{written}点半" if minute == "30" else f"{written}点{_in_chinese(int(minute))}分"
    for hour, minute in CHINESE_CLOCK.findall(form):
        yield f"{hour} {minute or 30}"


def _value(number: str) -> int | str:
    """Return the value of a Chinese number; digit by digit if it has no units, such as a year."""
    plain = number.replace("〇", "零").replace("两", "二")
    if not any(unit in plain for unit in (*UNITS, MYRIAD)):
        return "".join(str(DIGITS.index(digit)) for digit in plain)
    total = section = digit = 0
    for character in plain:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in UNITS:
            section += (digit or 1) * UNITS[character]
            digit = 0
        else:
            total += (section + digit or 1) * 10_000
            section = digit = 0
    return total + section + digit


def _in_chinese(value: int) -> str:
    """Return a number below 10,000 in Chinese characters."""
    written, is_zero_open = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = value // size % 10
        if digit:
            written += ("零" if is_zero_open and written else "") + DIGITS[digit] + unit
        is_zero_open = not digit
    return (written or DIGITS[0]).removeprefix("一") if 10 <= value < 20 else written or DIGITS[0]
