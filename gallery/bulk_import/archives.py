"""Archives that people upload are kept until their import is over."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.bulk_import.safety import ImportRefused
from gallery.files import write_file
from gallery.models import ImportJob
from gallery.reading import clean_filename

ARCHIVES = "imports"
# What is left on the disk when an archive has been uploaded.
SPARE_BYTES = 1 << 30
MAX_STEM_BYTES = 200


def keep_archive(archive: Iterable[bytes], *, filename: str, size: int) -> Path:
    """Where an archive of `size` bytes now lies: in a folder of its own, under the name that people know it by.

    ImportRefused if there is no room for it.
    """
    folder = Path(settings.MEDIA_ROOT, ARCHIVES, uuid4().hex)
    folder.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True)
    path = folder / _archive_name(filename)
    try:
        if shutil.disk_usage(folder).free < size + SPARE_BYTES:
            raise ImportRefused(_("There is not enough room on the disk for this archive."))
        write_file(path, archive)
    except BaseException:
        remove_archive(path)
        raise
    return path


def remove_archive(path: Path) -> None:
    """It, and its folder."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def remove_archives(job: ImportJob) -> None:
    """Archives that were uploaded are of no use after the import."""
    if job.is_upload:
        for root in job.roots:
            remove_archive(Path(root))


def _archive_name(filename: str) -> str:
    """A name that any disk takes; what is no zip archive by its ending may be one."""
    stem = clean_filename(filename, extension="zip").removesuffix(".zip").lstrip(".")
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore") + ".zip"
