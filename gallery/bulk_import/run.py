"""Go through the files of an import, batch by batch, checking or importing them; whenever it stops, it can go on."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.bulk_import.heartbeat import PassStopped, Pulse, is_stopping
from gallery.bulk_import.items import Sifted, sift, write_down
from gallery.bulk_import.listing import Listing
from gallery.bulk_import.outcomes import foresee, store
from gallery.bulk_import.presence import mark_presence
from gallery.bulk_import.read_attempts import ListingHangs, Notes
from gallery.bulk_import.reading import ARCHIVE_ERRORS, ReadFile, read_file
from gallery.bulk_import.safety import ImportRefused
from gallery.bulk_import.scheduling import Turn
from gallery.bulk_import.undo import undo_batch
from gallery.bulk_import.uploaded_archives import remove_archives
from gallery.models import ImportJob
from gallery.sources.source_files import SourceFile
from gallery.sources.zip_trees import ArchiveRefused
from gallery.storage.files import sync_files
from gallery.storage.locks import Lock, try_locked

BATCH = 64
READERS = 2
# Batches that are being read while an earlier one is stored.
AHEAD = 1
SECONDS_BETWEEN_HEARTBEATS = 5
READER_NAME = "import-reader"

State = ImportJob.State
Progress = Callable[[ImportJob], None]


def run_job(
    job_id: int,
    *,
    seconds: float | None = None,
    others_wait: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _job: None,
) -> bool:
    """Work on an import for about `seconds`; return False if the work must continue later.

    Returns earlier if `others_wait`, or when this process stops. Does nothing while another process works on the
    import.
    """
    with try_locked(Lock.RUNNING_IMPORT, job_id) as is_ours:
        job = ImportJob.objects.select_related("owner").filter(pk=job_id).first()
        if not is_ours or job is None or not job.is_busy:
            return True
        stop_at = time.monotonic() + seconds if seconds else float("inf")
        try:
            if job.state == State.UNDOING:
                return _undo(job, stop_at, progress)
            return _Pass(job, stop_at, others_wait, progress).go()
        except PassStopped:
            return not is_stopping()
        except ListingHangs as error:
            _end(job, State.FAILED, only_from=job.state, error=str(error))
            return True
        except (ImportRefused, ArchiveRefused, OSError, *ARCHIVE_ERRORS) as error:
            # A network share that is watched may come back; who has cancelled it meanwhile has the last word.
            after = State.WATCHING if job.watch else State.FAILED
            _end(job, after, only_from=job.state, error=str(error) or type(error).__name__)
            return True


class _Pass:
    """One way through all files of an import, from the first; what the ledger has is skipped quickly."""

    def __init__(self, job: ImportJob, stop_at: float, others_wait: Callable[[], bool], progress: Progress) -> None:
        self.job = job
        self.state = job.state
        self.turn = Turn(stop_at, others_wait)
        self.progress = progress
        self.copies = job.mode == ImportJob.Mode.COPY and self.state == State.RUNNING
        self.beaten_at = 0.0
        self.notes = Notes(job)
        self.pulse = Pulse(job)
        self.listing = Listing(job, notes=self.notes, pulse=self.pulse)

    def go(self) -> bool:
        """True when all is done, or nobody wants it any more; False when the time is up."""
        with closing(self.notes):
            self.listing.check_roots()
            if self.job.expected_files is None or self.job.watch:
                ImportJob.objects.filter(pk=self.job.pk).update(expected_files=self.listing.count())
            began = {"pass_started_at": timezone.now(), "seen_before_pass": self.job.seen}
            ImportJob.objects.filter(pk=self.job.pk).update(**began)
            with ThreadPoolExecutor(READERS, thread_name_prefix=READER_NAME) as readers:
                for sifted, files in self._read_ahead(readers):
                    if not self._settle(sifted, files):
                        return True
                    self.notes.end(sifted.to_read)
                    self.progress(self.job)
                    # Not before something is done: coming this far again may take a whole turn.
                    if (files or sifted.items) and self.turn.is_over():
                        return False
        _finish(self.job, self.state)
        return True

    def _read_ahead(self, readers: ThreadPoolExecutor) -> Iterator[tuple[Sifted, list[ReadFile]]]:
        """Batches with their files read: the next is read while the one before is stored, and no more than that."""
        waiting: deque[tuple[Sifted, list[Future[ReadFile]]]] = deque()
        taken: list[ReadFile] = []
        try:
            for batch in self.listing.batches(BATCH):
                sifted = sift(batch, job=self.job)
                if any(map(self.notes.is_suspect, sifted.to_read)):
                    self._wait(future for _begun, reading in waiting for future in reading)
                waiting.append((sifted, self._begin_reading(sifted, readers)))
                if len(waiting) > AHEAD:
                    begun, reading = waiting.popleft()
                    taken = self._wait(reading)
                    yield begun, taken
            while waiting:
                begun, reading = waiting.popleft()
                taken = self._wait(reading)
                yield begun, taken
        finally:
            for _begun, reading in waiting:
                for future in reading:
                    if not future.cancel():
                        with suppress(Exception):
                            _discard([future.result()])
            _discard(taken)

    def _begin_reading(self, sifted: Sifted, readers: ThreadPoolExecutor) -> list[Future[ReadFile]]:
        """Have the files read; those at which a reader may have died, alone, before the others."""
        alone = {
            one.path: self._read_alone(one, sifted, readers) for one in filter(self.notes.is_suspect, sifted.to_read)
        }
        if fresh := [one for one in sifted.to_read if one.path not in alone]:
            self.notes.begin(fresh)
        return [alone.get(one.path) or readers.submit(self._read, one, sifted) for one in sifted.to_read]

    def _read_alone(self, found: SourceFile, sifted: Sifted, readers: ThreadPoolExecutor) -> Future[ReadFile]:
        if self.notes.is_deadly(found):
            return readers.submit(ReadFile, found, verdict="failed", reason=_("This file stops whoever reads it."))
        self.notes.begin([found])
        reading = readers.submit(self._read, found, sifted)
        self._wait([reading])
        self.notes.end([found])
        return reading

    def _wait(self, reading: Iterable[Future[ReadFile]]) -> list[ReadFile]:
        files = []
        for future in reading:
            while not future.done():
                wait([future], timeout=1)
                self.pulse.beat()
            files.append(future.result())
        return files

    def _read(self, found: SourceFile, sifted: Sifted) -> ReadFile:
        # What is there already need not be copied: a photo of the same size says that it may be.
        copies = self.copies and found.size not in sifted.likely
        with self.pulse.watched(is_reader=True) as on_progress:
            on_progress()
            return read_file(found, job=self.job, copies=copies, on_progress=on_progress)

    def _settle(self, sifted: Sifted, files: Sequence[ReadFile]) -> bool:
        """Store what was read and write down what became of it, in one transaction; False if that is not wanted."""
        is_idle = not files and not sifted.items
        if is_idle and time.monotonic() - self.beaten_at < SECONDS_BETWEEN_HEARTBEATS:
            return True
        sync_files(file.temporary for file in files if file.temporary)
        try:
            with transaction.atomic():
                # Whoever pauses or cancels waits here until the batch is done; who stores anything else of the owner's
                # does not, for that may be what this batch waits for.
                jobs = ImportJob.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
                job = jobs.filter(pk=self.job.pk).first()
                if job is None or job.state != self.state:  # deleted with its owner, or given another command
                    return False
                self.job = job
                items = [
                    *sifted.items,
                    *(foresee(files, job=self.job) if self.state == State.CHECKING else store(files, job=self.job)),
                ]
                write_down(self.job, items, sifted.earlier)
                self.job.heartbeat = timezone.now()
                self.job.save(update_fields=["preview_counts", "import_counts", "heartbeat"])
        finally:
            _discard(files)
        self.beaten_at = time.monotonic()
        return True


def _discard(files: Sequence[ReadFile]) -> None:
    for file in files:
        if file.temporary:
            file.temporary.unlink(missing_ok=True)


def _finish(job: ImportJob, state: str) -> None:
    """All files have been looked at."""
    if state == State.CHECKING:
        _end(job, State.READY, only_from=state)
        return
    job.items.filter(is_preview=True).delete()  # files that are gone since the check
    if job.mode == ImportJob.Mode.IN_PLACE:
        mark_presence(job)
    if _end(job, State.WATCHING if job.watch else State.FINISHED, only_from=state):
        remove_archives(job)


def _undo(job: ImportJob, stop_at: float, progress: Progress) -> bool:
    while undo_batch(job):
        ImportJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now())
        progress(job)
        if time.monotonic() > stop_at or is_stopping():
            return False
    _end(job, State.UNDONE, only_from=State.UNDOING)
    return True


def _end(job: ImportJob, state: str, *, only_from: str, error: str = "") -> bool:
    jobs = ImportJob.objects.filter(pk=job.pk, state=only_from)
    return bool(jobs.update(state=state, error=error, heartbeat=timezone.now(), finished_at=timezone.now()))
