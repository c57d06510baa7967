"""Common and differing details of near-duplicates, as text for their page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat, truncatechars
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import Photo
from gallery.photos.keeper_reasons import explain_keeper
from gallery.photos.merging import date_doubt
from gallery.views.details import camera_of, describe_date, describe_place, place_of
from search.near_duplicates.groups import Group

LONGEST = 160


@dataclass(frozen=True)
class Fact:
    """A detail of a photo; `is_best` marks the best value of the group."""

    label: str | Promise
    value: str
    is_best: bool = False


@dataclass(frozen=True)
class ComparedGroup:
    """A group with the differing facts of each photo, the common facts, and why its first photo is suggested."""

    group: Group
    photos: tuple[tuple[Photo, tuple[Fact, ...]], ...]
    common: tuple[Fact, ...]
    reason: str


@dataclass(frozen=True)
class Aspect:
    """A compared detail: its text, and a sort key if some values are better than others."""

    label: str | Promise
    text: Callable[[Photo], str]
    worth: Callable[[Photo], Any] | None = None


def _date(photo: Photo) -> str:
    """Date in short form, as photos stand side by side."""
    if photo.taken_at is None:
        return _("unknown")
    taken = describe_date(photo).text
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
    Aspect(gettext_lazy("Location"), lambda photo: describe_place(photo).text),
    Aspect(gettext_lazy("Description"), lambda photo: truncatechars(photo.description, LONGEST)),
    Aspect(gettext_lazy("From"), lambda photo: truncatechars(_places(photo), LONGEST)),
    Aspect(gettext_lazy("Name"), lambda photo: photo.filename),
)


def compare_group(group: Group) -> ComparedGroup:
    """Separate the details that differ from the common ones."""
    facts: list[list[Fact]] = [[] for _photo in group.photos]
    common = []
    for aspect in ASPECTS:
        values = [aspect.text(photo) for photo in group.photos]
        if len(set(values)) == 1:
            if values[0] not in ("", _("none"), _("unknown"), _("Uploaded here")):
                common.append(Fact(aspect.label, values[0]))
            continue
        for number, is_best in enumerate(_best(aspect, group.photos)):
            facts[number].append(Fact(aspect.label, values[number], is_best))
    photos = tuple((photo, tuple(own)) for photo, own in zip(group.photos, facts, strict=True))
    return ComparedGroup(group, photos, tuple(common), explain_keeper(group.photos))


def _best(aspect: Aspect, photos: tuple[Photo, ...]) -> Iterator[bool]:
    """Yield True for photos with the best value, unless all values are equal."""
    worths = [aspect.worth(photo) if aspect.worth else 0 for photo in photos]
    for worth in worths:
        yield worth == max(worths) > min(worths)
