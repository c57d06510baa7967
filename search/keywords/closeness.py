"""Decides how closely the texts of a photo contain the words of a query, for photos that the index proposes."""

from collections.abc import Collection
from dataclasses import dataclass

from gallery.text.canonical import forms
from search.query.parser import Query
from search.query.variants import joined_neighbours
from search.query.ways import TIERS, Way, ways_of

# The distance of a lost space.
LOST_SPACE = 2


@dataclass(frozen=True)
class Closeness:
    """The weakest tier of a photo for any of the words, and the sum of their distances."""

    tier_number: int
    distance: int

    def with_lost_space(self) -> "Closeness":
        """Return the closeness of words that were found without the space between them."""
        return Closeness(TIERS.index("similar"), self.distance + LOST_SPACE)


class Judge:
    """Compares texts with the words of a query."""

    def __init__(self, query: Query) -> None:
        self._words = [_Word(word) for word in query.words]
        self._joined = [(at, _Word(form)) for at, form in joined_neighbours(query.words)]

    def closeness(self, text: str, *, ordered: Collection[int]) -> Closeness | None:
        """Return how closely a folded text contains the words, each by itself or joined with a neighbour.

        None if it lacks one. `ordered` are the numbers of words whose Chinese words the index found in another order.
        """
        found = [word.closeness(text, is_in_another_order=number in ordered) for number, word in enumerate(self._words)]
        for at, word in self._joined:
            neighbours = found[at : at + 2]
            if all(neighbours) or not (joined := word.closeness(text, is_in_another_order=False)):
                continue
            found[at : at + 2] = [neighbour or joined.with_lost_space() for neighbour in neighbours]
        present = [closeness for closeness in found if closeness]
        if len(present) < len(found):
            return None
        return Closeness(max(part.tier_number for part in present), sum(part.distance for part in present))


class _Word:
    """A typed word with its forms."""

    def __init__(self, word: str) -> None:
        self.forms = forms(word)
        self._ways = ways_of(word)

    def closeness(self, text: str, *, is_in_another_order: bool) -> Closeness | None:
        for way in self._ways:
            if (way.name != "order" or is_in_another_order) and self._is_found(way, text):
                return Closeness(TIERS.index(way.tier), way.distance)
        return None

    def _is_found(self, way: Way, text: str) -> bool:
        return any(next(iter(way.spans(form, text)), None) for form in self.forms)
