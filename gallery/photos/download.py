"""Zip files of originals, created while they are sent."""

from collections.abc import Iterable, Iterator

from zipstream import ZIP_STORED, ZipStream

from gallery.models import Photo
from gallery.pictures.opening import open_original
from gallery.storage.files import safe_filename
from gallery.text.cleaning import portable_filename


def stream_zip(photos: Iterable[Photo]) -> Iterator[bytes]:
    """Yield the bytes of a zip file; photos with a missing file are left out.

    Entries are stored without compression: pictures are compressed already.
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
            # By descriptor: another file may be at the path by now.
            archive.add_path(f"/proc/self/fd/{file.fileno()}", arcname=_unique(name, taken))
            yield from archive.file()
    yield from archive.finalize()


def _unique(filename: str, taken: set[str]) -> str:
    """Return `filename`, numbered if it is taken; compared without case, as on Windows."""
    stem, dot, ending = filename.rpartition(".")
    name, number = filename, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    taken.add(name.casefold())
    return name
