"""Many originals in one zip file, made while it is read."""

from collections.abc import Iterable, Iterator

from zipstream import ZIP_STORED, ZipStream

from gallery.models import Photo
from gallery.pictures.opening import open_original
from gallery.storage.files import safe_filename
from gallery.text.cleaning import portable_filename


def stream_zip(photos: Iterable[Photo]) -> Iterator[bytes]:
    """The zip file's bytes, piece by piece; photos whose file is missing are left out.

    Nothing is compressed: pictures are already.
    """
    archive = ZipStream(compress_type=ZIP_STORED)
    taken: set[str] = set()
    for photo in photos:
        try:
            file = open_original(photo.path)
        except OSError:
            continue
        with file:
            name = portable_filename(safe_filename(photo.filename, extension=photo.extension))
            # By descriptor: the path may hold another file by now.
            archive.add_path(f"/proc/self/fd/{file.fileno()}", arcname=_unique(name, taken))
            yield from archive.file()
    yield from archive.finalize()


def _unique(filename: str, taken: set[str]) -> str:
    """`filename`, or with a number before its ending where it is taken; whatever their case, as Windows compares."""
    stem, dot, ending = filename.rpartition(".")
    name, number = filename, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    taken.add(name.casefold())
    return name
