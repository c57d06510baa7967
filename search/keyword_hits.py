"""What keyword search answers: photos, each with snippets that show the words in their surroundings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from search.folding import LATIN, SEPARATORS, SPACE, UNSPACED, compose, digits_of, fold, is_short_word

SNIPPET_LENGTH = 120
BEFORE = 30


@dataclass(frozen=True)
class Snippet:
    """A stretch of a photo's "text", "filename" or "description" as safe HTML, what was found in <mark>."""

    source: str
    html: SafeString


@dataclass(frozen=True)
class KeywordHit:
    """A photo that holds the words; `score` compares hits of the same search only."""

    photo_id: int
    score: float
    snippets: tuple[Snippet, ...] = ()


def make_snippet(source: str, text: str, *, words: Iterable[str], phrases: Iterable[str]) -> Snippet | None:
    """The surroundings of the first of the terms in `text`, all of them marked; None if there is none.

    They are found as in the keyword index: whatever their case and the spaces beside Chinese characters.
    """
    text = compose(text)
    patterns = [_pattern(word) for word in words] + [_pattern(phrase, quoted=True) for phrase in phrases]
    pattern = re.compile("|".join(patterns), re.IGNORECASE)
    first = pattern.search(text) if patterns else None
    if first is None:
        return None
    begin = max(0, first.start() - BEFORE)
    end = max(first.end(), begin + SNIPPET_LENGTH)
    pieces, at = [], begin
    for match in pattern.finditer(text, begin, end):
        pieces.append((text[at : match.start()], match.group()))
        at = match.end()
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    return Snippet(source, format_html("{}{}", marked, text[at:end]))


def _pattern(term: str, *, quoted: bool = False) -> str:
    folded = fold(term)
    if digits := digits_of(folded):
        return f"[{SEPARATORS}]*".join(digits)
    idle, spaces = f"[{SPACE}]*", f"[{SPACE}]+"
    characters = re.sub(f"([{UNSPACED}])", rf"{idle}\1{idle}", re.escape(folded).replace(r"\ ", spaces))
    start = f"(?<![{LATIN}])" if is_short_word(term) and not quoted else ""
    return start + characters.removeprefix(idle).removesuffix(idle)
