"""The files of a photo as clients get them: thumbnail, preview and original."""

from gallery.access.file_answers import ServedFile
from gallery.models import Photo
from gallery.pictures.formats import FORMAT_OF_EXTENSION
from gallery.storage.files import safe_filename, thumbnail_path


def thumbnail_of(photo: Photo, *, size: str) -> ServedFile:
    """Return the thumbnail of a photo that has one; `size` is one of THUMBNAIL_SIDES."""
    return ServedFile(
        thumbnail_path(size, owner_id=photo.owner_id, sha256=photo.sha256),
        etag=f"{photo.sha256}-{size}-{photo.thumbnail_version}",
        content_type="image/webp",
        filename=f"{photo.pk}-{size}.webp",
    )


def original_of(photo: Photo) -> ServedFile:
    """Return the uploaded bytes, under the media type of the decoded format."""
    return ServedFile(
        photo.path,
        etag=photo.sha256,
        content_type=FORMAT_OF_EXTENSION[photo.extension].content_type,
        filename=safe_filename(photo.filename, extension=photo.extension),
    )
