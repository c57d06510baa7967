"""Stems of English words: the first step of Porter's algorithm, which removes endings of inflection only.

"An algorithm for suffix stripping" (Program 14, 1980). Its further steps also unite department and depart.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from search.query.spelling import Span

MIN_LENGTH = 4
HAS_VOWEL = re.compile("[aeiou]|(?<=.)y")
SEQUENCE = re.compile("[aeiouy][^aeiouy]")
SHORT = re.compile("[^aeiouy]*[aeiouy][^aeiouywx]")
DOUBLE = re.compile(r"([^aeioulsz])\1$")


def stem_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of words in a passage with the stem of the folded word `form`."""
    if not is_inflected(form):
        return
    wanted = stem(form)
    # All forms of a word begin like its stem, except for the last letter: party, parties.
    start = f" {wanted[: max(2, len(wanted) - 1)]}"
    at = text.find(start)
    while at >= 0:
        end = text.find(" ", at + 1)
        word = text[at + 1 : end]
        if is_inflected(word) and stem(word) == wanted:
            yield at + 1, end
        at = text.find(start, end)


def is_inflected(form: str) -> bool:
    """Return True for a word that can have other forms."""
    return len(form) >= MIN_LENGTH - 1 and form.isascii() and form.isalpha()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a folded English word; equal for all its forms, and not always a word."""
    if len(word) < MIN_LENGTH:
        return word
    bare = _without_past(_without_plural(word))
    if bare.endswith("y") and HAS_VOWEL.search(bare[:-1]):
        bare = f"{bare[:-1]}i"
    if bare.endswith("ll") and len(SEQUENCE.findall(bare)) > 1:
        bare = bare[:-1]
    # Of words of this length, so that "causing" and "cause" meet.
    return bare[:-1] if bare.endswith("e") and len(bare) > MIN_LENGTH else bare


def _without_plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith(("xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if SEQUENCE.search(word[:-3]) else word
    ending = next((ending for ending in ("ed", "ing") if word.endswith(ending)), "")
    bare = word[: len(word) - len(ending)]
    if not ending or len(bare) < MIN_LENGTH - 1 or not HAS_VOWEL.search(bare):
        return word
    if bare.endswith(("at", "bl", "iz")) or (SHORT.fullmatch(bare) and len(SEQUENCE.findall(bare)) == 1):
        return f"{bare}e"
    return DOUBLE.sub(r"\1", bare)
