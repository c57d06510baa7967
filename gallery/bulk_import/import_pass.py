"""One pass through all files of an import: list them, read what is new or changed, and store it batch by batch."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from django.db import transaction
from django.utils import timezone

from gallery.bulk_import.heartbeat import Heartbeat, PassStopped
from gallery.bulk_import.items import plan_batch, save_items
from gallery.bulk_import.listing import Listing
from gallery.bulk_import.outcomes import predict_items, store_files
from gallery.bulk_import.read_ahead import (
    READER_THREAD_PREFIX,
    READER_THREADS,
    BatchReader,
    ReadBatch,
    discard_files,
)
from gallery.bulk_import.read_attempts import ReadAttempts
from gallery.bulk_import.scheduling import Turn
from gallery.bulk_import.tally import Tally
from gallery.models import ImportJob
from gallery.storage.files import sync_files

BATCH_SIZE = 64
# An empty batch only updates the heartbeat, at most this often.
SECONDS_BETWEEN_EMPTY_BATCHES = 5

State = ImportJob.State
OnBatch = Callable[[ImportJob], None]


class ImportPass:
    """A pass from the first file on; files whose items are up to date are skipped quickly."""

    def __init__(self, job: ImportJob, *, turn: Turn, on_batch: OnBatch) -> None:
        self.job = job
        self._state = job.state
        self._turn = turn
        self._on_batch = on_batch
        self._stored_at = 0.0
        self._tally = Tally(job)
        self.error = ""
        self._attempts = ReadAttempts(job)
        self._heartbeat = Heartbeat(job)
        self._listing = Listing(job, attempts=self._attempts, heartbeat=self._heartbeat)

    def run(self) -> bool:
        """Work until all files are done, and return True, or until the turn is over, and return False.

        `error` is set if the files and their results do not add up.

        Raises:
            PassStopped: the import was paused, cancelled, undone or deleted, or the process is stopping.
            ImportRefused, ArchiveRefused, OSError: the source cannot be read, or our own disk fails.
        """
        try:
            self._listing.check_roots()
            self._begin()
            is_done = self._go_through_files()
            if is_done:
                self.error = self._tally.finish(self.job)
            return is_done
        finally:
            self._attempts.withdraw()

    def _begin(self) -> None:
        jobs = ImportJob.objects.filter(pk=self.job.pk)
        if self.job.expected_files is None or self.job.watch:
            jobs.update(expected_files=self._listing.count())
        jobs.update(pass_started_at=timezone.now(), seen_before_pass=self.job.seen)

    def _go_through_files(self) -> bool:
        copy = self.job.mode == ImportJob.Mode.COPY and self._state == State.RUNNING
        plans = (plan_batch(found, job=self.job) for found in self._listing.batches(BATCH_SIZE))
        with ThreadPoolExecutor(READER_THREADS, thread_name_prefix=READER_THREAD_PREFIX) as pool:
            reader = BatchReader(self.job, attempts=self._attempts, heartbeat=self._heartbeat, copy=copy, pool=pool)
            with closing(reader.read(plans)) as batches:
                for read in batches:
                    self._store(read)
                    self._attempts.end(read.batch.to_read)
                    self._on_batch(self.job)
                    # Never end before something was stored: listing the files again may take a whole turn.
                    if not read.is_empty and self._turn.is_over():
                        return False
        return True

    def _store(self, read: ReadBatch) -> None:
        """Store the files and save their items in one transaction; raises PassStopped if the import's state changed."""
        self._tally.add(read.batch)
        if read.is_empty and time.monotonic() - self._stored_at < SECONDS_BETWEEN_EMPTY_BATCHES:
            return
        try:
            sync_files(file.temporary for file in read.files if file.temporary)
            with transaction.atomic():
                # Lock out actions on the import until the batch is stored, but not inserts that refer to the owner:
                # this batch may have to wait for those.
                jobs = ImportJob.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "album")
                job = jobs.filter(pk=self.job.pk).first()
                if job is None or job.state != self._state:
                    raise PassStopped
                self.job = job
                settle = predict_items if self._state == State.CHECKING else store_files
                items = [*read.batch.finished_items, *settle(read.files, job=job)]
                save_items(job, items, read.batch.earlier_items)
                self._tally.add_saved(read.batch, items)
                job.heartbeat = timezone.now()
                job.save(update_fields=["preview_counts", "import_counts", "heartbeat"])
        finally:
            discard_files(read.files)
        self._stored_at = time.monotonic()
