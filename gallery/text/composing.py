"""Composes Unicode text in linear time, even with hundreds of accents on one letter."""

import re
import unicodedata
from functools import cache
from typing import Literal

# UAX #15, "Stream-Safe Text Format": no language needs more accents on one letter. Python sorts accents by insertion,
# which takes minutes for a megabyte of them.
MOST_ACCENTS = 30
GRAPHEME_JOINER = "\u034f"  # invisible; ends a run of accents
# Blocks of combining accents, and two characters that become accents when composed (halfwidth voiced sound marks).
FIRST_ACCENT, LAST_ACCENT = 0x300, 0x1E94A
BECOME_ACCENTS = "\u0f73\u0f75\u0f81\uff9e\uff9f"


def compose(text: str, *, form: Literal["NFC", "NFKC"]) -> str:
    """Return `text` in Unicode's form NFC or NFKC, with runs of more than MOST_ACCENTS accents broken up."""
    if not text.isascii():
        text = _long_runs().sub(rf"\g<0>{GRAPHEME_JOINER}", text)
    return unicodedata.normalize(form, text)


@cache
def _long_runs() -> re.Pattern[str]:
    accents = "".join(filter(unicodedata.combining, map(chr, range(FIRST_ACCENT, LAST_ACCENT + 1)))) + BECOME_ACCENTS
    return re.compile(f"[{accents}]{{{MOST_ACCENTS}}}(?=[{accents}])")
