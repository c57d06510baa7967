"""Details of a photo as labelled text for its page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from fractions import Fraction

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import Photo, PhotoSource, Witness
from gallery.photos.placing import place_text
from gallery.photos.time_zones import offset_text

# They often state a day without a time.
DAY_WITNESSES = {Witness.FILENAME, Witness.FOLDER}
# Kinds of conversation, by QQ's folder names.
CONVERSATIONS = {
    "Group": gettext_lazy("group chat"),
    "Discuss": gettext_lazy("discussion group"),
    "C2C": gettext_lazy("private chat"),
}


@dataclass(frozen=True)
class Described:
    """A value as text, empty if it is unknown, and its origin."""

    text: str
    origin: str


def describe(photo: Photo) -> list[tuple[str, str]]:
    """Return pairs of label and value, most important first, without empty values."""
    return [(label, value) for label, value in _details(photo) if value]


def describe_sources(photo: Photo, *, shows_paths: bool) -> list[tuple[PhotoSource, str, list[tuple[str, str]]]]:
    """Return the sources of a photo, oldest first, each with its name and details."""
    sources = photo.sources.select_related("job").order_by("pk")
    return [
        (
            source,
            place_of(source, shows_paths=shows_paths),
            [(label, value) for label, value in _source_details(source, shows_paths=shows_paths) if value],
        )
        for source in sources
    ]


def place_of(source: PhotoSource, *, shows_paths: bool = False) -> str:
    """Return the name of a source: “Uploaded here”, or the path as the user may see it."""
    if source.path == PhotoSource.UPLOAD:
        return _("Uploaded here")
    return source.places(shows_paths=shows_paths).name(source.path)


def _source_details(source: PhotoSource, *, shows_paths: bool) -> Iterator[tuple[str, str]]:
    yield _("Albums"), ", ".join(source.albums)
    yield _("Account"), source.account
    yield _("Conversation"), str(CONVERSATIONS.get(source.conversation) or source.conversation)
    yield _("Sidecar"), source.places(shows_paths=shows_paths).name(source.sidecar)
    yield _("Marked as"), _("archived") if source.is_archived else ""
    if not source.is_copy:
        yield _("File"), _("left in place") if source.is_present else _("no longer there")


def _details(photo: Photo) -> Iterator[tuple[str, str]]:
    megapixels = number_format(photo.width * photo.height / 1e6, decimal_pos=1)
    yield _("Title"), photo.labels.get("title", "")
    yield _("People"), " · ".join(photo.labels.get("people", ()))
    yield _("Keywords"), " · ".join(photo.labels.get("keywords", ()))
    yield _("Kind"), photo.get_kind_display()
    yield _("Size"), f"{photo.width} × {photo.height} · {megapixels} MP"
    yield _("File"), f"{photo.extension.upper()} · {filesizeformat(photo.file_size)}"
    data = photo.metadata
    yield _("Camera"), camera_of(data)
    yield _("Lens"), data.get("lens", "")
    yield _("Exposure"), " · ".join(_exposure(data))
    if data.get("description") != photo.description:
        yield _("Caption in the file"), data.get("description", "")
    yield _("Artist"), data.get("artist", "")
    yield _("Copyright"), data.get("copyright", "")
    yield _("Software"), data.get("software", "")
    yield _("Uploaded"), date_format(timezone.localtime(photo.uploaded_at), "DATETIME_FORMAT")


def describe_date(photo: Photo) -> Described:
    """Return local time, with the UTC offset if known; of names that state a day only, the day."""
    if photo.taken_at is None:
        return Described("", photo.get_date_source_display())
    has_time = photo.date_source not in DAY_WITNESSES or photo.taken_at.time() != time.min
    taken = date_format(photo.taken_at, "DATETIME_FORMAT" if has_time else "DATE_FORMAT")
    if photo.taken_offset is not None:
        taken += f" ({offset_text(photo.taken_offset)})"
    return Described(taken, photo.get_date_source_display())


def describe_place(photo: Photo) -> Described:
    """Return the town, the coordinates, and the altitude if known."""
    coordinates = place_text(photo)
    altitude = f"{photo.altitude:.0f} m" if coordinates and photo.altitude is not None else ""
    town = photo.place.title if photo.place else ""
    return Described(" · ".join(filter(None, (town, coordinates, altitude))), photo.get_place_source_display())


def camera_of(data: dict[str, str]) -> str:
    """Return make and model; the make once, as many models repeat it."""
    make, model = data.get("make", ""), data.get("model", "")
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _exposure(data: dict[str, float]) -> Iterator[str]:
    if seconds := data.get("exposure_time"):
        yield f"1/{round(1 / seconds)} s" if seconds < 0.3 else f"{Fraction(seconds).limit_denominator(10)} s"
    if aperture := data.get("aperture"):
        yield f"f/{aperture:.3g}"
    if iso := data.get("iso"):
        yield f"ISO {iso}"
    if focal_length := data.get("focal_length"):
        yield f"{focal_length:.3g} mm"
