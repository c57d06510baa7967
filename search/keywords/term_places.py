"""Finds the terms of a query in the texts of a photo, in the closest of `search.query.ways` for each term.

Terms are found in the canonical texts, which the database keeps, and their parts then in the original texts. The same
findings decide about the tier of a photo, snippets and boxes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from gallery.models import Photo, label_lines
from gallery.text.canonical import fold, forms, pattern
from search.keywords.locating import locate
from search.query.parser import Query
from search.query.spelling import Span
from search.query.variants import joined_neighbours
from search.query.ways import TIERS, WAYS, Tier, Way, ways_of

EXACT = WAYS[0]
CORRECTIONS = ("spelling", "pinyin", "split")
"""Ways whose parts are the words that the typed ones may have been meant for."""

# Different parts of one text that are similar to a term.
MAX_PARTS = 50


@dataclass(frozen=True)
class SoughtTerm:
    """A word or quoted phrase of a query, in canonical forms; `joined` also with the words beside it."""

    typed: str
    is_quoted: bool = False
    joined: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The canonical forms, of which a text must contain one."""
        return forms(self.typed)

    @cached_property
    def ways(self) -> list[tuple[Way, tuple[str, ...]]]:
        """The ways in which it may be contained, closest first, each with the forms to look for."""
        if self.is_quoted:
            return [(EXACT, self.forms)]
        ways = [(way, self.forms) for way in ways_of(self.typed)]
        ways += [(replace(way, name="joined", tier="similar", distance=way.distance + 2), self.joined) for way in WAYS]
        return sorted(ways, key=lambda way: way[0].distance)

    def parts_of(self, folded: str, *, way: Way, sought: Collection[str]) -> Iterator[str]:
        """Yield the parts of a canonical text that are one of the `sought` forms in this way, with spaces at edges."""
        for form in sought:
            if way.tier == "exact":
                if (part := pattern(form, is_whole=self.is_quoted)) in folded:
                    yield part
                continue
            for begin, end in islice(way.spans(form, folded), MAX_PARTS):
                starts_word = begin > 0 and folded[begin - 1] == " "
                yield folded[begin - starts_word : end + folded.startswith(" ", end)]


@dataclass(frozen=True)
class Finding:
    """A term that a photo contains in this way, and the parts of its canonical texts found so."""

    term: SoughtTerm
    way: Way
    parts: frozenset[str]


class TermPlaces:
    """Finds the terms of one query in any number of photos; at most `places_per_text` places in each text."""

    def __init__(self, query: Query, *, places_per_text: int | None = None) -> None:
        joined: dict[int, list[str]] = {}
        for at, form in joined_neighbours(query.words):
            for number in (at, at + 1):
                joined.setdefault(number, []).append(form)
        words = [SoughtTerm(word, joined=tuple(joined.get(at, ()))) for at, word in enumerate(query.words)]
        terms = [*words, *(SoughtTerm(phrase, is_quoted=True) for phrase in query.phrases)]
        self._terms = tuple(term for term in terms if term.forms)
        self._places_per_text = places_per_text

    def findings(self, folded: Collection[str]) -> list[Finding]:
        """Return a finding for each term that one of these canonical texts contains."""
        return [finding for term in self._terms if (finding := _find(term, folded))]

    def in_photo(self, photo: Photo) -> "FoundTerms":
        """Return the terms that the texts of `photo` contain."""
        texts = {
            "text": (photo.text.text, photo.text.folded) if hasattr(photo, "text") else ("", ""),
            "filename": (photo.filename, photo.folded_filename),
            "description": (photo.description, photo.folded_description),
            "labels": (label_lines(photo.labels), photo.folded_labels),
            "place": (photo.place.names, photo.place.folded_names) if photo.place else ("", ""),
        }
        # Texts that were written by hand into the database are not folded.
        searched = {source: SearchedText(text, folded or fold(text)) for source, (text, folded) in texts.items()}
        findings = self.findings([text.folded for text in searched.values()])
        return FoundTerms(searched, findings, self._places_per_text)


@dataclass(frozen=True)
class SearchedText:
    """A text of a photo, and its canonical form."""

    original: str
    folded: str


@dataclass(frozen=True)
class FoundTerms:
    """The terms of a query that a photo contains, and their places in its texts."""

    texts: dict[str, SearchedText]
    findings: list[Finding]
    places_per_text: int | None = None
    _spans: dict[str, list[Span]] = field(default_factory=dict)

    def in_text(self, source: str) -> list[Finding]:
        """Return the findings that one text has a part in."""
        folded = self.texts[source].folded
        return [finding for finding in self.findings if any(part in folded for part in finding.parts)]

    def spans(self, source: str) -> list[Span]:
        """Return the places of the findings in a text, from left to right, without overlaps.

        Empty if they stand behind the characters that `locate` covers.
        """
        if source not in self._spans:
            parts = {part for finding in self.in_text(source) for part in finding.parts}
            places = locate(parts, self.texts[source].original) if parts else iter(())
            self._spans[source] = list(islice(places, self.places_per_text))
        return self._spans[source]

    def shown(self, source: str) -> tuple[str, list[Span]]:
        """Return a text that contains a term with its places; the canonical one if it is behind those of `spans`."""
        text = self.texts[source]
        if spans := self.spans(source):
            return text.original, spans
        parts = (part for finding in self.in_text(source) for part in finding.parts)
        places = sorted((at, at + len(part)) for part in parts if (at := text.folded.find(part)) >= 0)
        return text.folded, places[:1]


def weakest_tier(findings: Sequence[Finding]) -> Tier:
    """Return the weakest tier of `findings`."""
    return max((finding.way.tier for finding in findings), key=TIERS.index)


def _find(term: SoughtTerm, folded: Collection[str]) -> Finding | None:
    for way, sought in term.ways:
        if parts := {part for text in folded for part in term.parts_of(text, way=way, sought=sought)}:
            return Finding(term, way, frozenset(parts))
    return None
