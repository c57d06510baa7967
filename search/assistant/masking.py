"""Recognise numbers that are nobody else's business: identity and bank cards, telephones, one-time codes; mask them.

Sources of the rules: GB 11643-1999 (Chinese identity numbers: region, date of birth, order, check character by ISO
7064 MOD 11-2); ISO/IEC 7812-1 (card numbers of 13 to 19 digits, check digit by Luhn's US patent 2,950,048); ITU-T
E.164 and the Chinese and North American numbering plans; for one-time codes, four to eight digits beside words that
announce them. What no rule recognises stays: these are help against carelessness, not a proof that nothing is told.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from operator import itemgetter
from unicodedata import decimal

# Full-width forms in their plain one; whatever else people, and text recognition, take for a space or a hyphen.
SIGNS = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {
    **str.maketrans(dict.fromkeys("\t\v\f\r\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff", " ")),
    **str.maketrans(dict.fromkeys("‐‑‒–—―−·•・", "-")),
}
# What stands between the digits of one number; it may go on in the next line.
GAP = r"(?:[ .\-_]{0,3}|[ \-]?\n[ \-]?)"
# For cards also wider gaps, commas, slashes, asterisks and an empty line; then the groups must have the lengths of a
# card's.
CARD_GAP = r"(?:[ .,/*\-_]{0,3}|[ ]{4,8}|[ \-]?\n[ \-]?(?:\n[ \-]?)?)"
UNUSUAL_GAP = re.compile(r"[,/*]|[ ]{4}|\n[ \-]?\n")
CARD_GROUPS = range(4, 8)
MOST_LINES = 4  # as on cards that stand upright
NO_DIGIT_BEFORE = r"(?<!\d)"
NO_DIGIT_BEHIND = r"(?!\d)"

RUN_OF_DIGITS = re.compile(rf"\d(?:{GAP}\d){{3,}}[Xx]?")
WHOLE_LINE = "[masked]"

# Only what may hold a date of birth: hostile texts are digits all over.
IDENTITY = rf"[1-9](?:{GAP}\d){{5}}{GAP}(?:1{GAP}[89]|2{GAP}[01])(?:{GAP}\d){{9}}{GAP}[\dXx]"
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
CARD_LENGTHS = range(13, 20)
RUN_FOR_CARDS = re.compile(rf"\d(?:{CARD_GAP}\d){{{CARD_LENGTHS[0] - 1},}}")
DIGIT = re.compile(r"\d")
TWICE = str.maketrans("0123456789", "0246813579")  # and of two digits their sum
# Years or prices below each other: more lines than a card has, and no number goes on from one to the next.
COLUMN = re.compile(r"^\d{4}(?:\n\d{4}){5,}$", re.MULTILINE)
# What begins with 20 is a date more often than a card.
ISSUERS = ("22", "23", "24", "25", "26", "27", "3", "4", "5", "6", "9")
TELEPHONE = rf"""
      (?:(?:\+|00)?86{GAP})? \(?1[ ]?[3-9][ ]?\d\)? (?:{GAP}\d){{8}}   # a Chinese mobile
    | (?:\+|00)86{GAP} 0?[1-9]\d{{1,2}} (?:{GAP}\d){{7,8}}      # a Chinese landline, from abroad
    | \(?0[1-9]\d{{1,2}}\)? {GAP} [2-9]\d{{2,3}} {GAP} \d{{4}}  # the same, at home
    | [48]00 [ \-] \d{{3,4}} [ \-] \d{{3,4}}                    # a Chinese hotline
    | \+[1-9] (?:[ .\-()]{{0,2}}\d){{7,14}}                     # any other country's
    | (?:1[ .\-])? \(?[2-9]\d{{2}}\)? [ .\-] [2-9]\d{{2}} [ .\-] \d{{4}}  # North America's
    | (?!(?:19|20)\d\d(?:0[1-9]|1[0-2])) [2-9]\d{{2}}[2-9]\d{{6}}  # the same without gaps, unless it begins like a date
    | 07\d{{3}} [ ]? \d{{6}}                                   # a British mobile
"""
# Text recognition puts spaces between Chinese characters.
ANNOUNCED = "|".join(
    [
        *(
            " ?".join(word)
            for word in ("验证码", "校验码", "动态码", "动态口令", "短信码", "认证码", "安全码", "取件码")
        ),
        *(" ?".join(word) for word in ("驗證碼", "認證碼", "密码", "密碼")),
        *("code", "password", r"one[ \-]time", r"(?:verification|security) number"),
        *(rf"(?<![a-z]){word}(?![a-z])" for word in ("otp", "pin", "tan")),
    ]
)
DIGITS = r"\d{4,8}|\d{3}[ \-]\d{3}|\d\d(?:[ \-]\d\d){1,3}|\d(?: \d){3,7}"
CAPITALS = r"(?-i:(?=[A-Z]{1,7}\d|\d{1,7}[A-Z])[A-Z\d]{5,8})"
CODE = rf"(?:(?:{DIGITS}){NO_DIGIT_BEHIND}|{CAPITALS}(?!\d))(?![a-z])"
# The few characters between say "is", "为", ":", "【…】": no digits, no end of a sentence, at most one of a line.
WORDS = r"(?:[^\d\n.;。]|\.(?!\s)){0,40}?"
BETWEEN = rf"{WORDS}(?:\n{WORDS})?"


def mask(text: str) -> str:
    """`text` with what is recognised replaced by words in brackets."""
    return "\n".join(mask_lines(text.split("\n")))


def is_sensitive(text: str) -> bool:
    """Whether anything in `text` would be masked."""
    return bool(_spans(text))


def mask_lines(lines: Sequence[str]) -> list[str]:
    """The same for the lines of one picture: where a number goes on in the next line, both are masked whole."""
    spans, masked, at = _spans("\n".join(lines)), [], 0
    for line in lines:
        end = at + len(line)
        here = spans[bisect_right(spans, at, key=itemgetter(1)) : bisect_left(spans, end, key=itemgetter(0))]
        if any(span[0] < at or span[1] > end for span in here):
            masked.append(WHOLE_LINE)
        else:
            masked.append(_replace(line, [(begin - at, stop - at, words) for begin, stop, words in here]))
        at = end + 1
    return masked


def mask_excerpt(excerpt: str, *, text: str) -> str:
    """The same for a piece of `text`, in which a number may be cut off: of a text that holds one, no number is told."""
    masked = mask(excerpt)
    if not is_sensitive(text):
        return masked
    return _replace(masked, [(*match.span(), "[number]") for match in RUN_OF_DIGITS.finditer(_plain(masked))])


def is_identity_number(text: str) -> bool:
    """18 characters with a date of birth and the check character that belongs to them."""
    number = _digits(text)
    if len(number) != 18 or not number[:17].isdecimal():
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(number, IDENTITY_WEIGHTS, strict=False))
    return number[0] != "0" and 1850 <= born.year <= 2100 and number[17] == IDENTITY_CHECKS[weighted % 11]


def is_card_number(digits: str) -> bool:
    """13 to 19 digits, the first of an industry that issues payment cards, whose sum by Luhn ends in zero."""
    end = len(digits)
    return end in CARD_LENGTHS and digits.startswith(ISSUERS) and _sums(digits)[end % 2][end] % 10 == 0


def _digits(text: str) -> str:
    """The digits, and X."""
    return re.sub(r"[^\dX]", "", text.upper())


def _plain(text: str) -> str:
    """`text`, character by character, in the signs that the rules know."""
    return re.sub(r"\d", lambda match: str(decimal(match[0])), text).translate(SIGNS)


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Where what is recognised begins and ends in `text`, and the words in its place: in order, none in another."""
    apart: list[tuple[int, int, str]] = []
    for begin, end, words in sorted(_found(_plain(text))):
        if apart and begin < apart[-1][1]:
            first = apart.pop()
            begin, end, words = first[0], max(first[1], end), first[2]
        apart.append((begin, end, words))
    return apart


def _found(plain: str) -> Iterator[tuple[int, int, str]]:
    plain = COLUMN.sub(lambda match: match[0].replace("\n", "|"), plain)
    for pattern, is_one, words in RULES:
        for match in pattern.finditer(plain):
            if _goes_on(match[1]) and is_one(match[1]):
                yield *match.span(1), words
    for begin, end in _cards(plain):
        yield begin, end, "[bank card number]"


def _cards(plain: str) -> Iterator[tuple[int, int]]:
    """Where the longest card number begins and ends from each place in `plain` where one may begin.

    Neither begins nor ends in the middle of a group of digits. Runs are found first: each digit is read but once.
    """
    for run in RUN_FOR_CARDS.finditer(plain):
        at = [match.start() for match in DIGIT.finditer(plain, *run.span())]
        digits = "".join(plain[place] for place in at)
        begins = [first for first, place in enumerate(at) if not first or at[first - 1] < place - 1]
        ends, sums = {*begins, len(at)}, _sums(digits)
        for first in (place for place in begins if digits.startswith(ISSUERS, place)):
            for end in range(first + CARD_LENGTHS[-1], first + CARD_LENGTHS[0] - 1, -1):
                if end not in ends or (sums[end % 2][end] - sums[end % 2][first]) % 10:
                    continue
                if _goes_on(plain[at[first] : at[end - 1] + 1]):
                    yield at[first], at[end - 1] + 1
                    break


def _sums(digits: str) -> tuple[list[int], list[int]]:
    """By Luhn, of the digits before each place: with those in even places doubled, and with those in odd ones."""
    even, odd = list(map(int, digits)), list(map(int, digits.translate(TWICE)))
    even[::2], odd[::2] = odd[::2], even[::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _goes_on(number: str) -> bool:
    """Whether it may be one number: on several lines not prices, nor the days of a calendar, below each other."""
    if UNUSUAL_GAP.search(number):
        first, *between, _last = re.findall(r"\d+", number)
        if not all(len(group) in CARD_GROUPS for group in (first, *between)):
            return False
        number = re.sub(r"\n[ \-]?\n", "\n", number)
    lines = number.count("\n")
    if not lines:
        return True
    if lines >= MOST_LINES or "." in number:
        return False
    *groups, _last = re.findall(r"\d+", number)
    return all(len(group) > 2 for group in groups)


def _replace(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for begin, end, words in spans:
        pieces += [text[at:begin], words]
        at = end
    return "".join([*pieces, text[at:]])


def _wherever(number: str) -> re.Pattern[str]:
    """Finds `number` as the first group, wherever it may begin: within what looked like another, too."""
    return re.compile(rf"{NO_DIGIT_BEFORE}(?=({number}){NO_DIGIT_BEHIND})", re.VERBOSE)


RULES: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (_wherever(IDENTITY), is_identity_number, "[identity card number]"),
    (_wherever(TELEPHONE), bool, "[telephone number]"),
    (re.compile(rf"(?:{ANNOUNCED})(?:{BETWEEN}(?<![\da-z]))?({CODE})", re.IGNORECASE), bool, "[one-time code]"),
    (re.compile(rf"(?<![\da-z])({CODE})(?={BETWEEN}(?:{ANNOUNCED}))", re.IGNORECASE), bool, "[one-time code]"),
)
