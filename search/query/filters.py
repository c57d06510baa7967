"""What a photo must be, whatever it shows: `Filters`, the same for the database and for the keyword index."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime

from django.db.models import Exists, Func, OuterRef, Q, TextField
from django.db.models.lookups import Contains

from gallery.models import PhotoSource


class CameraName(Func):
    """Make and model of the camera in a photo's metadata, in lower case; a trigram index holds this expression."""

    output_field = TextField()
    template = "lower(coalesce(%(expressions)s ->> 'make', '') || ' ' || coalesce(%(expressions)s ->> 'model', ''))"


@dataclass(frozen=True)
class Filters:
    """What a photo must be, whatever it shows; None and "" ask for nothing.

    Widths and heights are in pixels, limits inclusive; `after` includes its moment, `before` excludes it, both in the
    local time where the picture was taken.
    """

    extension: str = ""
    kind: str = ""
    min_width: int | None = None
    max_width: int | None = None
    min_height: int | None = None
    max_height: int | None = None
    min_importance: int | None = None
    max_importance: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    filename: str = ""
    camera: str = ""
    source: str = ""

    def __or__(self, other: "Filters") -> "Filters":
        """These filters, and those of `other` where these ask for nothing."""
        mine = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(other, **{name: value for name, value in mine.items() if value not in (None, "")})

    def conditions(self) -> Iterator[tuple[str, str, object]]:
        """Yield (field of PhotoDocument, "exact" | "gte" | "lte" | "lt" | "icontains", value) for all asked for."""
        for name, field, comparison in (
            ("extension", "extension", "exact"),
            ("kind", "kind", "exact"),
            ("min_width", "width", "gte"),
            ("max_width", "width", "lte"),
            ("min_height", "height", "gte"),
            ("max_height", "height", "lte"),
            ("min_importance", "importance", "gte"),
            ("max_importance", "importance", "lte"),
            ("after", "taken_at", "gte"),
            ("before", "taken_at", "lt"),
            ("filename", "filename", "icontains"),
            ("camera", "camera", "icontains"),
            ("source", "source", "icontains"),
        ):
            value = getattr(self, name)
            if value not in (None, ""):
                yield field, comparison, value

    def photo_conditions(self) -> Q:
        """The same as a condition on Photo."""
        return Q(*(_photo_condition(*condition) for condition in self.conditions()))


def _photo_condition(field: str, comparison: str, value: object) -> Q:
    if field == "camera":
        return Q(Contains(CameraName("metadata"), str(value).lower()))
    if field == "source":
        return Q(Exists(PhotoSource.objects.filter(photo=OuterRef("pk"), path__icontains=str(value))))
    return Q((f"{field}__{comparison}", value))
