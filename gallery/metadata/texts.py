"""Texts in files: their encoding where none is declared, and descriptions that cameras write into every picture."""

import re

import chardet

from gallery.text.cleaning import clean_line

MAX_LINE = 1000
MAX_TEXT = 5000
# Of programs that people use; others, detected in a few bytes, would be errors.
ENCODINGS = ("gb18030", "big5", "cp932", "euc-jp", "cp949", "windows-1251", "windows-1252")
WESTERN = "cp1252"
CYRILLIC = "windows-1251"
MIN_CYRILLIC_LETTERS = 4
LATIN_LETTER_BESIDE_OTHER = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")

MAKES = (
    "olympus|minolta|konica minolta|sony|samsung|kodak|nikon|canon|casio|pentax|ricoh|fujifilm|panasonic|sanyo|hp"
    "|jenoptik|vivitar|polaroid|general|traveler"
)
JUNK = re.compile(
    rf"(?:(?:{MAKES})\s*)?(?:digital (?:still )?camera|dsc|digimax[\w -]*|image|imaging device)"
    rf"|(?:{MAKES})"
    r"|(?:exif[_ ]jpeg[_ ]\w+|default|untitled|none|null|n/a|screenshot|ascii|unicode)"
    r"|description|picture|my beautiful picture"
    r"|dcim[/\\].*|image ?description|hisilicon k3|oplus_\d+|(?:binary )?comment|edited by .*"
    r"|(?:lead technologies|acd ?systems|created (?:with|by)|processed (?:with|by)|file written by|optimized by"
    r"|creator: |compressed by|software: |handmade software|intel\(r\)|charset=|mmdb|fbmd|\{|<).*"
    r"|[\W_]*|\S+\.jpe?g|cmp\d[\w.]*(?: 0x[0-9a-f]+)?",
    re.IGNORECASE | re.DOTALL,
)
# Telephones of this maker write the name of their mode: `rptrp`, `cof`, `sdr`.
TELEPHONE_MODE = re.compile(r"[a-z]{2,6}(?:_[a-z]+)*")
MAKES_WITH_MODES = {"huawei", "honor"}


def decode(content: bytes) -> str:
    """Return the text of bytes without a declared encoding: UTF-8, or else the likeliest one."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass
    found = chardet.detect(content, include_encodings=ENCODINGS)["encoding"] or WESTERN
    if found.lower() == CYRILLIC and not _may_be_cyrillic(content):
        found = WESTERN
    try:
        return content.decode(found)
    except (LookupError, UnicodeDecodeError):
        return content.decode(WESTERN, errors="replace")


def decode_again(text: str) -> str:
    """Return a text that was decoded as Latin-1 in its likeliest encoding."""
    if text.isascii():
        return text
    for encoding in (WESTERN, "latin-1"):
        try:
            return decode(text.encode(encoding))
        except UnicodeEncodeError:
            continue
    return text


def one_line(text: object) -> str:
    """Return a text on one line, without invisible characters; empty if it is no text."""
    return clean_line(text)[:MAX_LINE].strip() if isinstance(text, str) else ""


def lines(text: object) -> str:
    """Return a text of some lines, without invisible characters; empty if it is no text."""
    if not isinstance(text, str):
        return ""
    written = text.replace("\r\n", "\n").replace("\r", "\n")[:MAX_TEXT]
    return "\n".join(map(clean_line, written.split("\n"))).strip()


def is_junk(description: str, *, make: str) -> bool:
    """Return whether a camera or a program wrote this description instead of a person."""
    if make.lower() in MAKES_WITH_MODES and TELEPHONE_MODE.fullmatch(description):
        return True
    return JUNK.fullmatch(description) is not None


def _may_be_cyrillic(content: bytes) -> bool:
    letters = sum(byte >= 0xC0 for byte in content)
    return letters >= MIN_CYRILLIC_LETTERS and not LATIN_LETTER_BESIDE_OTHER.search(content)
