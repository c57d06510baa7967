"""Archives that people upload are kept until their import is over."""

import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.bulk_import.safety import ImportRefused
from gallery.files import ARCHIVES, write_file
from gallery.models import ImportJob, PartialUpload
from gallery.partial_uploads import LIFETIME
from gallery.reading import clean_filename

# What is left on the disk when an archive has been uploaded.
SPARE_BYTES = 1 << 30
MAX_STEM_BYTES = 200
# In these states nobody reads an archive any more.
OVER = (ImportJob.State.FINISHED, ImportJob.State.CANCELLED, ImportJob.State.UNDOING, ImportJob.State.UNDONE)


def keep_archive(archive: Iterable[bytes], *, filename: str, size: int) -> Path:
    """Where an archive of `size` bytes now lies: in a folder of its own, under the name that people know it by.

    ImportRefused if there is no room for it.
    """
    refuse_without_room(size)
    path = Path(settings.MEDIA_ROOT, ARCHIVES, uuid4().hex, archive_name(filename))
    try:
        write_file(path, archive)
    except BaseException:
        remove_archive(path)
        raise
    return path


def refuse_without_room(size: int) -> None:
    """ImportRefused if the disk has no room for `size` bytes and what else goes on."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < size + SPARE_BYTES:
        raise ImportRefused(_("There is not enough room on the disk for this archive."))


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


def sweep_archives() -> int:
    """Remove archives that no upload and no import needs: what a crash has left, after a day; how many there were."""
    folders = list(Path(settings.MEDIA_ROOT, ARCHIVES).glob("*"))
    # In this order: what is taken between the two questions is an import's when it is an upload's no more.
    needed = {pk.hex for pk in PartialUpload.objects.filter(is_archive=True).values_list("pk", flat=True)}
    jobs = ImportJob.objects.filter(is_upload=True).exclude(state__in=OVER)
    needed.update(Path(root).parent.name for roots in jobs.values_list("roots", flat=True) for root in roots)
    swept = 0
    for folder in folders:
        with suppress(FileNotFoundError):  # its import has just ended
            if folder.name not in needed and folder.stat().st_mtime < time.time() - LIFETIME.total_seconds():
                shutil.rmtree(folder)
                swept += 1
    return swept


def archive_name(filename: str) -> str:
    """A name that any disk takes; what is no zip archive by its ending may be one."""
    stem = clean_filename(filename, extension="zip").removesuffix(".zip").lstrip(".")
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore") + ".zip"
