"""Places by hand: set, clear, or return to the automatic one. The edits are `Statement`s."""

from dataclasses import dataclass

from gallery.models import Photo
from gallery.photos.statements import Statement
from gallery.places.finding import find_places
from gallery.places.gazetteer import Town
from gallery.places.naming import CHINESE, ENGLISH, in_language, title_of
from gallery.text.coordinates import parse_coordinates

FIELDS = ("place",)


@dataclass(frozen=True)
class Spot:
    """A point on the globe, with the name that people read."""

    latitude: float
    longitude: float
    name: str = ""

    @property
    def coordinates(self) -> str:
        """The coordinates, to about a metre."""
        return f"{self.latitude:.5f}, {self.longitude:.5f}"

    @property
    def text(self) -> str:
        """Name and coordinates, as `find_spot` reads them."""
        return f"{self.name} ({self.coordinates})" if self.name else self.coordinates


def find_spot(text: str, *, language: str | None) -> Spot | None:
    """Return the point that `text` states in coordinates, or that of the place it names; None if there is none."""
    if stated := parse_coordinates(text):
        return Spot(stated.latitude, stated.longitude)
    return next(iter(find_spots(text, language=language, limit=1)), None)


def find_spots(text: str, *, language: str | None, limit: int) -> list[Spot]:
    """Return the towns that `text` names, the most likely first, with their names in `language`."""
    towns = find_places(text, limit=limit)
    return [Spot(town.latitude, town.longitude, _name_of(town, language=language)) for town in towns]


def _name_of(town: Town, *, language: str | None) -> str:
    """Return town, region and country."""
    number = CHINESE if (language or "").startswith("zh") else ENGLISH
    return title_of([in_language(names, number) for names in (town.names, town.region_names, town.country.names)])


def place_text(photo: Photo) -> str:
    """Return the place of a photo as `find_spot` reads it; empty if it has none."""
    if photo.latitude is None or photo.longitude is None:
        return ""
    return Spot(photo.latitude, photo.longitude).text


def set_place(latitude: float, longitude: float) -> Statement:
    """Set the coordinates, in degrees."""
    place = {"latitude": latitude, "longitude": longitude}
    return Statement(FIELDS, lambda _photo: {"place": place})


def clear_place() -> Statement:
    """Declare the place unknown, regardless of other witnesses."""
    return Statement(FIELDS, lambda _photo: {"place": None})


def use_automatic_place() -> Statement:
    """Withdraw the place by hand, so that the other witnesses count again."""
    return Statement(FIELDS, lambda _photo: {})
