"""The form in which names of places are sorted and compared: without accents, case, spaces and Chinese variants."""

import unicodedata

from gallery.text.chinese import simplified
from gallery.text.normalizing import normalize_unicode

# Letters that Unicode does not take apart.
PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


def key_of(name: str) -> str:
    """Return the form of a name; empty for a name without letters and digits."""
    parts = unicodedata.normalize("NFKD", normalize_unicode(name, form="NFKC").casefold())
    plain = "".join(character for character in parts if character.isalnum()).translate(PLAIN)
    return plain if plain.isascii() else "".join(map(simplified, unicodedata.normalize("NFC", plain)))
