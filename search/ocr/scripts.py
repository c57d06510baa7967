"""Scripts that the default model does not know, and the letters by which their text is recognised."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Script:
    """A script. The Unicode names of its letters begin with `letters`."""

    name: str
    title: str | Promise
    letters: str


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


def share_of(script: Script, text: str) -> float:
    """Return the share of the letters of `text` that belong to the script."""
    letters = letters_of(text)
    return sum(_block(letter) == script.letters for letter in letters) / len(letters) if letters else 0.0


def as_latin(text: str) -> str:
    """Replace the letters that look like Latin ones by these."""
    return text.translate(HOMOGLYPHS)


def has_own_letters(script: Script, text: str) -> bool:
    """Return whether `text` contains a letter of the script that looks like no Latin one."""
    return any(_block(letter) == script.letters for letter in as_latin(text))


@lru_cache(maxsize=4096)
def _block(character: str) -> str:
    """Return the first word of a character's Unicode name, such as GREEK."""
    return unicodedata.name(character, "").split(" ")[0]
