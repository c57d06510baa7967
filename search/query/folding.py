"""How texts are compared: full-width forms, letter case, and spaces beside Chinese characters do not matter.

The same rules are stated for Python, PostgreSQL and Elasticsearch (whose ICU plugin cannot be counted on), so that
index and database find the same photos.
"""

import re

from django.db.models import Func, TextField

from gallery.text import composing

# Inside the brackets of a regular expression, of Python's, Java's or PostgreSQL's. Chinese characters and Japanese
# syllables are written without spaces: where OCR sees one, or a line breaks, words go on.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
SPACE = " \t\n\r\f\x0b"

# Written out, because \s differs between the three engines. Runs of spaces become single ones first: an expression that
# looks behind a run would read it again from each position.
SPACES = f"[{SPACE}]+"
IGNORABLE_SPACE = f"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])"

# Shorter words are found at the start of words only: "cat" and "rain" would be in "education" and "training". Longer
# ones are rarely found by accident, and OCR swallows spaces.
MAX_SHORT_WORD_LENGTH = 5


# People write telephone and card numbers in groups, and type them without.
SEPARATORS = " ()-"
MIN_DIGITS = 6


def compose(text: str) -> str:
    """`text` in Unicode's NFKC form: ＮＨ９６１ becomes NH961."""
    return composing.compose(text, form="NFKC")


def fold(text: str) -> str:
    """`text` as it is compared with other texts."""
    return re.sub(IGNORABLE_SPACE, "", re.sub(SPACES, " ", compose(text))).lower().strip()


def is_short_word(term: str) -> bool:
    """Whether `term` is a Latin word too short to be looked for inside of words."""
    return re.fullmatch(f"[{LATIN}]{{1,{MAX_SHORT_WORD_LENGTH}}}", term) is not None


def digits_of(term: str) -> str:
    """The digits of a long number, without what separates them; empty if `term` is no such number."""
    digits = re.sub(f"[+{SEPARATORS}]", "", term)
    return digits if len(digits) >= MIN_DIGITS and digits.isdecimal() else ""


class Folded(Func):
    """`fold` in PostgreSQL, but for spaces at the ends."""

    output_field = TextField()
    # What most file names are, and the empty text, needs no more than lower case: a tenth of the time.
    template = (
        "CASE WHEN %(expressions)s ~ '^[!-~]*$' THEN lower(%(expressions)s) ELSE"
        " lower(regexp_replace(regexp_replace(normalize(%(expressions)s, NFKC),"
        f" '{SPACES}', ' ', 'g'), '{IGNORABLE_SPACE}', '', 'g')) END"
    )
