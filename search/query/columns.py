"""Properties of photos that filters compare, in the database and in the documents of the keyword index."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

from django.db.models import Exists, OuterRef, Q

from gallery.models import AlbumPhoto, Photo, PhotoQuerySet, PhotoSource
from gallery.places.countries import country_code
from gallery.text.canonical import part_patterns

NO_PLACE = frozenset(("none", "无"))


@dataclass(frozen=True)
class Column:
    """A field of Photo, and of the same name in the index.

    `index_type` is the Elasticsearch type, "passages" for a folded text; None for a field that the index holds anyway,
    to search for words.
    """

    name: str
    index_type: Literal["keyword", "integer", "byte", "date", "boolean", "passages"] | None

    def condition(self, comparison: str, value: object) -> Q:
        """Return the condition on Photo that this column compares so with `value`."""
        return Q((f"{self.name}__{comparison}", value))

    def part(self, value: object) -> str:
        """Return the part of a text that filters look for."""
        return str(value)

    def load(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        """Return `photos` with all that `index_value` reads."""
        return photos

    def index_value(self, photo: Photo) -> object:
        """Return the value for the index."""
        return getattr(photo, self.name)


@dataclass(frozen=True)
class FoldedColumn(Column):
    """A text of which filters compare the canonical form, in the field `folded`."""

    folded: str

    def condition(self, comparison: str, value: object) -> Q:  # noqa: ARG002 - texts only have one comparison
        return contains_one(part_patterns(self.part(value)), fields=[self.folded])

    def index_value(self, photo: Photo) -> list[str]:
        return str(getattr(photo, self.folded)).splitlines()


class FactColumn(Column):
    """Marks of a photo: in the archive, and with stars."""

    def condition(self, comparison: str, value: object) -> Q:
        if comparison == "archived":
            return Q(is_archived=value)
        return Q(importance__gte=1) if value else Q(importance=0)


class PlaceColumn(FoldedColumn):
    """The names of a photo's place; a country's name or code finds no place whose name only contains it."""

    def condition(self, comparison: str, value: object) -> Q:
        if is_none(value):
            return Q(place=None)
        if code := country_code(str(value)):
            return Q(place__country_code=code)
        return super().condition(comparison, value)

    def part(self, value: object) -> str:
        # From the start of a word on.
        return f" {value}"


class SourceColumn(Column):
    """The paths that a photo was imported from."""

    def condition(self, comparison: str, value: object) -> Q:  # noqa: ARG002 - likewise
        matches = contains_one(part_patterns(str(value)), fields=["folded_path"])
        return Q(Exists(PhotoSource.objects.filter(matches, photo=OuterRef("pk"))))

    def load(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        return photos.prefetch_related("sources")

    def index_value(self, photo: Photo) -> list[str]:
        return [passage for source in photo.sources.all() for passage in source.folded_path.splitlines()]


@dataclass(frozen=True)
class AlbumMembers:
    """The value of a limit that names an album, and the ids of its photos, by which the keyword index finds them."""

    album: object
    photo_ids: tuple[int, ...]


class AlbumColumn(Column):
    """The albums that a photo is in, by their ids or by a part of their names."""

    def condition(self, comparison: str, value: object) -> Q:
        album = value.album if isinstance(value, AlbumMembers) else value
        # Photos are narrowed to those of one owner; so are the albums.
        members = AlbumPhoto.objects.filter(photo=OuterRef("pk"), is_member=True, album__owner=OuterRef("owner"))
        if comparison == "exact":
            return Q(Exists(members.filter(Q(("album", album)))))
        return Q(Exists(members.filter(contains_one(part_patterns(str(album)), fields=["album__folded_name"]))))


def is_none(value: object) -> bool:
    """Return whether a filter asks for photos without a place."""
    return str(value).strip().lower() in NO_PLACE


def contains_one(patterns: Iterable[str], *, fields: Iterable[str]) -> Q:
    """Return the condition that one of the fields contains one of the substrings; never true without substrings."""
    names = list(fields)
    return reduce(or_, (Q((f"{name}__contains", text)) for text in patterns for name in names), Q(pk__in=[]))
