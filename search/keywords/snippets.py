"""Hits of keyword search, and snippets that show the words of a query in context."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.models import Photo
from search.keywords.term_places import MAX_SEARCHED_CHARACTERS, TermPlaces, places_of_similar_words, places_of_terms
from search.query.folding import compose
from search.query.parser import Query
from search.query.ways import Tier

Order = Literal["", "newest", "oldest"]
"""The order of a search: the best photos first, or by date."""

SNIPPET_LENGTH = 120
CONTEXT_BEFORE = 30


@dataclass(frozen=True)
class Snippet:
    """A passage of a photo's "text", "filename" or "description" as safe HTML, with matches in <mark>."""

    source: str
    html: SafeString


@dataclass(frozen=True)
class KeywordHit:
    """A photo that contains the words; scores are comparable only within one tier of one search.

    `tier` is the weakest one that the photo needs for any of the words.
    """

    photo_id: int
    score: float
    tier: Tier = "exact"


@dataclass(frozen=True)
class KeywordHits:
    """The hits of a search, the closest tiers first; `found` also counts those beyond the limit."""

    hits: tuple[KeywordHit, ...] = ()
    found: int = 0

    def __iter__(self) -> Iterator[KeywordHit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


class SnippetMaker:
    """Makes snippets for the terms of a query."""

    def __init__(self, query: Query) -> None:
        self._places = [places for places in (places_of_terms(query), places_of_similar_words(query)) if places]

    def snippets(self, photo: Photo) -> tuple[Snippet, ...]:
        """Return a snippet of each text of `photo` with a term; if there is none, with similar words."""
        texts = {
            "text": photo.text.text if hasattr(photo, "text") else "",
            "filename": photo.filename,
            "description": photo.description,
        }
        for places in self._places:
            found = (make_snippet(source, text, places) for source, text in texts.items())
            if snippets := tuple(filter(None, found)):
                return snippets
        return ()


def make_snippet(source: str, text: str, places: TermPlaces) -> Snippet | None:
    """Return the passage around the first of `places` in `text`, with all its places marked; None without places.

    Covers only the first MAX_SEARCHED_CHARACTERS characters.
    """
    text = compose(text[:MAX_SEARCHED_CHARACTERS])
    first = next(places.in_text(text), None)
    if first is None:
        return None
    begin = max(0, first[0] - CONTEXT_BEFORE)
    end = max(first[1], begin + SNIPPET_LENGTH)
    pieces, at = [], begin
    for start, stop in places.in_text(text[:end]):
        pieces.append((text[at:start], text[start:stop]))
        at = stop
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    return Snippet(source, format_html("{}{}", marked, text[at:end]))
