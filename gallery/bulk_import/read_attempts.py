"""Record which files are about to be read, so that a file which repeatedly kills its reader is found and skipped."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from gallery.bulk_import.safety import ImportRefused
from gallery.models import MAX_ATTEMPTS, ImportJob
from gallery.processing import unfinished
from gallery.sources.source_files import SourceFile

# Prefix of the keys that record listing; the identity of a file never begins with it.
LISTING = "listing"


class ListingHangs(ImportRefused):
    """Listing the files of an import has repeatedly killed its worker."""


class ReadAttempts:
    """The number of attempts to read each file that was begun and not finished (`ImportJob.unfinished_reads`).

    Listing the files is recorded likewise. Only the holder of the import's lease writes attempts, and commits them
    before opening files. Attempts present when a pass begins come from a pass that died. Each of their files may be the
    cause, so each is read alone: then only the culprit kills its worker again.
    """

    def __init__(self, job: ImportJob) -> None:
        self._job_id = job.pk
        self._interrupted: dict[str, int] = dict(job.unfinished_reads)
        self._running: dict[str, int] = {}
        unfinished.register(self)

    def was_interrupted(self, file: SourceFile) -> bool:
        """Return whether an earlier reader died while it was reading this file, perhaps among others."""
        return str(file.identity) in self._interrupted

    def is_exhausted(self, file: SourceFile) -> bool:
        """Return whether readers have died too often to try this file again."""
        return self._interrupted.get(str(file.identity), 0) >= MAX_ATTEMPTS

    def begin(self, files: Iterable[SourceFile]) -> None:
        """Count an attempt for each file, before it is read."""
        identities = [str(file.identity) for file in files]
        self._running |= {identity: self._interrupted.get(identity, 0) + 1 for identity in identities}
        self._save()

    def end(self, files: Iterable[SourceFile]) -> None:
        """Forget the attempts of files that were read or skipped; saved with the next `begin`."""
        for file in files:
            identity = str(file.identity)
            self._running.pop(identity, None)
            self._interrupted.pop(identity, None)

    @contextmanager
    def listing(self, place: str) -> Iterator[None]:
        """Count an attempt to list files, at a `place` that each pass reaches once; raises ListingHangs.

        Attempts are counted by place because files that are read at the same time may be the cause; the next pass reads
        those alone, while nothing is listed.
        """
        place = f"{LISTING} {place}"
        if self._interrupted.get(place, 0) >= MAX_ATTEMPTS:
            # Forget the attempts: the cause may be gone when the import is started again.
            self.end_listing()
            raise ListingHangs(_("Listing the files of this folder or archive crashed the importer three times."))
        self._running[place] = self._interrupted.get(place, 0) + 1
        self._save()
        yield
        self._running.pop(place)
        self._interrupted.pop(place, None)

    def end_listing(self) -> None:
        """Forget the attempts to list files."""
        self._interrupted = {key: count for key, count in self._interrupted.items() if not key.startswith(LISTING)}

    def withdraw(self) -> None:
        """Forget the running attempts: the process is alive, so no file has killed it."""
        unfinished.unregister(self)
        self._running = {}
        self._save()

    def _save(self) -> None:
        ImportJob.objects.filter(pk=self._job_id).update(unfinished_reads=self._interrupted | self._running)
