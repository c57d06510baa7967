"""Many originals in one zip file, made while it is read."""

from collections.abc import Iterable, Iterator

from zipstream import ZIP_STORED, ZipStream

from gallery.files import is_original_there, safe_filename
from gallery.legible import portable_filename
from gallery.models import Photo


def stream_zip(photos: Iterable[Photo]) -> Iterator[bytes]:
    """The zip file's bytes, piece by piece; photos whose file is missing are left out.

    Nothing is compressed: pictures are already.
    """
    archive = ZipStream(compress_type=ZIP_STORED)
    taken: set[str] = set()
    for photo in photos:
        if is_original_there(photo.path):
            name = portable_filename(safe_filename(photo.filename, extension=photo.extension))
            archive.add_path(photo.path, arcname=_unique(name, taken))
    yield from archive


def _unique(filename: str, taken: set[str]) -> str:
    """`filename`, or with a number before its ending where it is taken; whatever their case, as Windows compares."""
    stem, dot, ending = filename.rpartition(".")
    name, number = filename, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    taken.add(name.casefold())
    return name
