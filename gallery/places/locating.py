"""Coordinates to town, country and time zone."""

from dataclasses import dataclass
from math import isfinite

from gallery.places.gazetteer import Country, Town, gazetteer

# A photo is in the nearest town within this distance, otherwise in its region, further away in the country only.
TOWN_KM, REGION_KM = 50.0, 100.0
# The zones of the open sea, beyond the twelve miles that belong to a country.
SEA = "Etc/"


@dataclass(frozen=True)
class Location:
    """The town of a point, or else only the region of the nearest one, or only the country; with the time zone.

    `km` is the distance of the town or of the nearest one; None if only the country is known.
    """

    country: Country
    zone: str
    town: Town | None = None
    is_in_town: bool = False
    km: float | None = None


def zone_of(latitude: float, longitude: float) -> str | None:
    """Return the name of the IANA time zone at a point, also at sea; None for impossible coordinates."""
    if not are_coordinates(latitude, longitude):
        return None
    # Only processes that look up coordinates need its 36 MB.
    import tzfpy

    return tzfpy.get_tz(longitude, latitude) or None


def place_at(latitude: float, longitude: float) -> Location | None:
    """Return the place of a point; None for impossible coordinates, the open sea and what no country has."""
    zone = zone_of(latitude, longitude)
    if zone is None:
        return None
    known, is_sea = gazetteer(), zone.startswith(SEA)
    found = known.nearest(latitude, longitude, within=REGION_KM, zone=zone)
    if found is None:
        countries = known.countries_in_zone(zone)
        return Location(countries[0], zone) if len(countries) == 1 else None
    town, km = found
    if is_sea:
        return Location(town.country, zone, km=km)
    return Location(town.country, zone, town, is_in_town=km <= TOWN_KM, km=km)


def are_coordinates(latitude: float, longitude: float) -> bool:
    """Return whether these are degrees on the globe."""
    return isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
