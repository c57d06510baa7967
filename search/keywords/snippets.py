"""Hits of keyword search, and snippets that show the words of a query in context."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.models import Photo
from search.keywords.place_titles import shown_place
from search.keywords.term_places import FoundTerms, TermPlaces, weakest_tier
from search.query.parser import Query
from search.query.spelling import Span
from search.query.ways import Tier

Order = Literal["", "newest", "oldest"]
"""The order of a search: the best photos first, or by date."""
DATE_ORDERS = {"newest": ("-dated_at", "-pk"), "oldest": ("dated_at", "pk")}

SNIPPET_LENGTH = 120
CONTEXT_BEFORE = 30
PLACES_IN_SNIPPET = 40


@dataclass(frozen=True)
class Snippet:
    """A passage of a photo's "text", "filename", "description", "labels" or "place" as safe HTML, with matches in
    <mark>.

    `tier` is the weakest one of the matches.
    """

    source: str
    html: SafeString
    tier: Tier = "exact"


class KeywordHit(NamedTuple):
    """A photo that contains the words; scores are comparable only within one tier of one search.

    `tier` is the weakest one that the photo needs for any of the words. Vague hits may be there by chance.
    """

    photo_id: int
    score: float
    tier: Tier = "exact"
    is_vague: bool = False


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
        self._places = TermPlaces(query, places_per_text=PLACES_IN_SNIPPET)

    def snippets(self, photo: Photo) -> tuple[Snippet, ...]:
        """Return a snippet of each text of `photo` that contains a term."""
        return make_snippets(self._places.in_photo(photo))


def make_snippets(found: FoundTerms) -> tuple[Snippet, ...]:
    """Return a snippet of each text that contains a term, with the terms marked."""
    return tuple(
        Snippet(source, _marked(*_shown(found, source)), weakest_tier(findings))
        for source in found.texts
        if (findings := found.in_text(source))
    )


def _shown(found: FoundTerms, source: str) -> tuple[str, Sequence[Span]]:
    text, spans = found.shown(source)
    return shown_place(text, spans) if source == "place" else (text, spans)


def beginning_of(found: FoundTerms) -> Snippet | None:
    """Return the beginning of the first text that is not empty, without marks; None without texts."""
    texts = ((source, text.original) for source, text in found.texts.items() if text.original.strip())
    return next((Snippet(source, format_html("{}", text[:SNIPPET_LENGTH])) for source, text in texts), None)


def _marked(text: str, spans: Sequence[Span]) -> SafeString:
    """Return the passage around the first of `spans`, with all of them marked that are in it."""
    begin = max(0, spans[0][0] - CONTEXT_BEFORE) if spans else 0
    end = max(spans[0][1] if spans else 0, begin + SNIPPET_LENGTH)
    pieces, at = [], begin
    for start, stop in spans:
        if stop <= end:
            pieces.append((text[at:start], text[start:stop]))
            at = stop
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[at:end])
