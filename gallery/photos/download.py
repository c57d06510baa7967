"""Zip files of originals, created while they are sent."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from zipstream import ZIP_STORED, ZipStream

from gallery.models import Photo
from gallery.pictures.opening import open_original
from gallery.storage.files import safe_filename
from gallery.text.cleaning import portable_filename
from gallery.text.normalizing import normalize_unicode


def stream_zip(photos: Iterable[Photo], *, with_companions: bool = False) -> Iterator[bytes]:
    """Yield the bytes of a zip file; photos with a missing file are left out.

    With `with_companions`, raw files and films that belong to the photos follow them. Entries are stored without
    compression: pictures are compressed already.
    """
    archive = ZipStream(compress_type=ZIP_STORED)
    taken: set[str] = set()
    for photo in photos:
        name = safe_filename(photo.filename, extension=photo.extension)
        yield from _entry(archive, photo.path, name, taken)
        for companion in photo.companions.order_by("pk") if with_companions else ():
            yield from _entry(archive, companion.place, companion.filename, taken)
    yield from archive.finalize()


def _entry(archive: ZipStream, path: Path, name: str, taken: set[str]) -> Iterator[bytes]:
    try:
        file = open_original(path)
    except OSError:
        return
    with file:
        # By descriptor: another file may be at the path by now.
        archive.add_path(f"/proc/self/fd/{file.fileno()}", arcname=_unique(portable_filename(name), taken))
        yield from archive.file()


def _unique(filename: str, taken: set[str]) -> str:
    """Return `filename`, numbered if it is taken on Windows or a Mac: there, case and Unicode normal form are equal."""
    stem, dot, ending = filename.rpartition(".")
    name, number = filename, 1
    while (key := normalize_unicode(normalize_unicode(name, form="NFC").casefold(), form="NFC")) in taken:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    taken.add(key)
    return name
