"""Uploaded archives, which are kept until their import is over."""

import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from gallery.models import ImportJob, PartialUpload
from gallery.sources.tar_archives import discard_unpacked
from gallery.storage.files import ARCHIVES


def remove_archive(path: Path) -> None:
    """Remove an archive and its folder."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def remove_archives(job: ImportJob) -> None:
    """Remove the archives of an import that is over, if they were uploaded, and their unpacked copies."""
    for root in map(Path, job.roots):
        if root.is_file():
            discard_unpacked(root)
        if job.is_upload:
            remove_archive(root)


def sweep_archives() -> int:
    """Remove archives without an upload or an import, which a crash has left; return their number."""
    folders = list(Path(settings.MEDIA_ROOT, ARCHIVES).glob("*"))
    # Query uploads before imports: an archive that is handed over between the queries is then found as an import's.
    needed = {pk.hex for pk in PartialUpload.objects.filter(is_archive=True).values_list("pk", flat=True)}
    jobs = ImportJob.objects.filter(is_upload=True).exclude(state__in=ImportJob.ENDED_STATES)
    needed.update(Path(root).parent.name for roots in jobs.values_list("roots", flat=True) for root in roots)
    swept = 0
    for folder in folders:
        with suppress(FileNotFoundError):  # removed when its import ended just now
            if folder.name not in needed:
                shutil.rmtree(folder)
                swept += 1
    return swept
