"""Places by their typed names, in any of their languages: 杭州, hangz, München, Paris, Texas."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from gallery.places.gazetteer import Gazetteer, Town, gazetteer
from gallery.places.keys import key_of

MAX_QUERY_LENGTH = 200
# The most populous towns whose names begin so; of these the qualifiers choose.
MAX_CANDIDATES = 500
# The factor of population by which a place with exactly this name may be smaller than one whose name only begins so.
EXACT_BONUS = 1000
AFTER_ALL = "\U0010ffff"
# Umlauts are written with an e: Muenchen.
UMLAUT = re.compile("(?<=[aou])e")
SEPARATORS = re.compile(r"[,，、;；/\n]+")


def find_places(query: str, *, limit: int = 8) -> list[Town]:
    """Return the towns with a name that begins with `query`, whole names and large towns first.

    More words narrow by region or country: “Paris, Texas”, “hangzhou china”, 浙江杭州.
    """
    query = query.strip()[:MAX_QUERY_LENGTH]
    for name, qualifiers in _readings(query):
        if key := key_of(name):
            towns = _named(gazetteer(), key)
            if found := [town for town in towns if _fits(town, qualifiers)]:
                return found[:limit]
    return []


def _readings(query: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the qualifiers that a query may consist of."""
    parts = [part for part in SEPARATORS.split(query) if key_of(part)]
    if len(parts) > 1:
        yield parts[0], parts[1:]
        yield parts[-1], parts[:-1]
        return
    yield query, []
    words = query.split()
    for at in range(len(words) - 1, 0, -1):
        yield " ".join(words[:at]), words[at:]
        yield " ".join(words[at:]), words[:at]
    if len(words) == 1 and not query.isascii():
        # Chinese addresses begin with the country or province.
        for at in range(2, min(len(query) - 1, 12)):
            yield query[at:], [query[:at]]


def _fits(town: Town, qualifiers: Sequence[str]) -> bool:
    """Return whether the region or country of a town has names that begin with each of `qualifiers`."""
    if not qualifiers:
        return True
    names = (*town.region_names, *town.subregion_names, *town.city.names, *town.country.names)
    keys = {key_of(name) for name in names if name}
    code = town.country.code.lower()
    return all(key == code or any(known.startswith(key) for known in keys) for key in map(key_of, qualifiers))


def _named(known: Gazetteer, key: str) -> list[Town]:
    """Return the towns with a name whose key begins with `key`, best first."""
    begin, end = _place_of(known, key), _place_of(known, key + AFTER_ALL)
    exact = _place_of(known, key + "\0") - begin
    if not exact and (plain := UMLAUT.sub("", key)) != key and (found := _named(known, plain)):
        return found
    numbers = known.named_places[begin:end]
    scores = known.populations[numbers].astype(float) + 1
    scores[:exact] *= EXACT_BONUS
    best = np.argsort(-scores, kind="stable")
    return [known.town(number) for number in list(dict.fromkeys(numbers[best].tolist()))[:MAX_CANDIDATES]]


def _place_of(known: Gazetteer, key: str) -> int:
    """Return the number of names whose key comes before `key`."""
    low, high = 0, len(known.named_places)
    while low < high:
        middle = (low + high) // 2
        names = known.names("names", int(known.named_places[middle]))
        if key_of(names[known.name_numbers[middle]]) < key:
            low = middle + 1
        else:
            high = middle
    return low
