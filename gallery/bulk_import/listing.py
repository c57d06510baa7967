"""List the files of an import in batches, under a watchdog, until the pass must stop."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from gallery import sources
from gallery.bulk_import.heartbeat import Heartbeat
from gallery.bulk_import.read_attempts import ReadAttempts
from gallery.bulk_import.safety import ImportRefused, check_archive
from gallery.models import ImportJob
from gallery.sources.source_files import SourceItem

COUNT_BATCH_SIZE = 1000


class Listing:
    """The files below the roots of an import, in a stable order; all methods raise ListingHangs and PassStopped."""

    def __init__(self, job: ImportJob, *, attempts: ReadAttempts, heartbeat: Heartbeat) -> None:
        self._job = job
        self._attempts = attempts
        self._heartbeat = heartbeat
        self._on_progress: Callable[[], None] = heartbeat.check

    def check_roots(self) -> None:
        """Raise ImportRefused or ArchiveRefused if a root is gone or is not an archive."""
        with self._attempts.listing("roots"), self._heartbeat.watched():
            for root in map(Path, self._job.roots):
                if root.is_file():
                    check_archive(root)
                elif not root.is_dir():
                    raise ImportRefused(_("“%(path)s” no longer exists.") % {"path": root.name})

    def count(self) -> int:
        """Return the number of files, skipped ones included."""
        return sum(map(len, self.batches(COUNT_BATCH_SIZE)))

    def batches(self, size: int) -> Iterator[list[SourceItem]]:
        """Yield batches of `size` items, and the rest at the end."""
        items, listed = self._scan(), 0
        while True:
            with self._attempts.listing(f"{size} after {listed}"), self._heartbeat.watched() as self._on_progress:
                batch = []
                for item in islice(items, size):
                    self._on_progress()
                    batch.append(item)
            if not batch:
                break
            listed += len(batch)
            yield batch
        self._attempts.end_listing()

    def _scan(self) -> Iterator[SourceItem]:
        roots = [Path(root) for root in self._job.roots]
        root = roots[0] if roots[0].is_dir() else roots
        # Look the callback up at each call: every batch has its own watchdog.
        yield from sources.scan(
            root, profile=self._job.profile, ignore=self._job.ignore, on_progress=lambda: self._on_progress()
        )
