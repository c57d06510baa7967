"""The table of characters that count as the same when texts are compared.

Each cluster (a character with its combining marks) is folded by itself, so that a part of a text folds to a part of
the folded text.
"""

import re
import unicodedata
from functools import cache, lru_cache

from gallery.text.chinese import simplified
from gallery.text.normalizing import MAX_ACCENTS

# Apostrophes of all keyboards, and marks typed in their place. Some are letters, some normalize to a space.
APOSTROPHES = "'‘’‚‛❛❜`´ˊˋ′‵ʹʻʼʽʾʿˈˮꞌꞋ՚＇｀׳ߴߵ"
# Dashes, and the minus sign; not the long vowel of Japanese and the number one of Chinese, which look like them.
DASHES = "-‐‑‒–—―⁃−﹘﹣－֊־᠆゠─━⸺⸻"
DOTS = "·•‧∙⋅・･᛫"
SIGNS = (
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(DASHES, "-")
    | dict.fromkeys(DOTS, "·")
    | {"٫": ",", "٬": ",", "⁄": "/", "∕": "/", "×": "x", "№": "no "}
    # Marks of ownership, and placeholders of characters that are lost.
    | dict.fromkeys("™℠\u2800\ufffc\ufffd", " ")
)
# Letters that Unicode does not decompose. The rule for “letter with …” covers the others.
SPELLED_OUT = str.maketrans(
    {"ı": "i", "ȷ": "j", "ð": "d", "ŋ": "n", "ə": "e", "ɛ": "e", "ɔ": "o", "æ": "ae", "œ": "oe", "þ": "th", "ĸ": "q"}
    # Arabic letters that Persian and Urdu keyboards write differently, and the stroke that only widens a word.
    | {"ی": "ي", "ى": "ي", "ک": "ك", "ٱ": "ا", "ـ": ""}
    | dict.fromkeys("ەۀةہھ", "ه")
    # The nasal sign of Devanagari has two forms, and people leave out the dot below borrowed letters.
    | {"ँ": "ं", "़": ""}
    | dict.fromkeys("○◯⭕零", "〇")
)
LETTER_WITH = re.compile(r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) ([A-Z])(?: WITH .*)?")
# Cyrillic letters of their own that Unicode decomposes into another one with an accent.
INDIVISIBLE = frozenset("йўЙЎ")
# Marks that people leave out: accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. In other scripts
# marks are vowels.
OMITTED_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\u0483-\u0489"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
# Fillers of Korean and Khmer syllables, selectors of glyphs, tags and skin tones of emoji.
INVISIBLE = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\ufe00-\ufe0f\ufff0-\ufff8\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
SPACING_VOICE_MARKS = str.maketrans("\u309b\u309c", "\u3099\u309a")
# The nasal sign of Thai and Lao typed before the tone; it belongs behind, where “am” has it.
NASAL_BEFORE_TONE = re.compile("([\u0e4d\u0ecd]+)([\u0e48-\u0e4b\u0ec8-\u0ecb]+)")
KATAKANA = range(0x30A1, 0x30F7)
HIRAGANA_OFFSET = 0x60
# A line end may follow a carriage return, and both are one.
LINE_ENDS = frozenset("\n\x0b\x0c\u2028\u2029\x85")
# Invisible marks within words, at which people also type a space, and a line may break.
SOFT_HYPHEN, NON_JOINER = "\u00ad", "\u200c"
REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
# A flag is two letters; the second one folds to a squared letter, so that no flag is found across two others.
SECOND_LETTER_OFFSET = 0x1F170 - 0x1F1E6


@cache
def clusters() -> re.Pattern[str]:
    """Return the expression of one cluster: a character, and the marks that combine with it; or a flag."""
    marks = "".join(
        character for code in range(0x110000) if unicodedata.category(character := chr(code)) in ("Mn", "Mc", "Me")
    )
    # Parts of Korean syllables, and voice marks of Japanese ones.
    combining = f"{marks}\u1160-\u11ff\uffc2-\uffdc\uff9e\uff9f\u309b\u309c"
    # Python sorts the marks of a cluster by insertion, which takes minutes for a megabyte of them.
    return re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|(?s:.)[{combining}]{{0,{MAX_ACCENTS}}}")


@lru_cache(maxsize=100_000)
def fold_cluster(cluster: str) -> str:
    """Return the canonical characters of a cluster; empty if it is invisible."""
    first = cluster[0]
    if sign := SIGNS.get(first):
        return sign
    if ord(first) in REGIONAL_INDICATORS:
        return first + "".join(chr(ord(second) + SECOND_LETTER_OFFSET) for second in cluster[1:])
    composed = unicodedata.normalize("NFKC", cluster.translate(SPACING_VOICE_MARKS))
    if composed.startswith(" ") and not first.isspace():  # an accent without a letter
        return "'"
    folded = "".join(_fold_character(part) for character in composed for part in _without_marks(character))
    folded = NASAL_BEFORE_TONE.sub(r"\2\1", folded.translate(SPELLED_OUT))
    # 1½ is not 11/2.
    return f" {folded}" if "\u2044" in composed and len(cluster) == 1 else folded


def _without_marks(character: str) -> str:
    # The stroke through a sign is no accent: ≠ is not =.
    if character in INDIVISIBLE or unicodedata.category(character)[0] not in "LM":
        return character.casefold()
    bare = OMITTED_MARKS.sub("", unicodedata.normalize("NFD", character))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", bare).casefold())


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if sign := SIGNS.get(character):
        return sign
    if category in ("Nd", "No") and (number := unicodedata.numeric(character, 0.5)) == int(number):
        return str(int(number))
    if category in ("Cs", "Cc") or character.isspace():
        return character if character == "\t" else "\n" if character in LINE_ENDS else " "
    if character in (SOFT_HYPHEN, NON_JOINER):
        return character
    if category == "Cf" or INVISIBLE.match(character):
        return ""
    if ord(character) in KATAKANA:
        return chr(ord(character) - HIRAGANA_OFFSET)
    if letter := LETTER_WITH.fullmatch(unicodedata.name(character, "")):
        return letter.group(1).lower()
    return simplified(character)
