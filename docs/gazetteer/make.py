"""Makes gallery/places/gazetteer.dat from GeoNames and CLDR, which packages of requirements.txt beside this file bring.

    python -m venv /tmp/gazetteer && /tmp/gazetteer/bin/pip install --require-hashes -r docs/gazetteer/requirements.txt
    /tmp/gazetteer/bin/python docs/gazetteer/make.py path/to/exiftool/lib/Image/ExifTool/Geolocation.dat

The environment also needs numpy, opencc, pypinyin and rapidfuzz of
requirements.txt.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from chinese import CITIES, REGIONS, read_names
from naming import chinese_name, searchable_names, shortened
from sources import (
    PART_OF_CITY,
    City,
    Region,
    chinese_city_names,
    chinese_region_names,
    countries_of_zones,
    country_names,
    most_common_names,
    read_cities,
    read_regions,
)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from gallery.places.geometry import cell_of, distances  # noqa: E402 - needs the path
from gallery.places.keys import key_of  # noqa: E402

TARGET = ROOT / "gallery/places/gazetteer.dat"
VERSION = 1
# The radius of a city in km, by its inhabitants: Hangzhou 15, Munich 6, a town of 10,000 half a kilometre.
KM_PER_ROOT, MAX_RADIUS = 0.005, 15.0
CJK = frozenset(("CN", "HK", "MO", "TW", "JP"))
# Their regions are parts of one city.
CITY_STATES = frozenset(("HK", "MO", "SG", "MC", "VA"))
MUNICIPALITIES, MUNICIPALITY_RADIUS = frozenset(("Beijing", "Shanghai", "Tianjin", "Chongqing")), 30.0
# Beyond this distance a part of a city is on its own.
MAX_DISTANCE_TO_CITY = 40.0


def main() -> None:
    """Read, choose names and cities, and write the arrays one after another."""
    cities = read_cities(Path(sys.argv[1]))
    cities.sort(key=lambda city: (cell_of(city.latitude, city.longitude), -city.population, city.geonames_id))
    regions = read_regions()
    zone_countries = countries_of_zones(cities)
    countries = sorted({country for countries in zone_countries.values() for country in countries})
    zones = sorted({city.zone for city in cities})
    first, second = _numbered_regions(cities, regions, level=1), _numbered_regions(cities, regions, level=2)
    texts = Names(cities, regions)
    names = [texts.of_city(city) for city in cities]
    arrays = {
        "latitudes": np.array([city.latitude for city in cities], "<f4"),
        "longitudes": np.array([city.longitude for city in cities], "<f4"),
        "populations": np.array([city.population for city in cities], "<u4"),
        "ids": np.array([city.geonames_id for city in cities], "<u4"),
        "countries": np.array([countries.index(city.country) for city in cities], "u1"),
        "zones": np.array([zones.index(city.zone) for city in cities], "<u2"),
        "regions": np.array([first.get(_region(city, regions, 1), 0) for city in cities], "<u2"),
        "subregions": np.array([second.get(_region(city, regions, 2), 0) for city in cities], "<u2"),
        "parents": np.array(_parents(cities, regions), "<u4"),
        "cells": _cells(cities),
        **_texts("names", names),
        **_texts("region_names", [[""], *map(texts.of_region, first)]),
        **_texts("subregion_names", [[""], *map(texts.of_region, second)]),
        **_name_index(names),
    }
    head = {
        "version": VERSION,
        "countries": [[code, *country_names(code)] for code in countries],
        "zones": zones,
        "countries_of_zones": zone_countries,
    }
    _write(arrays, head)
    print(f"{len(cities)} places, {TARGET.stat().st_size / 1e6:.1f} MB")


def _region(city: City, regions: dict[int, Region], level: int) -> int:
    return next((region for region in city.regions if regions[region].level == level), 0)


def _numbered_regions(cities: Sequence[City], regions: dict[int, Region], *, level: int) -> dict[int, int]:
    """Return the regions with cities, numbered from 1 on; 0 stands for none."""
    used = sorted({_region(city, regions, level) for city in cities} - {0})
    return {region: number for number, region in enumerate(used, start=1)}


class Names:
    """Names of towns and regions: English, Chinese (may be empty), others."""

    def __init__(self, cities: Sequence[City], regions: dict[int, Region]) -> None:
        self.cities, self.regions = cities, regions
        self.english = most_common_names(cities, regions)
        self.iso_names, self.zone_cities = chinese_region_names(), chinese_city_names()
        self.more_regions, self.more_cities = (
            {(country, key_of(name)): chinese for (country, name), chinese in read_names(table).items()}
            for table in (REGIONS, CITIES)
        )
        self.countries = {region: city.country for city in cities for region in city.regions}
        # The Chinese name of the largest town in a region with this name.
        self.towns: dict[tuple[int, str], str] = {}
        for city in sorted(cities, key=lambda city: city.population):
            if chinese := self.of_city(city)[1]:
                self.towns |= {(region, key_of(city.name)): chinese for region in city.regions}

    def of_city(self, city: City) -> list[str]:
        """Return the names of a town."""
        known = self.zone_cities.get((city.zone, city.name)) if city.population > 50_000 else None
        known = known or self.more_cities.get((city.country, key_of(city.name)))
        chinese = known or chinese_name(city.alternates, country=city.country, english=city.name)
        more = searchable_names(city.alternates, main=[city.name, chinese], country=city.country)
        return [city.name, chinese, *more]

    def of_region(self, region: int) -> list[str]:
        """Return the names of a region: its Chinese one may be that of a town called alike."""
        found, country = self.regions[region], self.countries[region]
        english = self.english.get(region) or found.name
        own = chinese_name(found.aliases, country=country, english=english)
        iso = self.iso_names.get(found.iso_code, "")
        iso = shortened(iso, country=country) if country in CJK else iso
        chinese = self.more_regions.get((country, key_of(english))) or (own or iso if country in CJK else iso or own)
        if not chinese:
            names = (english, found.name, *found.aliases)
            chinese = next(filter(None, (self.towns.get((region, key_of(name))) for name in names)), "")
        more = searchable_names([found.name, *found.aliases], main=[english, chinese], country=country)
        return [english, chinese, *more]


def _parents(cities: Sequence[City], regions: dict[int, Region]) -> list[int]:
    """Return for each place the city that it belongs to: itself, or a city whose radius covers it."""
    groups = defaultdict(list)
    for number, city in enumerate(cities):
        groups[city.country, 0 if city.country in CITY_STATES else _region(city, regions, 1)].append(number)
    parents = list(range(len(cities)))
    for numbers in groups.values():
        if whole := [number for number in numbers if cities[number].feature != PART_OF_CITY]:
            towns = Surroundings([cities[number] for number in whole])
            for number in numbers:
                if (city := towns.city_of(cities[number])) is not None:
                    parents[number] = whole[city]
    # The city of a suburb may itself belong to a larger one.
    return [parents[parent] for parent in parents]


class Surroundings:
    """The towns of a region, of which one may be the city of a place."""

    def __init__(self, towns: Sequence[City]) -> None:
        self.towns = towns
        self.latitudes, self.longitudes, people = (
            np.array([getattr(town, name) for town in towns]) for name in ("latitude", "longitude", "population")
        )
        self.roots = KM_PER_ROOT * np.sqrt(people)
        self.radii = np.minimum(self.roots, MAX_RADIUS)
        is_municipality = np.array([town.country == "CN" and town.name in MUNICIPALITIES for town in towns])
        self.radii[is_municipality] = MUNICIPALITY_RADIUS
        # Twice as large for places without people of their own.
        self.wide_radii = np.maximum(self.radii, np.minimum(2 * self.roots, 1.5 * MAX_RADIUS))

    def city_of(self, place: City) -> int | None:
        """Return the number of the place's city: one after which it is called, or the one furthest around it."""
        away = distances(place.latitude, place.longitude, self.latitudes, self.longitudes)
        words = place.name.split()
        for number in np.flatnonzero(away <= MAX_RADIUS) if len(words) > 1 else ():
            town = self.towns[number]
            if town.name in (words[0], words[-1]) and town.population > 5 * place.population:
                return int(number)
        is_part = place.feature == PART_OF_CITY or not place.population
        best = int(np.argmin(away - (self.wide_radii if is_part else self.radii)))
        return best if away[best] <= MAX_DISTANCE_TO_CITY else None


def _cells(cities: Sequence[City]) -> np.ndarray:
    """Return for each cell of one degree the number of its first city, and the number of all."""
    cells = [cell_of(city.latitude, city.longitude) for city in cities]
    return np.searchsorted(cells, np.arange(180 * 360 + 1)).astype("<u4")


def _texts(name: str, entries: Iterable[Sequence[str]]) -> dict[str, np.ndarray]:
    """Return the lines of each entry, one after another, and where they begin."""
    texts = ["\n".join(entry).encode() for entry in entries]
    begins = np.concatenate(([0], np.cumsum([len(text) for text in texts])))
    return {f"{name}_begins": begins.astype("<u4"), name: np.frombuffer(b"".join(texts), "u1")}


def _name_index(names: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Return the number of the place and of the name among its names, for all names in the order of their keys."""
    keyed = sorted(
        (key, number, place)
        for place, entry in enumerate(names)
        for number, name in enumerate(entry[:256])
        if (key := key_of(name))
    )
    return {
        "named_places": np.array([place for _key, _number, place in keyed], "<u4"),
        "name_numbers": np.array([number for _key, number, _place in keyed], "u1"),
    }


def _write(arrays: dict[str, np.ndarray], head: dict) -> None:
    """Write the length of the head, the head, and the arrays at multiples of eight bytes."""
    layout, at = {}, 0
    for name, values in arrays.items():
        layout[name] = [values.dtype.str, len(values), at]
        at += -(-values.nbytes // 8) * 8
    text = json.dumps({**head, "arrays": layout}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 8)
    with TARGET.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in arrays.values():
            file.write(values.tobytes() + b"\0" * (-values.nbytes % 8))


if __name__ == "__main__":
    main()
