"""The work of the metadata step: read files and XMP sidecars, replace what they state, and settle their photos."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.claims.places import locate
from gallery.claims.settling import settle, touch
from gallery.metadata.process import ReadingFailed
from gallery.metadata.program import ExifToolUnavailable
from gallery.metadata.reading import METADATA_VERSION, Claims, FileMetadata, read_file, read_sidecar
from gallery.models import Photo, PhotoSource, Witness
from gallery.pictures.opening import open_original
from gallery.processing.attempts import DependencyUnavailable, Failures

SIDECAR = Witness.SIDECAR.value
PERSON = Witness.PERSON.value


def store_metadata(photos: list[Photo]) -> Failures:
    """Read the metadata of each photo's file and sidecars; what its owner stated stays."""
    failures: dict[int, str] = {}
    read: dict[int, FileMetadata] = {}
    try:
        for photo in photos:
            try:
                read[photo.pk] = _read(photo)
            except ReadingFailed:
                failures[photo.pk] = _("exiftool cannot read this file: it takes too long or too much memory.")
            except OSError:
                failures[photo.pk] = _("The original file is missing or cannot be read.")
        sidecars = _read_sidecars(read)
    except ExifToolUnavailable as error:
        raise DependencyUnavailable(str(error)) from error
    with transaction.atomic():
        _store(read, sidecars)
    return failures


def _read(photo: Photo) -> FileMetadata:
    with open_original(photo.path) as file:
        return read_file(file)


def _read_sidecars(photo_ids: Iterable[int]) -> dict[int, Claims]:
    """Return what the XMP sidecars of photos state, by the id of their source; a broken one states nothing."""
    with_sidecar = PhotoSource.objects.filter(photo__in=list(photo_ids)).exclude(sidecar_content=b"")
    found: dict[int, Claims] = {}
    for pk, content in with_sidecar.values_list("pk", "sidecar_content"):
        try:
            found[pk] = read_sidecar(bytes(content))
        except ReadingFailed:
            continue
    return found


def _store(read: dict[int, FileMetadata], sidecars: dict[int, Claims]) -> None:
    photos = list(Photo.objects.filter(pk__in=list(read)).order_by("pk").select_for_update(no_key=True))
    sources = list(PhotoSource.objects.filter(pk__in=list(sidecars)).order_by("pk").select_for_update())
    for source in sources:
        # A JSON sidecar may state more than the XMP sidecar, which was edited later.
        kept = set(Witness.values) - ({SIDECAR} if source.sidecar.lower().endswith(".xmp") else set())
        source.claims = _replaced(source.claims, sidecars[source.pk], keeps=kept.__contains__)
    PhotoSource.objects.bulk_update(sources, ["claims"])
    with_other_data = []
    for photo in photos:
        found = read[photo.pk]
        photo.claims = _replaced(photo.claims, found.claims, keeps=lambda witness: witness == PERSON)
        if photo.metadata != found.data:
            photo.metadata = found.data
            with_other_data.append(photo.pk)
        photo.metadata_version = METADATA_VERSION
    Photo.objects.bulk_update(photos, ["claims", "metadata", "metadata_version"])
    settled = {photo.pk for photo in settle(photos)}
    # The keyword index contains camera and lens.
    touch(set(with_other_data) - settled)
    locate(read)
    # `settle` asks for this step where the place is another one by now.
    Photo.objects.filter(pk__in=settled).update(metadata_version=METADATA_VERSION)


def _replaced(known: Claims, read: Claims, *, keeps: Callable[[str], bool]) -> Claims:
    """Return the claims that were `read`, and those known of witnesses that are kept."""
    kept = {name: {who: value for who, value in values.items() if keeps(who)} for name, values in known.items()}
    merged = {name: kept.get(name, {}) | read.get(name, {}) for name in (*kept, *read)}
    return {name: values for name, values in merged.items() if values}
