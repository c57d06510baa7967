"""Properties of photos that filters compare, in the database and in the documents of the keyword index."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, Func, OuterRef, Q, TextField
from django.db.models.lookups import Contains

from gallery.models import Photo, PhotoQuerySet, PhotoSource


class CameraName(Func):
    """Make and model of the camera in a photo's metadata, in lower case; a trigram index holds this expression."""

    output_field = TextField()
    template = "lower(coalesce(%(expressions)s ->> 'make', '') || ' ' || coalesce(%(expressions)s ->> 'model', ''))"


@dataclass(frozen=True)
class Column:
    """A field of Photo, and of the same name in the index.

    `index_type` is the Elasticsearch type; None for a field that the index holds anyway, to search for words.
    """

    name: str
    index_type: Literal["keyword", "integer", "byte", "date", "text"] | None

    def condition(self, comparison: str, value: object) -> Q:
        """Return the condition on Photo that this column compares so with `value`."""
        return Q((f"{self.name}__{comparison}", value))

    def load(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        """Return `photos` with all that `index_value` reads."""
        return photos

    def index_value(self, photo: Photo) -> object:
        """Return the value for the index."""
        return getattr(photo, self.name)


class CameraColumn(Column):
    """Make and model of the camera, a part of the metadata; `index_value` reads an annotation instead of all of it."""

    def condition(self, comparison: str, value: object) -> Q:  # noqa: ARG002 - texts only have one comparison
        return Q(Contains(CameraName("metadata"), str(value).lower()))

    def load(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        return photos.annotate(camera=CameraName("metadata"))


class SourceColumn(Column):
    """The paths that a photo was imported from, in the index one a line."""

    def condition(self, comparison: str, value: object) -> Q:  # noqa: ARG002 - likewise
        return Q(Exists(PhotoSource.objects.filter(photo=OuterRef("pk"), path__icontains=str(value))))

    def load(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        return photos.prefetch_related("sources")

    def index_value(self, photo: Photo) -> object:
        return "\n".join(source.path for source in photo.sources.all())
