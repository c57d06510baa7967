"""Folds texts for comparison: full-width forms, letter case, and spaces next to Chinese characters are ignored.

Python, PostgreSQL and Elasticsearch (which may lack its ICU plugin) apply the same rules, so that index and database
find the same photos.
"""

import re

from gallery.text import normalizing

# Character classes, for regular expressions of Python, Java and PostgreSQL. Chinese characters and Japanese syllables
# are written without spaces: a space that OCR sees, or a line break, does not end a word.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
SPACE = " \t\n\r\f\x0b"

# Spelled out, because \s differs between the three engines. Runs of spaces are reduced to one first, because an
# expression that looks behind a run reads it again from each position.
SPACES = f"[{SPACE}]+"
IGNORABLE_SPACE = f"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])"

# Words up to this length match at the start of words only: "cat" and "rain" are in "education" and "training". Longer
# ones rarely match by accident, and OCR drops spaces.
MAX_SHORT_WORD_LENGTH = 5


# Phone and card numbers are written in groups, but typed without separators.
SEPARATORS = " ()-"
MIN_DIGITS = 6


def compose(text: str) -> str:
    """Return `text` in Unicode's NFKC form: ＮＨ９６１ becomes NH961."""
    return normalizing.normalize_unicode(text, form="NFKC")


def fold(text: str) -> str:
    """Return the form of `text` in which it is compared with other texts."""
    return re.sub(IGNORABLE_SPACE, "", re.sub(SPACES, " ", compose(text))).lower().strip()


def is_short_word(term: str) -> bool:
    """Return True for a Latin word that is too short to match inside other words."""
    return re.fullmatch(f"[{LATIN}]{{1,{MAX_SHORT_WORD_LENGTH}}}", term) is not None


def digits_of(term: str) -> str:
    """Return the digits of a long number without separators; empty if `term` is not a long number."""
    digits = re.sub(f"[+{SEPARATORS}]", "", term)
    return digits if len(digits) >= MIN_DIGITS and digits.isdecimal() else ""
