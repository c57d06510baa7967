"""What photos that look alike have in common, and in what they differ, in the words of their page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat, truncatechars
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import Photo
from gallery.photos.merging import date_doubt
from gallery.views.details import camera_of, place_of, position_of
from search.near_duplicates.groups import Group

LONGEST = 160


@dataclass(frozen=True)
class Fact:
    """Something known of a photo; `is_best` if it speaks for this photo rather than for others of its group."""

    label: str | Promise
    value: str
    is_best: bool = False


@dataclass(frozen=True)
class ComparedGroup:
    """A group as its page shows it: its photos with the facts in which they differ, and what they have in common."""

    group: Group
    photos: tuple[tuple[Photo, tuple[Fact, ...]], ...]
    common: tuple[Fact, ...]


@dataclass(frozen=True)
class Aspect:
    """Something to compare: how it is said, and how much the better of two has of it, where one is better."""

    label: str | Promise
    tell: Callable[[Photo], str]
    worth: Callable[[Photo], Any] | None = None


def _date(photo: Photo) -> str:
    """Shorter than on the photo's page: many stand side by side."""
    if photo.taken_at is None:
        return _("not known")
    taken = date_format(photo.taken_at, "SHORT_DATETIME_FORMAT")
    return f"{taken} · {photo.get_date_source_display()}" if photo.date_source else taken


def _places(photo: Photo) -> str:
    sources = photo.sources.all()
    return ", ".join(dict.fromkeys(part for source in sources for part in (place_of(source), *source.albums)))


ASPECTS = (
    Aspect(
        gettext_lazy("Size"), lambda photo: f"{photo.width} × {photo.height}", lambda photo: photo.width * photo.height
    ),
    Aspect(
        gettext_lazy("File"),
        lambda photo: f"{photo.extension.upper()} · {filesizeformat(photo.file_size)}",
        lambda photo: photo.file_size,
    ),
    Aspect(gettext_lazy("Taken"), _date, lambda photo: -date_doubt(photo)),
    Aspect(
        gettext_lazy("Importance"),
        lambda photo: "★" * photo.importance or _("none"),
        lambda photo: photo.importance,
    ),
    Aspect(gettext_lazy("Camera"), lambda photo: camera_of(photo.metadata)),
    Aspect(gettext_lazy("Position"), lambda photo: position_of(photo.metadata)),
    Aspect(gettext_lazy("Description"), lambda photo: truncatechars(photo.description, LONGEST)),
    Aspect(gettext_lazy("From"), lambda photo: truncatechars(_places(photo), LONGEST)),
    Aspect(gettext_lazy("Name"), lambda photo: photo.filename),
)


def compare_group(group: Group) -> ComparedGroup:
    """What differs, photo by photo, and what does not."""
    facts: list[list[Fact]] = [[] for _photo in group.photos]
    common = []
    for aspect in ASPECTS:
        values = [aspect.tell(photo) for photo in group.photos]
        if len(set(values)) == 1:
            if values[0] not in ("", _("none"), _("not known"), _("Uploaded here")):
                common.append(Fact(aspect.label, values[0]))
            continue
        for number, is_best in enumerate(_best(aspect, group.photos)):
            facts[number].append(Fact(aspect.label, values[number], is_best))
    photos = tuple((photo, tuple(of)) for photo, of in zip(group.photos, facts, strict=True))
    return ComparedGroup(group, photos, tuple(common))


def _best(aspect: Aspect, photos: tuple[Photo, ...]) -> Iterator[bool]:
    """Which of the photos have most of it; none where all have as much."""
    worths = [aspect.worth(photo) if aspect.worth else 0 for photo in photos]
    for worth in worths:
        yield worth == max(worths) > min(worths)
