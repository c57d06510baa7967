"""The names of a location: its title in English and Chinese, and all names by which photos there are searched."""

from collections.abc import Sequence

from gallery.places.keys import key_of
from gallery.places.locating import Location

ENGLISH, CHINESE = 0, 1


def city_names(location: Location) -> tuple[str, ...]:
    """Return the names of the city: English, Chinese (may be empty), others; empty outside towns."""
    return location.town.city.names if location.town and location.is_in_town else ()


def region_names(location: Location) -> tuple[str, ...]:
    """Return the names of the province or state: English, Chinese (may be empty), others; empty if unknown."""
    names = location.town.region_names if location.town else ()
    return names if any(names) else ()


def in_language(names: Sequence[str], language: int) -> str:
    """Return the name in a language, or else the English one; empty without names."""
    return (names[language] or names[ENGLISH]) if names else ""


def title_of(parts: Sequence[str]) -> str:
    """Return “Hangzhou, Zhejiang, China” for city, region and country; parts with the name of the first once."""
    shown: list[str] = []
    for part in filter(None, parts):
        if not any(key_of(before) in key_of(part) for before in shown):
            shown.append(part)
    return ", ".join(shown)


def searched_names(location: Location) -> str:
    """Return all names, one a line: the titles, the part of the city, further names of city, region and country."""
    names = [found for found in (city_names(location), region_names(location), location.country.names) if found]
    titles = [title_of([in_language(found, language) for found in names]) for language in (ENGLISH, CHINESE)]
    lines = [*titles]
    if (town := location.town) and location.is_in_town:
        lines += [*(town.names if town != town.city else ()), *town.subregion_names]
    shown = {part for title in titles for part in title.split(", ")}
    lines += [name for found in names for name in found if name not in shown]
    # 东京都 contains 京都, another city.
    metropolises = {f"{key_of(part)}都" for part in shown}
    return "\n".join(dict.fromkeys(line for line in lines if line and key_of(line) not in metropolises))
