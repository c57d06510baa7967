"""The places of a user's photos: countries with their cities, counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Max

from gallery.models import Photo, Place

# Cities with a picture; a country's others are links.
MAX_COVERS = 12


@dataclass
class CountedPlace:
    """A country, or a city or region in one, with the number of photos there and the latest of them."""

    place: Place
    photos: int = 0
    latest: int = 0
    cover: Photo | None = None

    def add(self, photos: int, latest: int) -> None:
        """Count photos of another part of the place; `latest` is the highest id among them."""
        self.photos += photos
        self.latest = max(self.latest, latest)

    @property
    def name(self) -> str:
        """The city, or else the region, in the current language."""
        return self.place.city_name or self.place.region_name

    @property
    def city_query(self) -> str:
        """The query that finds the photos of the city or region."""
        return self.place.query

    @property
    def country_query(self) -> str:
        """The query that finds the photos of the country."""
        name = self.place.country_name
        return f'place:"{name}"' if " " in name else f"place:{name}"


@dataclass
class CountryPlaces(CountedPlace):
    """A country with its cities, those with the most photos first, and regions far from cities."""

    cities: list[CountedPlace] = field(default_factory=list)

    @property
    def shown(self) -> list[CountedPlace]:
        """The first MAX_COVERS cities, with pictures."""
        return self.cities[:MAX_COVERS]

    @property
    def others(self) -> list[CountedPlace]:
        """The cities after MAX_COVERS, as links."""
        return self.cities[MAX_COVERS:]


@dataclass(frozen=True)
class PlacesOfUser:
    """The countries, those with the most photos first, and the number of photos without a place."""

    countries: list[CountryPlaces]
    elsewhere: int


def places_of(user: AbstractBaseUser) -> PlacesOfUser:
    """Return where the photos of `user` were taken, without the trash and broken files."""
    photos = Photo.objects.visible_to(user).filter(defect="")
    # Reads only the index photo_places.
    counted = photos.filter(place__isnull=False).order_by().values_list("place").annotate(Count("pk"), Max("pk"))
    counts = {place_id: (count, latest) for place_id, count, latest in counted}
    countries = _countries(Place.objects.in_bulk(counts).values(), counts)
    _add_covers(countries, user=user)
    elsewhere = photos.filter(place=None).count()
    return PlacesOfUser(countries, elsewhere)


def _countries(places: Iterable[Place], counts: dict[int, tuple[int, int]]) -> list[CountryPlaces]:
    countries: dict[str, CountryPlaces] = {}
    cities: dict[tuple[str, str], CountedPlace] = {}
    for place in sorted(places, key=lambda place: -counts[place.pk][0]):
        country = countries.setdefault(place.country_code, CountryPlaces(place))
        country.add(*counts[place.pk])
        if place.city or place.region:
            key = place.country_code, f"{place.city_id or place.region}"
            if key not in cities:
                cities[key] = CountedPlace(place)
                country.cities.append(cities[key])
            cities[key].add(*counts[place.pk])
    for country in countries.values():
        country.cities.sort(key=lambda city: (-city.photos, city.place.title))
    return sorted(countries.values(), key=lambda country: (-country.photos, country.place.country))


def _add_covers(countries: Iterable[CountryPlaces], *, user: AbstractBaseUser) -> None:
    shown = [counted for country in countries for counted in (country, *country.cities)]
    covers = Photo.objects.visible_to(user).defer("metadata", "claims").in_bulk({counted.latest for counted in shown})
    for counted in shown:
        counted.cover = covers.get(counted.latest)
