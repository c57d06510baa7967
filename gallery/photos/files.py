"""The files of a photo as clients get them: thumbnail, preview, original, film, and the files that belong to it."""

from mimetypes import guess_type
from pathlib import PurePath

from django.http import Http404

from gallery.access.file_answers import ServedFile
from gallery.models import Photo, PhotoCompanion
from gallery.pictures.formats import FORMAT_OF_EXTENSION
from gallery.storage.files import safe_filename, thumbnail_path

# Media types that browsers play, and never run.
FILM_TYPES = {"video/mp4", "video/quicktime", "video/x-m4v"}


def thumbnail_of(photo: Photo, *, size: str) -> ServedFile:
    """Return the thumbnail of a photo that has one; `size` is one of THUMBNAIL_SIDES."""
    return ServedFile(
        thumbnail_path(size, owner_id=photo.owner_id, sha256=photo.sha256, rotation=photo.thumbnail_rotation),
        etag=f"{photo.sha256}-{size}-{photo.thumbnail_key}",
        content_type="image/webp",
        filename=f"{photo.pk}-{size}.webp",
        version=str(photo.thumbnail_key),
    )


def original_of(photo: Photo) -> ServedFile:
    """Return the uploaded bytes, under the media type of the decoded format."""
    return ServedFile(
        photo.path,
        etag=photo.sha256,
        content_type=FORMAT_OF_EXTENSION[photo.extension].content_type,
        filename=safe_filename(photo.filename, extension=photo.extension),
    )


def film_of(photo: Photo) -> ServedFile:
    """Return the film in the original of a motion photo. Raises Http404 without one."""
    if not photo.film_bytes:
        raise Http404
    first, end = photo.film_bytes.lower, photo.film_bytes.upper
    return ServedFile(
        photo.path,
        etag=f"{photo.sha256}-film",
        content_type="video/mp4",
        filename=safe_filename(PurePath(photo.filename).stem, extension="mp4"),
        part=(first, end - first),
    )


def companion_of(companion: PhotoCompanion) -> ServedFile:
    """Return a file that belongs to a photo: films under their media type, raw files as bytes."""
    media_type = guess_type(companion.filename)[0] or ""
    return ServedFile(
        companion.place,
        etag=companion.sha256,
        content_type=media_type if media_type in FILM_TYPES else "application/octet-stream",
        filename=companion.filename,
    )
