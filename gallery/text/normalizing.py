"""Unicode normalization in linear time, even with hundreds of accents on one letter."""

import re
import unicodedata
from functools import cache
from typing import Literal

# UAX #15, "Stream-Safe Text Format": no language needs more accents on one letter. Python sorts accents by insertion,
# which takes minutes for a megabyte of them.
MAX_ACCENTS = 30
GRAPHEME_JOINER = "\u034f"  # invisible; ends a run of accents
# The range of combining accents, and characters that normalization turns into accents.
FIRST_ACCENT, LAST_ACCENT = 0x300, 0x1E94A
COMPOSED_ACCENTS = "\u0f73\u0f75\u0f81\uff9e\uff9f"


def normalize_unicode(text: str, *, form: Literal["NFC", "NFKC"]) -> str:
    """Return `text` in Unicode's form NFC or NFKC, with runs of more than MAX_ACCENTS accents broken up."""
    if not text.isascii():
        text = _long_runs().sub(rf"\g<0>{GRAPHEME_JOINER}", text)
    return unicodedata.normalize(form, text)


@cache
def _long_runs() -> re.Pattern[str]:
    accents = "".join(filter(unicodedata.combining, map(chr, range(FIRST_ACCENT, LAST_ACCENT + 1)))) + COMPOSED_ACCENTS
    return re.compile(f"[{accents}]{{{MAX_ACCENTS}}}(?=[{accents}])")
