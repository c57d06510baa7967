"""Scripts that the default model does not know, and the letters by which their text is recognised."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Script:
    """A script, or letters of a language: `letters` is the first word of their Unicode names, or lists them.

    A line in the script has at least `least_letters` of them, and the share `least_share` of all its letters.
    """

    name: str
    title: str | Promise
    letters: str
    is_latin: bool = False
    least_letters: int = 2
    least_share: float = 0.15

    def owns(self, character: str) -> bool:
        return character in self.letters if self.is_latin else _block(character) == self.letters


# The default model leaves out letters with two marks.
VIETNAMESE = "ăĂđĐơƠưƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA)))


SCRIPTS = {
    script.name: script
    for script in (
        Script("korean", _("Korean"), "HANGUL"),
        Script("cyrillic", _("Cyrillic"), "CYRILLIC"),
        Script("greek", _("Greek"), "GREEK"),
        Script("thai", _("Thai"), "THAI"),
        Script("arabic", _("Arabic"), "ARABIC"),
        Script("hebrew", _("Hebrew"), "HEBREW"),
        Script("devanagari", _("Devanagari"), "DEVANAGARI"),
        Script("vietnamese", _("Vietnamese"), VIETNAMESE, is_latin=True, least_letters=1, least_share=0.05),
    )
}

# Cyrillic and Greek letters, and the Latin ones that they look like.
HOMOGLYPHS = str.maketrans(
    "АВЕКМНОРСТУХЅІЈавекмнорстухѕіј" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχ",
    "ABEKMHOPCTYXSIJabekmhopctyxsij" + "ABEZHIKMNOPTYXabeikvoptux",
)


def letters_of(text: str) -> list[str]:
    """Return the letters of a text, and the marks that belong to them."""
    return [character for character in text if unicodedata.category(character)[0] in "LM"]


def own_letters(script: Script, text: str) -> list[str]:
    """Return the letters of a text that belong to the script."""
    return [letter for letter in letters_of(text) if script.owns(letter)]


def latin_letters(text: str) -> list[str]:
    """Return the Latin letters of a text, with and without accents."""
    return [letter for letter in letters_of(text) if _block(letter) == "LATIN"]


def as_latin(text: str) -> str:
    """Replace the letters that look like Latin ones by these."""
    return text.translate(HOMOGLYPHS)


def has_own_letters(script: Script, text: str) -> bool:
    """Return whether `text` contains a letter of the script that looks like no Latin one."""
    return any(map(script.owns, as_latin(text)))


def has_script(text: str) -> bool:
    """Return whether `text` has a letter of any of the scripts."""
    return any(script.owns(letter) for script in SCRIPTS.values() for letter in letters_of(text))


@lru_cache(maxsize=4096)
def _block(character: str) -> str:
    """Return the first word of a character's Unicode name, such as GREEK."""
    return unicodedata.name(character, "").split(" ")[0]
