"""What a search finds: the whole ranked list, and pages cut from it with photos and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.safestring import SafeString

from gallery.models import Photo
from search.keywords.matches import Box, MatchFinder
from search.keywords.snippets import SnippetMaker
from search.query.parser import parse

PAGE_SIZE = 60


@dataclass(frozen=True)
class Found:
    """A photo on the list: its fused score, how it was found, and the `versions` that are folded into it.

    `cosine` and `likeness` (0–1) say how well the picture fits; None where only its words did.
    """

    photo_id: int
    score: float = 0.0
    by_words: bool = False
    cosine: float | None = None
    likeness: float | None = None
    versions: tuple[int, ...] = ()


@dataclass(frozen=True)
class FoundList:
    """All that a search found, in order: the first `likely` fit, the others are less likely.

    `words` is the query whose words are shown where they stand, `encoder` the title of the one that compared pictures.
    So many less likely ones as `left_out` says are not in it.
    """

    entries: tuple[Found, ...] = ()
    likely: int = 0
    words: str = ""
    encoder: str = ""
    left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values, as few characters as that takes."""
        rows = [
            [entry.photo_id, entry.score, entry.by_words, entry.cosine, entry.likeness, entry.versions]
            for entry in self.entries
        ]
        return {
            "entries": rows,
            "likely": self.likely,
            "words": self.words,
            "encoder": self.encoder,
            "left_out": self.left_out,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FoundList":
        """The list that `to_json` made plain."""
        entries = tuple(
            Found(pk, score, by_words, cosine, likeness, tuple(versions))
            for pk, score, by_words, cosine, likeness, versions in data["entries"]
        )
        # Lists that were kept before there was such a number do not have it.
        return cls(entries, data["likely"], data["words"], data["encoder"], data.get("left_out", 0))


@dataclass(frozen=True)
class Reason:
    """Why a photo was found: its words (`snippet`, safe HTML) or its picture (`encoder`, `score` 0–1, `cosine`)."""

    kind: str
    snippet: SafeString | None = None
    encoder: str = ""
    score: float | None = None
    cosine: float | None = None


@dataclass(frozen=True)
class Hit:
    """A photo that was found, the reasons, and the fused score that orders it (higher is better).

    `versions` are photos that look and read nearly the same; `boxes` are where in the picture the words stand.
    """

    photo: Photo
    reasons: tuple[Reason, ...] = ()
    score: float = 0.0
    versions: tuple[Photo, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class SearchPage:
    """What the person gets: hits, best first, and a sentence for everything that could not be asked.

    The list is kept under `key`, if at all; its next page begins at `next_start`; None: there is no more. The hits from
    number `divider` on are less likely; None: no such boundary on this page. `left_out` is how many less likely ones
    are on no page.
    """

    hits: list[Hit] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    key: str = ""
    next_start: int | None = None
    divider: int | None = None
    left_out: int = 0

    @property
    def has_more(self) -> bool:
        return self.next_start is not None


def cut_page(
    found: FoundList,
    *,
    user: AbstractBaseUser,
    start: int = 0,
    limit: int = PAGE_SIZE,
    notices: Sequence[str] = (),
    key: str = "",
) -> SearchPage:
    """The hits of `found` from `start` on that `user` may still see; photos that are gone leave no gap."""
    entries = found.entries[start : start + limit]
    wanted = {photo_id for entry in entries for photo_id in (entry.photo_id, *entry.versions)}
    visible = Photo.objects.visible_to(user).filter(defect="")
    photos = visible.select_related("text").defer("metadata", "text__folded").in_bulk(wanted)
    query = parse(found.words)
    explain = _Explainer(found.encoder, SnippetMaker(query), MatchFinder(query))
    hits: list[Hit] = []
    divider = None
    for number, entry in enumerate(entries, start=start):
        if number == found.likely:
            divider = len(hits)
        if alive := [photos[pk] for pk in (entry.photo_id, *entry.versions) if pk in photos]:
            hits.append(explain.hit(entry, alive))
    next_start = start + limit if len(found.entries) > start + limit else None
    return SearchPage(
        hits, list(notices), key, next_start, divider if divider != len(hits) else None, left_out=found.left_out
    )


class _Explainer:
    """Makes hits of what was found."""

    def __init__(self, encoder: str, snippets: SnippetMaker, matches: MatchFinder) -> None:
        self.encoder = encoder
        self.snippets = snippets
        self.matches = matches

    def hit(self, entry: Found, photos: Sequence[Photo]) -> Hit:
        """The first of `photos` with its reasons, the others as versions of it."""
        photo, *versions = photos
        reasons: list[Reason] = []
        boxes: tuple[Box, ...] = ()
        if entry.by_words:
            reasons += [Reason(snippet.source, snippet=snippet.html) for snippet in self.snippets.snippets(photo)]
            lines = photo.text.lines if hasattr(photo, "text") else []
            boxes = tuple(box for match in self.matches.find(lines) for box in match.boxes)
        if entry.likeness is not None:
            reasons.append(Reason("picture", encoder=self.encoder, score=entry.likeness, cosine=entry.cosine))
        return Hit(photo, tuple(reasons), entry.score, tuple(versions), boxes)
