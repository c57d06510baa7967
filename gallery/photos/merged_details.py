"""The details that a photo gains from near-duplicates: by the ladder of witnesses, and what people wrote, joined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from gallery.claims.ladder import RANKS, Belief, Claims, believed
from gallery.models import Witness

# Groups of EXIF fields that are taken from one file only: a mix of two files would be wrong.
EXIF_PARTS = (
    ("make", "model", "lens", "exposure_time", "aperture", "iso", "focal_length", "focal_length_35mm"),
    ("artist", "copyright"),
    ("description",),
)
MAX_DESCRIPTION = 5000
# The fields of which the most trustworthy value of all photos counts.
COMPARED = ("date", "offset", "place", "labels")

Beliefs = Mapping[str, Belief]


@dataclass
class Gains:
    """The claims of the others that count beside the photo's own, and values by hand that replace its own."""

    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_hand: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, belief: Belief) -> None:
        """Add a value; values by hand are the photo's own from now on, so that later ones replace them."""
        if belief.witness == Witness.PERSON:
            self.by_hand[name] = belief.value
        else:
            self.claims[name] = {belief.witness: belief.value}


def gains_of(own: Sequence[Claims], others: Iterable[Sequence[Claims]]) -> Gains:
    """Return what a photo gains, given the claims about it and about each of the others."""
    mine = believed(own)
    theirs = [believed(claims) for claims in others]
    gains = Gains()
    for name in COMPARED:
        known = [beliefs[name] for beliefs in theirs if name in beliefs and beliefs[name].value is not None]
        best = believed({name: {belief.witness: belief.value}} for belief in known).get(name)
        if best and (name not in mine or _is_better(name, best, mine[name])):
            gains.add(name, best)
    for name, combine in (("description", _joined), ("importance", _highest)):
        if belief := combine([mine, *theirs]):
            gains.add(name, belief)
    return gains


def completed(own: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Fill each group of EXIF_PARTS that is missing in the metadata `own` from the first of `others` that has it."""
    metadata = dict(own)
    for data, part in product(others, EXIF_PARTS):
        if not metadata.keys() & set(part):
            metadata |= {name: data[name] for name in part if name in data}
    return metadata


def _is_better(name: str, one: Belief, other: Belief) -> bool:
    """Return whether a claim counts more than another; of two values by hand the photo's own counts."""
    if RANKS[one.witness] == RANKS[other.witness] == RANKS[Witness.PERSON]:
        return False
    return believed([{name: {one.witness: one.value}}, {name: {other.witness: other.value}}])[name] == one != other


def _joined(photos: Sequence[Beliefs]) -> Belief | None:
    """Return all descriptions, joined, with the best of their witnesses; None if the first photo's says it all."""
    described = _beliefs(photos, "description")
    text = join_descriptions(belief.value for belief in described)
    own = photos[0].get("description")
    is_known = own is not None and (own.value or "").strip() == text
    return Belief(_best(described), text) if described and not is_known else None


def _highest(photos: Sequence[Beliefs]) -> Belief | None:
    """Return the highest importance by hand, or without one of all; None if the first photo has it."""
    rated = _beliefs(photos, "importance")
    by_hand = [belief for belief in rated if belief.witness == Witness.PERSON]
    best = max((belief.value for belief in by_hand or rated), default=0)
    own = photos[0].get("importance")
    is_known = own is not None and own.value == best
    return Belief(_best(rated), best) if best and not is_known else None


def join_descriptions(descriptions: Iterable[str]) -> str:
    """Join descriptions by line breaks, without those contained in another, up to MAX_DESCRIPTION."""
    joined: list[str] = []
    for description in descriptions:
        text = description.strip()
        if text and not any(text in other for other in joined) and len("\n".join([*joined, text])) <= MAX_DESCRIPTION:
            joined = [other for other in joined if other not in text] + [text]
    return "\n".join(joined)


def _beliefs(photos: Sequence[Beliefs], name: str) -> list[Belief]:
    return [beliefs[name] for beliefs in photos if name in beliefs and beliefs[name].value]


def _best(beliefs: Sequence[Belief]) -> str:
    return min((belief.witness for belief in beliefs), key=RANKS.__getitem__)
