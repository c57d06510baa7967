"""Read the files of an import in threads: the next batch while the one before is being stored."""

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gallery.bulk_import.heartbeat import Heartbeat
from gallery.bulk_import.items import Batch
from gallery.bulk_import.read_attempts import ReadAttempts
from gallery.bulk_import.reading import ReadFile, read_file
from gallery.models import ImportItem, ImportJob
from gallery.sources.source_files import SourceFile

READER_THREADS = 2
READER_THREAD_PREFIX = "import-reader"
# Batches that are being read while an earlier one is stored.
BATCHES_AHEAD = 1


@dataclass(frozen=True)
class ReadBatch:
    """A batch whose files were read; the receiver calls `discard_files` when they are stored."""

    batch: Batch
    files: Sequence[ReadFile]

    @property
    def is_empty(self) -> bool:
        """Return whether the batch has nothing to store: all its items were up to date."""
        return not self.files and not self.batch.finished_items


@dataclass(frozen=True)
class _RunningBatch:
    """A batch whose files are being read, with a future for each."""

    batch: Batch
    futures: list[Future[ReadFile]]

    def discard(self) -> None:
        """Cancel reading, wait for files that are being read, and remove their temporary files."""
        for future in self.futures:
            if not future.cancel():
                with suppress(Exception):
                    discard_files([future.result()])


class BatchReader:
    """Reads batches in the threads of `pool`; used by the thread of the pass."""

    def __init__(
        self, job: ImportJob, *, attempts: ReadAttempts, heartbeat: Heartbeat, copy: bool, pool: ThreadPoolExecutor
    ) -> None:
        self._job = job
        self._attempts = attempts
        self._heartbeat = heartbeat
        self._copy = copy
        self._pool = pool

    def read(self, batches: Iterable[Batch]) -> Generator[ReadBatch, None, None]:
        """Yield each batch when it is read, while up to BATCHES_AHEAD further ones are being read.

        Raises PassStopped, and OSError if our own disk fails.
        """
        running: deque[_RunningBatch] = deque()
        try:
            for batch in batches:
                if any(map(self._attempts.was_interrupted, batch.to_read)):
                    # Files that may have killed a reader are read while nothing else is.
                    for earlier in running:
                        self._results(earlier.futures)
                running.append(_RunningBatch(batch, self._begin(batch)))
                if len(running) > BATCHES_AHEAD:
                    yield self._finish_first(running)
            while running:
                yield self._finish_first(running)
        finally:
            for unwanted in running:
                unwanted.discard()

    def _begin(self, batch: Batch) -> list[Future[ReadFile]]:
        """Begin to read the files; first, one by one, those that may have killed a reader."""
        suspects = {
            file.path: self._read_alone(file, batch) for file in batch.to_read if self._attempts.was_interrupted(file)
        }
        if others := [file for file in batch.to_read if file.path not in suspects]:
            self._attempts.begin(others)
        return [suspects.get(file.path) or self._submit(file, batch) for file in batch.to_read]

    def _read_alone(self, file: SourceFile, batch: Batch) -> Future[ReadFile]:
        if self._attempts.is_exhausted(file):
            return self._pool.submit(
                ReadFile,
                file,
                verdict=ImportItem.Verdict.FAILED,
                reason=_("Skipped: reading this file crashed the importer three times."),
            )
        self._attempts.begin([file])
        future = self._submit(file, batch)
        self._results([future])
        self._attempts.end([file])
        return future

    def _submit(self, file: SourceFile, batch: Batch) -> Future[ReadFile]:
        # A file of a known size may be a duplicate, whose copy would be wasted: it is copied later, if it is new.
        copy = self._copy and file.size not in batch.known_sizes
        return self._pool.submit(self._read, file, copy=copy)

    def _read(self, file: SourceFile, *, copy: bool) -> ReadFile:
        with self._heartbeat.watched(is_reader=True) as on_progress:
            on_progress()
            return read_file(file, job=self._job, copy=copy, on_progress=on_progress)

    def _finish_first(self, running: deque[_RunningBatch]) -> ReadBatch:
        files = self._results(running[0].futures)
        return ReadBatch(running.popleft().batch, files)

    def _results(self, futures: Iterable[Future[ReadFile]]) -> list[ReadFile]:
        """Wait for the files while the heartbeat goes on."""
        files = []
        for future in futures:
            while not future.done():
                wait([future], timeout=1)
                self._heartbeat.beat()
            files.append(future.result())
        return files


def discard_files(files: Iterable[ReadFile]) -> None:
    """Remove the temporary files that were not moved into the gallery."""
    for file in files:
        if file.temporary:
            file.temporary.unlink(missing_ok=True)
