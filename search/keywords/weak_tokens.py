"""Tokens of a photo's texts for the weaker ways of containing a term (search.query.ways), as the index stores them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import PurePath

from gallery.text.canonical import forms
from search.query.pinyin import sound_tokens
from search.query.spelling import MIN_CODE_LENGTH, skeleton
from search.query.stems import is_inflected, stem

# Raise it when the tokens of a text change: all photos are indexed again.
TOKENS_VERSION = 1
# Texts can have a megabyte. Snippets also cover only so many characters.
MAX_CHARACTERS = 100_000
# Longer words are not misspelt, but encoded data.
MAX_TOKEN_LENGTH = 60
WORD = re.compile(r"[^ ]+")
HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]{2,}")
CODE = re.compile(r"(?=.*[0-9])[a-z0-9]+")
ALPHABETIC = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1fff]+")


class WeakTokens:
    """The tokens of the folded `passages` and the `originals` of a photo's texts, of the first characters of each."""

    def __init__(self, passages: Sequence[str], *, originals: Sequence[str]) -> None:
        self._passages = list(_first(passages))
        self._originals = list(_first(originals))
        words = (word for passage in self._passages for word in WORD.findall(passage))
        self._words = dict.fromkeys(word for word in words if len(word) <= MAX_TOKEN_LENGTH)

    def fields(self) -> dict[str, list[str]]:
        """Return the values of the index's fields."""
        return {
            "chinese": [run for passage in self._passages for run in HAN_RUN.findall(passage)],
            "stems": list(dict.fromkeys(self._stems())),
            "sounds": list(dict.fromkeys(chain.from_iterable(map(sound_tokens, self._passages)))),
            "glyphs": list(dict.fromkeys(skeleton(word) for word in self._words if is_code(word))),
            "accented": list(dict.fromkeys(chain.from_iterable(map(accented_words, self._originals)))),
        }

    def _stems(self) -> Iterator[str]:
        """Yield the stems that differ from their words."""
        for word in self._words:
            if is_inflected(word) and (bare := stem(word)) != word:
                yield bare


def is_code(word: str) -> bool:
    """Return True for a word with digits that is long enough to confuse its glyphs."""
    return len(word) >= MIN_CODE_LENGTH and CODE.fullmatch(word) is not None


def accented_words(text: str) -> Iterator[str]:
    """Yield each word with accents as written, and its folded form behind “=”."""
    if text.isascii():
        return
    for word in ALPHABETIC.findall(unicodedata.normalize("NFC", text)):
        written = word.lower()
        if not written.isascii() and len(written) <= MAX_TOKEN_LENGTH and (folded := forms(written)[:1]) != (written,):
            yield written
            yield from map(plain_marker, folded)


def plain_marker(folded: str) -> str:
    """Return the token of texts that contain a folded word with accents."""
    return f"={folded}"


def whole_names(filename: str) -> list[str]:
    """Return the forms of a file name with and without its ending."""
    return list(dict.fromkeys(form for name in (filename, PurePath(filename).stem) for form in forms(name)))


def _first(texts: Sequence[str]) -> Iterator[str]:
    """Yield texts of MAX_CHARACTERS characters in all."""
    left = MAX_CHARACTERS
    for text in texts:
        if left > 0:
            yield text[:left]
            left -= len(text)
