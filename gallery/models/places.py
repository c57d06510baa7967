"""The places of photos: towns, or only regions or countries, each stored once for all users."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import get_language

from gallery.models.folded import FoldedField, FoldedModel, FoldedQuerySet
from gallery.places.locating import Location, place_at
from gallery.places.naming import CHINESE, ENGLISH, city_names, in_language, region_names, searched_names, title_of

Point = tuple[float, float]


class PlaceQuerySet(FoldedQuerySet["Place"]):
    """Places, found and added by coordinates."""

    def at(self, points: Iterable[Point]) -> Mapping[Point, "Place"]:
        """Return the place of each point, latitude and longitude, that has one; unknown places are added."""
        locations = {point: location for point in set(points) if (location := place_at(*point))}
        keys = {point: key_of_location(location) for point, location in locations.items()}
        found = self._with_keys(keys.values())
        if missing := {key: locations[point] for point, key in keys.items() if key not in found}:
            # In one order, so that two processes do not wait for each other.
            rows = [Place.of(location, key=key) for key, location in sorted(missing.items())]
            self.bulk_create(rows, ignore_conflicts=True)
            found |= self._with_keys(missing)
        return {point: found[key] for point, key in keys.items()}

    def _with_keys(self, keys: Iterable[str]) -> dict[str, "Place"]:
        return {place.key: place for place in self.filter(key__in=list(keys))}


class Place(FoldedModel):
    """A town, a region far from towns, or a country, in one time zone; named by the gazetteer."""

    key = models.TextField(help_text="Country, id of the town or name of the region, zone.")
    geoname_id = models.PositiveIntegerField(null=True, help_text="Number of the town, or part of a city, in GeoNames.")
    city_id = models.PositiveIntegerField(null=True, help_text="Number of the city in GeoNames.")
    country_code = models.CharField(max_length=2, help_text="ISO 3166-1.")
    city = models.TextField(blank=True, help_text="In English; empty far from towns.")
    city_chinese = models.TextField(blank=True)
    region = models.TextField(blank=True, help_text="Province or state, in English.")
    region_chinese = models.TextField(blank=True)
    country = models.TextField(help_text="In English.")
    country_chinese = models.TextField()
    time_zone = models.TextField(help_text="IANA.")
    latitude = models.FloatField(null=True, help_text="Of the town, in degrees.")
    longitude = models.FloatField(null=True)
    names = models.TextField(help_text="All names, one a line; the titles in English and Chinese come first.")
    folded_names = FoldedField(of="names")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="place_unique")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def of(cls, location: Location, *, key: str) -> "Place":
        """Return the place of a location, not yet stored."""
        city, region, country = city_names(location), region_names(location), location.country.names
        town = location.town if location.is_in_town else None
        return cls(
            key=key,
            geoname_id=town.id if town else None,
            city_id=town.city.id if town else None,
            country_code=location.country.code,
            city=in_language(city, ENGLISH),
            city_chinese=in_language(city, CHINESE),
            region=in_language(region, ENGLISH),
            region_chinese=in_language(region, CHINESE),
            country=in_language(country, ENGLISH),
            country_chinese=in_language(country, CHINESE),
            time_zone=location.zone,
            latitude=town.latitude if town else None,
            longitude=town.longitude if town else None,
            names=searched_names(location),
        )

    @property
    def title(self) -> str:
        """City, region and country in the current language."""
        return title_of((self.city_name, self.region_name, self.country_name))

    @property
    def query(self) -> str:
        """The query that finds the photos of the city, or else of the region or country."""
        return f'place:"{self.title}"'

    @property
    def city_name(self) -> str:
        """The city in the current language; empty far from towns."""
        return self.city_chinese if is_chinese() else self.city

    @property
    def region_name(self) -> str:
        """The region in the current language; empty if unknown."""
        return self.region_chinese if is_chinese() else self.region

    @property
    def country_name(self) -> str:
        """The country in the current language."""
        return self.country_chinese if is_chinese() else self.country


def key_of_location(location: Location) -> str:
    """Return the text that tells a place from all others."""
    regions = region_names(location)
    part = location.town.id if location.town and location.is_in_town else in_language(regions, ENGLISH)
    return f"{location.country.code}:{part}:{location.zone}"


def is_chinese() -> bool:
    """Return whether the current language is Chinese."""
    return (get_language() or "").startswith("zh")
