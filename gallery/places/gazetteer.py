"""The gazetteer: 170,000 towns and their regions, with names in English and Chinese and others that people type.

The file is mapped into memory: processes share its 14 MB, and read only the pages that they need.
`docs/gazetteer/make.py` writes it, and describes its arrays.
"""

import json
import mmap
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from gallery.places.geometry import DEGREES_EAST, DEGREES_NORTH, KM_PER_DEGREE, distances

PATH = Path(__file__).parent / "gazetteer.dat"
VERSION = 1
# Latitudes within which the width of a cell says how many cells are near; closer to the poles all are.
POLAR_LATITUDE = 87.0


@dataclass(frozen=True)
class Country:
    """A country or territory: its ISO 3166-1 code, and its names: English, Chinese, others."""

    code: str
    names: tuple[str, ...]


class Gazetteer:
    """The arrays of the file, by the numbers of towns; `Town` gives names to them."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        size = int.from_bytes(self._bytes[:8], "little")
        head = json.loads(self._bytes[8 : 8 + size])
        if head["version"] != VERSION:
            raise ValueError(f"{path} has version {head['version']} instead of {VERSION}.")
        self._layout: dict[str, tuple[str, int, int]] = head["arrays"]
        self._start = 8 + size
        self.countries = [Country(code, tuple(names)) for code, *names in head["countries"]]
        self.countries_by_code = {country.code: country for country in self.countries}
        self.zones: list[str] = head["zones"]
        numbers = {country.code: number for number, country in enumerate(self.countries)}
        self._countries_of_zones = {
            zone: np.array([numbers[code] for code in codes], np.uint8)
            for zone, codes in head["countries_of_zones"].items()
        }
        self.latitudes, self.longitudes = self.array("latitudes"), self.array("longitudes")
        self.populations = self.array("populations")
        self._country_numbers, self._cells = self.array("countries"), self.array("cells")

    def array(self, name: str) -> np.ndarray:
        """Return an array of the file, which stays there."""
        kind, length, at = self._layout[name]
        return np.frombuffer(self._bytes, kind, length, self._start + at)

    @cached_property
    def named_places(self) -> np.ndarray:
        """The town of each name, in the order of the names' keys."""
        return self.array("named_places")

    @cached_property
    def name_numbers(self) -> np.ndarray:
        """The number of each name among those of its town, in the same order."""
        return self.array("name_numbers")

    def town(self, number: int) -> "Town":
        """Return the town with this number."""
        return Town(self, number)

    def names(self, kind: str, number: int) -> tuple[str, ...]:
        """Return the names of a town, or of a region: English, Chinese (may be empty), others."""
        begins = self._begins(kind)
        _type, _length, at = self._layout[kind]
        text = self._bytes[self._start + at + int(begins[number]) : self._start + at + int(begins[number + 1])]
        return tuple(text.decode().split("\n"))

    def _begins(self, kind: str) -> np.ndarray:
        return self.array(f"{kind}_begins")

    def countries_in_zone(self, zone: str) -> list[Country]:
        """Return the countries whose towns have a time zone."""
        return [self.countries[number] for number in self._countries_of_zones.get(zone, ())]

    def nearest(
        self, latitude: float, longitude: float, *, within: float, zone: str = ""
    ) -> "tuple[Town, float] | None":
        """Return the nearest town within so many km, and its distance.

        Only towns of the countries in the time zone of the point, because the next town is often across the border.
        """
        near = self._near(latitude, longitude, within=within)
        if (countries := self._countries_of_zones.get(zone)) is not None:
            near = near[np.isin(self._country_numbers[near], countries)]
        if not len(near):
            return None
        away = distances(latitude, longitude, self.latitudes[near], self.longitudes[near])
        best = int(np.argmin(away))
        return (self.town(int(near[best])), float(away[best])) if away[best] <= within else None

    def _near(self, latitude: float, longitude: float, *, within: float) -> np.ndarray:
        """Return the numbers of the towns in the cells around a point."""
        reach = within / KM_PER_DEGREE
        lowest, highest = latitude - reach, latitude + reach
        furthest = max(abs(lowest), abs(highest))
        is_polar = furthest >= POLAR_LATITUDE
        width = DEGREES_EAST / 2 if is_polar else reach / np.cos(np.radians(furthest))
        first, last = (min(max(int(edge + 90), 0), DEGREES_NORTH - 1) for edge in (lowest, highest))
        parts = []
        for row in range(first, last + 1):
            for begin, end in _columns(longitude, width):
                start, stop = self._cells[[row * DEGREES_EAST + begin, row * DEGREES_EAST + end]]
                parts.append(np.arange(start, stop))
        return np.concatenate(parts)


def _columns(longitude: float, width: float) -> list[tuple[int, int]]:
    """Return the ranges of cells within `width` degrees of a longitude: two at the antimeridian."""
    if 2 * width + 2 >= DEGREES_EAST:
        return [(0, DEGREES_EAST)]
    begin = int(np.floor(longitude + 180 - width)) % DEGREES_EAST
    end = begin + int(2 * width) + 2
    return [(begin, end)] if end <= DEGREES_EAST else [(begin, DEGREES_EAST), (0, end - DEGREES_EAST)]


@dataclass(frozen=True)
class Town:
    """A town, village or part of a city."""

    gazetteer: Gazetteer
    number: int

    @property
    def id(self) -> int:
        """The number that GeoNames gives it."""
        return int(self.gazetteer.array("ids")[self.number])

    @property
    def latitude(self) -> float:
        return round(float(self.gazetteer.latitudes[self.number]), 5)

    @property
    def longitude(self) -> float:
        return round(float(self.gazetteer.longitudes[self.number]), 5)

    @property
    def population(self) -> int:
        return int(self.gazetteer.populations[self.number])

    @property
    def country(self) -> Country:
        return self.gazetteer.countries[self.gazetteer.array("countries")[self.number]]

    @property
    def zone(self) -> str:
        """Its time zone in GeoNames."""
        return self.gazetteer.zones[self.gazetteer.array("zones")[self.number]]

    @property
    def names(self) -> tuple[str, ...]:
        """English, Chinese (may be empty), others."""
        return self.gazetteer.names("names", self.number)

    @property
    def region_names(self) -> tuple[str, ...]:
        """Those of its province or state; ("",) if unknown."""
        return self.gazetteer.names("region_names", int(self.gazetteer.array("regions")[self.number]))

    @property
    def subregion_names(self) -> tuple[str, ...]:
        """Those of its prefecture, county or district."""
        return self.gazetteer.names("subregion_names", int(self.gazetteer.array("subregions")[self.number]))

    @property
    def city(self) -> "Town":
        """The city that a suburb or a part of a city belongs to; itself if none."""
        return self.gazetteer.town(int(self.gazetteer.array("parents")[self.number]))


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer, opened once per process."""
    return Gazetteer(PATH)
