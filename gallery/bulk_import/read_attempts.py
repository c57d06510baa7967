"""Note which files are about to be read: one that kills its reader, every time, is known by that and given up."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from gallery.bulk_import.reading import storable_path
from gallery.bulk_import.safety import ImportRefused
from gallery.models import MAX_ATTEMPTS, ImportJob
from gallery.sources.source_files import SourceFile

LISTING = "listing"
"""Place in the notes for listing; equal to no file's path from the root."""

# What this process has begun and not ended.
_open: set["Notes"] = set()


class ListingHangs(ImportRefused):
    """Listing the files of an import ended its worker each time."""


class Notes:
    """The paths whose reading has begun but not ended, with the number of attempts (`ImportJob.unfinished_reads`).

    Also records where a listing of files has begun but not ended.

    Only the holder of the import's lease writes notes, and commits them before opening files. Notes present when a pass
    begins come from a pass that died. Each such file may be the cause, so each is read alone, and only the culprit ends
    its worker again.
    """

    def __init__(self, job: ImportJob) -> None:
        self._job_id = job.pk
        self._left: dict[str, int] = dict(job.unfinished_reads)
        self._begun: dict[str, int] = {}
        _open.add(self)

    def is_suspect(self, found: SourceFile) -> bool:
        """A reader died while it had this file, perhaps among others, before it."""
        return storable_path(found.path) in self._left

    def is_deadly(self, found: SourceFile) -> bool:
        """Readers have died of it so often that nobody should try again."""
        return self._left.get(storable_path(found.path), 0) >= MAX_ATTEMPTS

    def begin(self, files: Iterable[SourceFile]) -> None:
        """These are about to be read."""
        paths = [storable_path(found.path) for found in files]
        self._begun |= {path: self._left.get(path, 0) + 1 for path in paths}
        self._save()

    def end(self, files: Iterable[SourceFile]) -> None:
        """These were read, or given up; it is written down with what is begun next."""
        for found in files:
            path = storable_path(found.path)
            self._begun.pop(path, None)
            self._left.pop(path, None)

    @contextmanager
    def listing(self, place: str) -> Iterator[None]:
        """Note that files are being listed, at a point that each pass reaches once. ListingHangs.

        Counted by place, because files read at the same time may be what ends the process; next time those are read
        alone, while nothing is listed.
        """
        place = f"{LISTING} {place}"
        if self._left.get(place, 0) >= MAX_ATTEMPTS:
            # The cause may be gone when the import is started again.
            self.end_listing()
            raise ListingHangs(_("Looking through the folder or archive crashed the importer three times."))
        self._begun[place] = self._left.get(place, 0) + 1
        self._save()
        yield
        self._begun.pop(place)
        self._left.pop(place, None)

    def end_listing(self) -> None:
        """Note that the listing finished or was given up."""
        self._left = {path: count for path, count in self._left.items() if not path.startswith(LISTING)}

    def close(self) -> None:
        """Nothing is being read any more, and this process lives: whatever ended the pass, no file did."""
        _open.discard(self)
        self._begun = {}
        self._save()

    def _save(self) -> None:
        ImportJob.objects.filter(pk=self._job_id).update(unfinished_reads=self._left | self._begun)


def take_back_begun() -> None:
    """Forget what this process has begun to read and not ended: being stopped in order is no file's fault."""
    for notes in list(_open):
        notes.close()
