"""Lists the files of an import in batches, under the watchdog, until the pass must stop."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from gallery import sources
from gallery.bulk_import.heartbeat import Pulse
from gallery.bulk_import.read_attempts import Notes
from gallery.bulk_import.safety import ImportRefused, check_archive
from gallery.models import ImportJob
from gallery.sources.source_files import SourceItem

COUNTED_AT_ONCE = 1000


class Listing:
    """The files below the roots of an import, in a stable order. ListingHangs, PassStopped."""

    def __init__(self, job: ImportJob, *, notes: Notes, pulse: Pulse) -> None:
        self._job = job
        self._notes = notes
        self._pulse = pulse
        self._progressed: Callable[[], None] = pulse.check

    def check_roots(self) -> None:
        """ImportRefused or ArchiveRefused if a root is gone or is not an archive."""
        with self._notes.listing("roots"), self._pulse.watched():
            for root in map(Path, self._job.roots):
                if root.is_file():
                    check_archive(root)
                elif not root.is_dir():
                    raise ImportRefused(_("There is no “%(path)s” any more.") % {"path": root.name})

    def count(self) -> int:
        """Count the files."""
        return sum(map(len, self.batches(COUNTED_AT_ONCE)))

    def batches(self, size: int) -> Iterator[list[SourceItem]]:
        """Yield batches of `size` files, and the rest at the end."""
        found, listed = self._found(), 0
        while True:
            with self._notes.listing(f"{size} after {listed}"), self._pulse.watched() as self._progressed:
                batch = []
                for one in islice(found, size):
                    self._progressed()
                    batch.append(one)
            if not batch:
                break
            listed += len(batch)
            yield batch
        self._notes.end_listing()

    def _found(self) -> Iterator[SourceItem]:
        roots = [Path(root) for root in self._job.roots]
        root = roots[0] if roots[0].is_dir() else roots
        # The watchdog to notify changes with each batch.
        yield from sources.scan(
            root, profile=self._job.profile, ignore=self._job.ignore, on_progress=lambda: self._progressed()
        )
