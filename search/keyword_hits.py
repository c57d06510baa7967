"""What keyword search answers, and snippets that show the words of a query in their surroundings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.models import Photo
from search.folding import LATIN, SEPARATORS, SPACE, UNSPACED, compose, digits_of, fold, is_short_word
from search.query import Query

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


class SnippetMaker:
    """Shows where photos hold the terms of a query."""

    def __init__(self, query: Query) -> None:
        self._patterns = [pattern for pattern in (term_pattern(query), alike_pattern(query)) if pattern]

    def snippets(self, photo: Photo) -> tuple[Snippet, ...]:
        """One of each text of `photo` that holds a term; of words that are only alike where none does."""
        texts = {
            "text": photo.text.text if hasattr(photo, "text") else "",
            "filename": photo.filename,
            "description": photo.description,
        }
        for pattern in self._patterns:
            found = (make_snippet(source, text, pattern) for source, text in texts.items())
            if snippets := tuple(filter(None, found)):
                return snippets
        return ()


def term_pattern(query: Query) -> re.Pattern[str] | None:
    """Finds the terms of `query` in composed text; None if it has none."""
    terms = [_pattern(word) for word in query.words] + [_pattern(phrase, quoted=True) for phrase in query.phrases]
    return re.compile("|".join(terms), re.IGNORECASE) if terms else None


def alike_pattern(query: Query) -> re.Pattern[str] | None:
    """Finds in composed text what the index may take for the words of `query`; None if there is no such thing."""
    alike = [pattern for word in query.words for pattern in _alike(word)]
    return re.compile("|".join(alike), re.IGNORECASE) if alike else None


def make_snippet(source: str, text: str, pattern: re.Pattern[str]) -> Snippet | None:
    """The surroundings of the first match of `pattern` in `text`, all matches marked; None if there is none."""
    text = compose(text)
    first = pattern.search(text)
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
    """Finds `term` as `fold` and the index do: whatever its case, and the spaces beside Chinese characters."""
    folded = fold(term)
    if digits := digits_of(folded):
        return f"[{SEPARATORS}]*".join(digits)
    idle, spaces = f"[{SPACE}]*", f"[{SPACE}]+"
    characters = re.sub(f"([{UNSPACED}])", rf"{idle}\1{idle}", re.escape(folded).replace(r"\ ", spaces))
    start = f"(?<![{LATIN}])" if is_short_word(term) and not quoted else ""
    return start + characters.removeprefix(idle).removesuffix(idle)


def _alike(word: str) -> Iterator[str]:
    """Finds what the index may take for `word`: Latin words that begin like it, any two of its Chinese characters."""
    folded = fold(word)
    if re.fullmatch(f"[{LATIN}]{{4,}}", folded):
        yield f"(?<![{LATIN}]){folded[: max(3, len(folded) - 3)]}[{LATIN}]*"
    for pair in map("".join, pairwise(folded)):
        if re.fullmatch(f"[{UNSPACED}]{{2}}", pair):
            yield pair
