"""Recognise numbers that are nobody else's business: identity and bank cards, telephones, one-time codes; mask them.

Sources of the rules: GB 11643-1999 (Chinese identity numbers: region, date of birth, order, check character by ISO
7064 MOD 11-2); ISO/IEC 7812-1 (card numbers of 13 to 19 digits, check digit by Luhn's US patent 2,950,048); ITU-T
E.164 and the Chinese and North American numbering plans; for one-time codes, four to eight digits beside words that
announce them. What no rule recognises stays: these are help against carelessness, not a proof that nothing is told.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import cycle, pairwise

# Between the digits of one number people and text recognition put a space, a hyphen or a dot.
GAP = r"[ \u00a0.\-–]?"
NO_DIGIT_BEFORE = r"(?<![\dA-Za-z])"
NO_DIGIT_BEHIND = r"(?![\dA-Za-z])"

RUN_OF_DIGITS = re.compile(rf"\d(?:{GAP}\d){{3,}}[Xx]?")
WHOLE_LINE = "[masked]"

IDENTITY = re.compile(rf"{NO_DIGIT_BEFORE}\d(?:{GAP}\d){{16}}{GAP}[\dXxＸｘ]{NO_DIGIT_BEHIND}")
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
CARD = re.compile(rf"{NO_DIGIT_BEFORE}\d(?:{GAP}\d){{12,18}}{NO_DIGIT_BEHIND}")
ISSUERS = "234569"
TELEPHONE = re.compile(
    rf"""
    {NO_DIGIT_BEFORE}(?:
        (?:(?:\+|00)?86{GAP})? 1[3-9]\d (?:{GAP}\d){{8}}            # a Chinese mobile
      | (?:\+|00)86{GAP} 0?[1-9]\d{{1,2}} (?:{GAP}\d){{7,8}}        # a Chinese landline, from abroad
      | \(?0[1-9]\d{{1,2}}\)? [ \-–]? [2-9]\d{{2,3}} {GAP} \d{{4}}  # the same, at home
      | [48]00 [ \-–] \d{{3,4}} [ \-–] \d{{3,4}}                    # a Chinese hotline
      | \+[1-9] (?:[ \u00a0.\-–()]{{0,2}}\d){{7,14}}                # any other country's
      | (?:1[ .\-])? \(?[2-9]\d{{2}}\)? [ .\-] [2-9]\d{{2}} [ .\-] \d{{4}}  # North America's
    ){NO_DIGIT_BEHIND}
    """,
    re.VERBOSE,
)
ANNOUNCED = (
    r"验证码|校验码|动态码|动态密码|一次性密码|短信码|驗證碼|认证码|code|passcode|otp|one[- ]time|pin|password|密码"
)
CODE = rf"{NO_DIGIT_BEFORE}(?:\d{{4,8}}|\d{{3}}[ \-]\d{{3}}){NO_DIGIT_BEHIND}"
# The few characters between say "is", "为", "：", "【…】": no digits, no end of a sentence.
ONE_TIME = re.compile(
    rf"(?:{ANNOUNCED})[^\d\n。.;；]{{0,24}}?(?P<behind>{CODE})|(?P<before>{CODE})[^\d\n。.;；]{{0,24}}?(?:{ANNOUNCED})",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """`text` with what is recognised replaced by words in brackets."""
    for pattern, is_one, words in RULES:
        text = _mask_numbers(text, pattern, is_one, words)
    return ONE_TIME.sub(_mask_code, text)


def is_sensitive(text: str) -> bool:
    """Whether anything in `text` would be masked."""
    return mask(text) != text


def mask_lines(lines: Sequence[str]) -> list[str]:
    """The same for the lines of one picture: where a number goes on in the next line, both are masked whole."""
    masked = [mask(line) for line in lines]
    for number, (line, following) in enumerate(pairwise(lines)):
        is_hidden = masked[number] != line or masked[number + 1] != following
        if not is_hidden and is_sensitive(f"{line} {following}"):
            masked[number] = masked[number + 1] = WHOLE_LINE
    return masked


def mask_excerpt(excerpt: str, *, text: str) -> str:
    """The same for a piece of `text`, in which a number may be cut off: of a text that holds one, no number is told."""
    return RUN_OF_DIGITS.sub("[number]", mask(excerpt)) if is_sensitive(text) else mask(excerpt)


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


def is_card_number(text: str) -> bool:
    """13 to 19 digits, the first of an industry that issues payment cards, whose sum by Luhn ends in zero."""
    number = _digits(text)
    if not 13 <= len(number) <= 19 or not number.isdecimal() or number[0] not in ISSUERS:
        return False
    doubled = (int(digit) * factor for digit, factor in zip(reversed(number), cycle((1, 2)), strict=False))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _digits(text: str) -> str:
    """The digits in their plain form, and X."""
    return "".join(
        str(int(character)) if character.isdecimal() else "X"
        for character in text
        if character in "XxＸｘ" or character.isdecimal()
    )


def _mask_numbers(text: str, pattern: re.Pattern[str], is_one: Callable[[str], bool], words: str) -> str:
    return pattern.sub(lambda match: words if is_one(match[0]) else match[0], text)


def _mask_code(match: re.Match[str]) -> str:
    group = "behind" if match["behind"] else "before"
    begin, end = match.start(group) - match.start(), match.end(group) - match.start()
    return f"{match[0][:begin]}[one-time code]{match[0][end:]}"


RULES: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (IDENTITY, is_identity_number, "[identity card number]"),
    (CARD, is_card_number, "[bank card number]"),
    (TELEPHONE, bool, "[telephone number]"),
)
