"""Results of a search: the ranked list of all photos found, and pages cut from it with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gallery.models import Photo
from search.keywords.matches import Box, find_matches
from search.keywords.snippets import beginning_of, make_snippets
from search.keywords.term_places import FoundTerms, TermPlaces
from search.query.filters import Filters
from search.query.parser import Query
from search.query.ways import Tier
from search.ranking.did_you_mean import suggest_query

PAGE_SIZE = 60
# More boxes on a tile are illegible, and texts that are full of a word take long.
MAX_PLACES_PER_HIT = 40


class RankedPhoto(NamedTuple):
    """A photo on a ranked list: its fused score, how it was found, and the near-duplicates grouped under it.

    `tier` says how it contains the words; empty if only its picture matched.
    `cosine` and `likeness` (0–1) measure how well the picture matches; None if only its words matched.
    """

    photo_id: int
    score: float = 0.0
    tier: Tier | Literal[""] = ""
    cosine: float | None = None
    likeness: float | None = None
    near_duplicates: tuple[int, ...] = ()

    @property
    def by_words(self) -> bool:
        """True if the words of the query were found."""
        return self.tier != ""

    @property
    def photo_ids(self) -> tuple[int, ...]:
        """The ids of the photo and its near-duplicates."""
        return (self.photo_id, *self.near_duplicates)


LAST_DEFAULTS = tuple(RankedPhoto._field_defaults.values())[-3:]


@dataclass(frozen=True)
class RankedList:
    """All photos that a search found, in order; the first `relevant` of them are above the relevance cutoff.

    `words` is the query as typed, `encoder` the title of the encoder that compared pictures. `left_out` counts the
    photos below the cutoff that are not on the list. `found` counts all photos above it, with near-duplicates; with
    `is_cut`, the list has fewer of them. `notices`, messages for the user, are not kept with the list.
    """

    entries: tuple[RankedPhoto, ...] = ()
    relevant: int = 0
    words: str = ""
    encoder: str = ""
    left_out: int = 0
    found: int = 0
    is_cut: bool = False
    notices: tuple[str, ...] = ()

    def first(self, size: int | None) -> "RankedList":
        """Return the list with at most `size` entries; None is no limit."""
        return replace(self, entries=self.entries[:size])

    def to_json(self) -> dict[str, Any]:
        """Return the list in a compact form of JSON values."""
        return {
            # Few entries have more than these three values.
            "entries": [entry[:3] if entry[3:] == LAST_DEFAULTS else entry for entry in self.entries],
            "likely": self.relevant,
            "words": self.words,
            "encoder": self.encoder,
            "left_out": self.left_out,
            "found": self.found,
            "is_cut": self.is_cut,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "RankedList":
        """Return the list that `to_json` wrote."""
        entries = tuple(map(_ranked_photo, data["entries"]))
        found = sum(len(entry.photo_ids) for entry in entries[: data["likely"]])
        return cls(
            entries,
            data["likely"],
            data["words"],
            data["encoder"],
            left_out=data.get("left_out", 0),
            found=data.get("found", found),
            is_cut=data.get("is_cut", False),
        )


def _ranked_photo(row: Sequence[Any]) -> RankedPhoto:
    photo_id, score, tier, cosine, likeness, near_duplicates = (*row, *LAST_DEFAULTS)[: len(RankedPhoto._fields)]
    # Lists of the previous version have True for photos with the words.
    return RankedPhoto(
        photo_id, score, "exact" if tier is True else tier or "", cosine, likeness, tuple(near_duplicates)
    )


@dataclass(frozen=True)
class Reason:
    """Why a photo was found: its words or its date (`snippet`, safe HTML), or its picture.

    `encoder`, `score` (0–1) and `cosine` describe how well the picture matches.

    `tier` says how it contains the words: as typed ("exact"), in other forms ("form"), or in similar spellings
    ("similar"); empty for pictures.
    """

    kind: str
    snippet: SafeString | None = None
    tier: Tier | Literal[""] = ""
    encoder: str = ""
    score: float | None = None
    cosine: float | None = None


@dataclass(frozen=True)
class Hit:
    """A photo that was found, with the reasons and the fused score that orders it (higher is better).

    `boxes` are the places of the words in the picture.
    """

    photo: Photo
    reasons: tuple[Reason, ...] = ()
    score: float = 0.0
    near_duplicates: tuple[Photo, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class CountedOffer:
    """A word of the query that may also mean a date, and the `query` that finds the photos taken then.

    `photos` is their number, without the other words of the query.
    """

    text: str
    query: str
    photos: int


@dataclass(frozen=True)
class SearchPage:
    """A page of results: hits, best first, and messages about what could not be searched.

    `key` is that of the kept result list, or empty; its next page begins at index `next_start`. Hits from index
    `cutoff` on are less relevant; None if the relevance cutoff is not on this page. `left_out` counts the less relevant
    photos that are on no page. `did_you_mean` is the query with words of the user's own photos in place of those that
    were not found; empty without such words. `found` counts the photos above the relevance cutoff on all pages, with
    near-duplicates; with `is_cut`, only the first of them are on pages. `offers` are words of the query that may also
    mean dates, on the first page.
    """

    hits: list[Hit] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    key: str = ""
    next_start: int | None = None
    cutoff: int | None = None
    left_out: int = 0
    did_you_mean: str = ""
    found: int = 0
    is_cut: bool = False
    offers: tuple[CountedOffer, ...] = ()

    @property
    def has_more(self) -> bool:
        return self.next_start is not None


def cut_page(
    ranked: RankedList,
    *,
    query: Query,
    user: AbstractBaseUser,
    start: int = 0,
    limit: int = PAGE_SIZE,
    key: str = "",
) -> SearchPage:
    """Return the hits of `ranked` from index `start` on that `user` may see now; missing photos leave no gap.

    This is the last check of rights: no hit leaves the search without it.
    """
    entries = ranked.entries[start : start + limit]
    filters, query = query.filters, query.with_dates_as_phrases()
    wanted = {photo_id for entry in entries for photo_id in entry.photo_ids}
    visible = Photo.objects.visible_to(user)
    photos = (
        visible.select_related("text", "place")
        .defer("metadata", "claims", "folded_camera", "folded_lens")
        .in_bulk(wanted)
    )
    explainer = _Explainer(ranked.encoder, query)
    hits: list[Hit] = []
    cutoff = None
    for number, entry in enumerate(entries, start=start):
        if number == ranked.relevant:
            cutoff = len(hits)
        if alive := [photos[pk] for pk in entry.photo_ids if pk in photos]:
            hits.append(with_date(explainer.hit(entry, alive), filters=filters))
    next_start = start + limit if len(ranked.entries) > start + limit else None
    cutoff = None if cutoff == len(hits) else cutoff
    return SearchPage(
        hits,
        list(ranked.notices),
        key,
        next_start,
        cutoff,
        left_out=ranked.left_out,
        did_you_mean="" if start or _has_words(ranked) else suggest_query(query, explainer.found),
        found=ranked.found,
        is_cut=ranked.is_cut,
    )


def with_date(hit: Hit, *, filters: Filters) -> Hit:
    """Return `hit` with its date as a reason, if the query asks for a date: when it was taken, or else uploaded."""
    photo, dates = hit.photo, filters.dates
    if photo.taken_at is None and filters.are_about_time:
        message = _("Uploaded on %(date)s")
    elif dates and dates.spellings and dates.include(photo.dated_at):
        message = _("Taken on %(date)s")
    else:
        return hit
    shown = format_html("{}", message % {"date": date_format(photo.dated_at, "DATE_FORMAT")})
    return replace(hit, reasons=(*hit.reasons, Reason("date", snippet=shown)))


def _has_words(ranked: RankedList) -> bool:
    """Return whether a photo contains the words as typed, or in other forms."""
    return any(entry.tier in ("exact", "form") for entry in ranked.entries)


class _Explainer:
    """Turns ranked photos into hits with reasons; `found` are the terms of those found by words, best first."""

    def __init__(self, encoder: str, query: Query) -> None:
        self.encoder = encoder
        self.found: list[FoundTerms] = []
        self.places = TermPlaces(query, places_per_text=MAX_PLACES_PER_HIT)

    def hit(self, entry: RankedPhoto, photos: Sequence[Photo]) -> Hit:
        """Return the first of `photos` with its reasons, and the others as its near-duplicates."""
        photo, *near_duplicates = photos
        reasons: list[Reason] = []
        boxes: tuple[Box, ...] = ()
        if entry.by_words:
            found = self.places.in_photo(photo)
            self.found.append(found)
            reasons += _reasons(found, tier=entry.tier)
            boxes = tuple(box for match in find_matches(found, photo) for box in match.boxes)
        if entry.likeness is not None:
            reasons.append(Reason("picture", encoder=self.encoder, score=entry.likeness, cosine=entry.cosine))
        return Hit(photo, tuple(reasons), entry.score, tuple(near_duplicates), boxes)


def _reasons(found: FoundTerms, *, tier: Tier | Literal[""]) -> list[Reason]:
    """Return the snippets; if the texts have changed since they were indexed, their beginning."""
    if snippets := make_snippets(found):
        return [Reason(snippet.source, snippet=snippet.html, tier=snippet.tier) for snippet in snippets]
    start = beginning_of(found)
    return [Reason(start.source, snippet=start.html, tier=tier)] if start else []
