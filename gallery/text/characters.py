"""The table of characters that count as the same when texts are compared.

Each cluster (a character with its combining marks) is folded by itself, so that a part of a text folds to a part of
the folded text.
"""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

# Apostrophes of all keyboards, and marks typed in their place. Some are letters, some normalize to a space.
APOSTROPHES = "'‘’‚‛`´ʹʻʼʽˈ′ꞌ＇׳"
# Dashes, and the minus sign; not the long vowel of Japanese and the number one of Chinese, which look like them.
DASHES = "-‐‑‒–—―⁃−﹘﹣－"
DOTS = "·•‧∙⋅・･᛫"
# Letters that Unicode does not decompose.
SPELLED_OUT = str.maketrans(
    {"ı": "i", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ø": "o", "ŧ": "t", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th"}
    # Arabic letters that Persian and Urdu keyboards write differently, and the stroke that only widens a word.
    | {"ی": "ي", "ى": "ي", "ک": "ك", "ە": "ه", "ۀ": "ه", "ة": "ه", "ـ": ""}
    | dict.fromkeys("○◯⭕", "〇")
)
SIGNS = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(DASHES, "-") | dict.fromkeys(DOTS, "·") | {"٫": ",", "٬": ","}
# Cyrillic letters of their own that Unicode decomposes into another one with an accent.
INDIVISIBLE = frozenset("йў")
# Marks that people leave out: accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. In other scripts
# marks are vowels.
OMITTED_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\u0591-\u05bd\u05bf-\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]"
)
KATAKANA = range(0x30A1, 0x30F7)
HIRAGANA_OFFSET = 0x60
SKIN_TONES = range(0x1F3FB, 0x1F400)
SOFT_HYPHEN = "\u00ad"


@cache
def clusters() -> re.Pattern[str]:
    """Return the expression of one cluster: a character, and the marks that combine with it."""
    marks = "".join(
        character for code in range(0x110000) if unicodedata.category(character := chr(code)) in ("Mn", "Mc", "Me")
    )
    # Parts of Korean syllables, and half-width marks of Japanese ones.
    return re.compile(rf"(?s:.)[{marks}\u1160-\u11ff\uffc2-\uffdc\uff9e\uff9f]*")


@lru_cache(maxsize=100_000)
def fold_cluster(cluster: str) -> str:
    """Return the canonical characters of a cluster; empty if it is invisible."""
    if sign := SIGNS.get(cluster[0]):
        return sign
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(map(_fold_character, text)).translate(SPELLED_OUT)


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Cs", "Cc") or character.isspace():
        # A line end may follow a carriage return, and both are one.
        return character if character in "\n\t" else "\n" if character in "\x0b\x0c\u2028\u2029\x85" else " "
    if character == SOFT_HYPHEN:
        return character
    if category == "Cf" or ord(character) in SKIN_TONES or unicodedata.name(character, "").startswith("VARIATION"):
        return ""
    if ord(character) in KATAKANA:
        return chr(ord(character) - HIRAGANA_OFFSET)
    if character in INDIVISIBLE:
        return character
    bare = OMITTED_MARKS.sub("", unicodedata.normalize("NFD", character))
    return _simplified(unicodedata.normalize("NFC", bare))


def _simplified(character: str) -> str:
    """Return the simplified form of a traditional or Japanese Chinese character, by OpenCC's tables."""
    simplified = _traditional_to_simplified().convert(character)
    if simplified != character or len(character) != 1 or not "\u3400" <= character <= "\U0003ffff":
        return simplified
    try:
        # Some Japanese forms, such as 芸 and 欠, are other characters in Chinese.
        character.encode("gb2312")
    except UnicodeEncodeError:
        return _traditional_to_simplified().convert(_japanese_to_traditional().convert(character))
    return character


@cache
def _traditional_to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _japanese_to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("jp2t")
