"""Masking of sensitive numbers: ID cards, bank cards, telephones and one-time codes.

Sources of the rules: GB 11643-1999 (Chinese identity numbers: region, date of birth, sequence, check character by ISO
7064 MOD 11-2); ISO/IEC 7812-1 (card numbers of 13 to 19 digits, check digit by Luhn's US patent 2,950,048); ITU-T
E.164 and the Chinese and North American numbering plans; one-time codes of four to eight digits next to words such as
"code". Numbers that no rule recognises stay: masking prevents accidents, it does not guarantee privacy.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from operator import itemgetter
from unicodedata import decimal

# Full-width forms become ASCII; other spaces and hyphens, as people and text recognition write them, become plain.
SIGNS = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {
    **str.maketrans(dict.fromkeys("\t\v\f\r\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff", " ")),
    **str.maketrans(dict.fromkeys("‐‑‒–—―−·•・", "-")),
}
# Characters between the digits of one number, which may continue in the next line.
GAP = r"(?:[ .\-_]{0,3}|[ \-]?\n[ \-]?)"
# Cards may also have wider gaps, commas, slashes, asterisks and an empty line, if the groups have the usual lengths.
CARD_GAP = r"(?:[ .,/*\-_]{0,3}|[ ]{4,8}|[ \-]?\n[ \-]?(?:\n[ \-]?)?)"
UNUSUAL_GAP = re.compile(r"[,/*]|[ ]{4}|\n[ \-]?\n")
CARD_GROUPS = range(4, 8)
MAX_LINES = 4  # as on upright cards
NO_DIGIT_BEFORE = r"(?<!\d)"
NO_DIGIT_AFTER = r"(?!\d)"

RUN_OF_DIGITS = re.compile(rf"\d(?:{GAP}\d){{3,}}[Xx]?")
MASKED_LINE = "[masked]"

# Only numbers with a possible date of birth, to limit the work for hostile texts full of digits.
IDENTITY = rf"[1-9](?:{GAP}\d){{5}}{GAP}(?:1{GAP}[89]|2{GAP}[01])(?:{GAP}\d){{9}}{GAP}[\dXx]"
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
CARD_LENGTHS = range(13, 20)
RUN_FOR_CARDS = re.compile(rf"\d(?:{CARD_GAP}\d){{{CARD_LENGTHS[0] - 1},}}")
DIGIT = re.compile(r"\d")
LUHN_DOUBLED = str.maketrans("0123456789", "0246813579")  # doubled digits; for two digits, their sum
# Years or prices in a column: more lines than a card has, and each line is a separate number.
COLUMN_OF_NUMBERS = re.compile(r"^\d{4}(?:\n\d{4}){5,}$", re.MULTILINE)
# Numbers that begin with 20 or 21 are more often dates than cards.
CARD_PREFIXES = ("22", "23", "24", "25", "26", "27", "3", "4", "5", "6", "9")
TELEPHONE = rf"""
      (?:(?:\+|00)?86{GAP})? \(?1[ ]?[3-9][ ]?\d\)? (?:{GAP}\d){{8}}   # a Chinese mobile
    | (?:\+|00)86{GAP} 0?[1-9]\d{{1,2}} (?:{GAP}\d){{7,8}}      # a Chinese landline, from abroad
    | \(?0[1-9]\d{{1,2}}\)? {GAP} [2-9]\d{{2,3}} {GAP} \d{{4}}  # the same, within China
    | [48]00 [ \-] \d{{3,4}} [ \-] \d{{3,4}}                    # a Chinese hotline
    | \+[1-9] (?:[ .\-()]{{0,2}}\d){{7,14}}                     # any other country's
    | (?:1[ .\-])? \(?[2-9]\d{{2}}\)? [ .\-] [2-9]\d{{2}} [ .\-] \d{{4}}  # North America's
    | (?!(?:19|20)\d\d(?:0[1-9]|1[0-2])) [2-9]\d{{2}}[2-9]\d{{6}}  # the same without gaps, unless it begins like a date
    | 07\d{{3}} [ ]? \d{{6}}                                   # a British mobile
"""
# Text recognition inserts spaces between Chinese characters.
CODE_WORDS = "|".join(
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
CODE = rf"(?:(?:{DIGITS}){NO_DIGIT_AFTER}|{CAPITALS}(?!\d))(?![a-z])"
# Characters between the words and the code, such as "is", "为", ":", "【…】": no digits, no end of a sentence, at most
# one line break or empty line.
FILLER = r"(?:[^\d\n.;。]|\.(?!\s)){0,40}?"
FILLER_LINES = rf"{FILLER}(?:\n\n?{FILLER})?"


def mask(text: str) -> str:
    """Return `text` with sensitive numbers replaced by words in brackets."""
    return "\n".join(mask_lines(text.split("\n")))


def is_sensitive(text: str) -> bool:
    """Return whether `mask` would change `text`."""
    return bool(_spans(text))


def mask_lines(lines: Sequence[str]) -> list[str]:
    """Mask the lines of one picture; lines that share a number are masked entirely."""
    spans, masked, at = _spans("\n".join(lines)), [], 0
    for line in lines:
        end = at + len(line)
        here = spans[bisect_right(spans, at, key=itemgetter(1)) : bisect_left(spans, end, key=itemgetter(0))]
        if any(span[0] < at or span[1] > end for span in here):
            masked.append(MASKED_LINE)
        else:
            masked.append(_replace(line, [(begin - at, stop - at, words) for begin, stop, words in here]))
        at = end + 1
    return masked


def mask_excerpt(excerpt: str, *, text: str) -> str:
    """Mask a part of `text`, which may cut off a number: if `text` is sensitive, mask all numbers in the part."""
    masked = mask(excerpt)
    if not is_sensitive(text):
        return masked
    return _replace(masked, [(*match.span(), "[number]") for match in RUN_OF_DIGITS.finditer(_plain(masked))])


def is_identity_number(text: str) -> bool:
    """Return whether these are 18 characters with a date of birth and the right check character."""
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
    """Return whether these are 13 to 19 digits with the prefix of a card issuer and the right check digit."""
    end = len(digits)
    return end in CARD_LENGTHS and digits.startswith(CARD_PREFIXES) and _luhn_sums(digits)[end % 2][end] % 10 == 0


def _digits(text: str) -> str:
    return re.sub(r"[^\dX]", "", text.upper())


def _plain(text: str) -> str:
    """Return `text` with ASCII digits, spaces and hyphens, character by character."""
    return re.sub(r"\d", lambda match: str(decimal(match[0])), text).translate(SIGNS)


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Return begin, end and replacement of the sensitive numbers in `text`, in order and without overlaps."""
    apart: list[tuple[int, int, str]] = []
    for begin, end, words in sorted(_found(_plain(text))):
        if apart and begin < apart[-1][1]:
            first = apart.pop()
            begin, end, words = first[0], max(first[1], end), first[2]
        apart.append((begin, end, words))
    return apart


def _found(plain: str) -> Iterator[tuple[int, int, str]]:
    plain = COLUMN_OF_NUMBERS.sub(lambda match: match[0].replace("\n", "|"), plain)
    for pattern, is_valid, words in RULES:
        for match in pattern.finditer(plain):
            if _may_be_one_number(match[1]) and is_valid(match[1]):
                yield *match.span(1), words
    for begin, end in _card_spans(plain):
        yield begin, end, "[bank card number]"


def _card_spans(plain: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the longest card number at each position in `plain` where one may begin.

    Card numbers begin and end at the edges of groups of digits. Runs of digits are found first, so that each digit is
    read only once.
    """
    for run in RUN_FOR_CARDS.finditer(plain):
        at = [match.start() for match in DIGIT.finditer(plain, *run.span())]
        digits = "".join(plain[place] for place in at)
        begins = [first for first, place in enumerate(at) if not first or at[first - 1] < place - 1]
        ends, sums = {*begins, len(at)}, _luhn_sums(digits)
        for first in (place for place in begins if digits.startswith(CARD_PREFIXES, place)):
            for end in range(first + CARD_LENGTHS[-1], first + CARD_LENGTHS[0] - 1, -1):
                if end not in ends or (sums[end % 2][end] - sums[end % 2][first]) % 10:
                    continue
                if _may_be_one_number(plain[at[first] : at[end - 1] + 1]):
                    yield at[first], at[end - 1] + 1
                    break


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Return Luhn sums of the digits before each position, with even positions doubled and with odd ones doubled."""
    even, odd = list(map(int, digits)), list(map(int, digits.translate(LUHN_DOUBLED)))
    even[::2], odd[::2] = odd[::2], even[::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _may_be_one_number(number: str) -> bool:
    """Return whether this may be one number, and not prices or days of a calendar in several lines."""
    if UNUSUAL_GAP.search(number):
        first, *between, _last = re.findall(r"\d+", number)
        if not all(len(group) in CARD_GROUPS for group in (first, *between)):
            return False
        number = re.sub(r"\n[ \-]?\n", "\n", number)
    lines = number.count("\n")
    if not lines:
        return True
    if lines >= MAX_LINES or "." in number:
        return False
    *groups, _last = re.findall(r"\d+", number)
    return all(len(group) > 2 for group in groups)


def _replace(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for begin, end, words in spans:
        pieces += [text[at:begin], words]
        at = end
    return "".join([*pieces, text[at:]])


def _at_any_position(number: str) -> re.Pattern[str]:
    """Compile a pattern that finds `number` as its first group at every position, even within another match."""
    return re.compile(rf"{NO_DIGIT_BEFORE}(?=({number}){NO_DIGIT_AFTER})", re.VERBOSE)


RULES: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (_at_any_position(IDENTITY), is_identity_number, "[identity card number]"),
    (_at_any_position(TELEPHONE), bool, "[telephone number]"),
    (re.compile(rf"(?:{CODE_WORDS})(?:{FILLER_LINES}(?<![\da-z]))?({CODE})", re.IGNORECASE), bool, "[one-time code]"),
    (re.compile(rf"(?<![\da-z])({CODE})(?={FILLER_LINES}(?:{CODE_WORDS}))", re.IGNORECASE), bool, "[one-time code]"),
)
