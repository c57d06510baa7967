"""Removes characters from text that are invisible, change the reading direction, or are invalid in file names."""

import re
from unicodedata import bidirectional, category, combining

# Unicode's categories: control, surrogate, line separator, paragraph separator.
LINE_BREAKERS = {"Cc", "Cs", "Zl", "Zp"}
# Invisible characters of other categories: grapheme joiner, Hangul fillers, Khmer and Mongolian signs.
FILLERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0}
# Format characters that are visible: the signs before Arabic, Syriac and Kaithi numbers.
VISIBLE_FORMATS = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
NON_JOINER, JOINER = "\u200c", "\u200d"
VIRAMA_CLASS = 9  # combining class of the virama, after which joiners choose a letter form
INDIC_SCRIPTS = range(0x0900, 0x1800)
EMOJI_PARTS = {"So", "Sk", "Mn", "Me"}

# Windows forbids these characters and device names in file names.
FORBIDDEN_CHARACTERS = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
DEVICE_NAMES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)
MAX_NAME_BYTES = 240  # of 255, to leave room for a number


def remove_invisible(text: str) -> str:
    """Return `text` without invisible characters and those that change the reading direction.

    Joiners stay where Persian, Arabic, Indic scripts and emoji need them; variation selectors stay after characters
    that have variants.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    for letter, behind in zip(text, [*text[1:], ""], strict=True):
        before = kept[-1] if kept else ""
        if letter in (JOINER, NON_JOINER):
            stays = _joins(before, letter, behind)
        elif _is_selector(letter):
            stays = bool(before) and not before.isspace() and not _is_selector(before)
        else:
            stays = ord(letter) in VISIBLE_FORMATS or (category(letter) != "Cf" and ord(letter) not in FILLERS)
        if stays:
            kept.append(letter)
    return "".join(kept)


def clean_line(text: str) -> str:
    """Return `text` on one line, without invisible and control characters, NUL and lone surrogates."""
    line = "".join(" " if category(letter) in LINE_BREAKERS else letter for letter in text)
    return remove_invisible(line).strip()


def portable_filename(filename: str) -> str:
    """Return a file name that every system accepts: no device name, no reserved character, no excessive length."""
    name = FORBIDDEN_CHARACTERS.sub("_", remove_invisible(filename)).strip().rstrip(". ") or "_"
    if DEVICE_NAMES.match(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 16:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "_") + dot + ending


def _is_selector(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _joins(before: str, joiner: str, behind: str) -> bool:
    """Return whether `joiner` has an effect between these two characters."""
    if not before:
        return False
    if combining(before) == VIRAMA_CLASS:
        return True
    if not behind:
        return False
    in_script = bidirectional(before) == bidirectional(behind) == "AL" or (
        ord(before) in INDIC_SCRIPTS and ord(behind) in INDIC_SCRIPTS
    )
    in_emoji = joiner == JOINER and category(behind) == "So" and category(before) in EMOJI_PARTS
    return in_script or in_emoji
