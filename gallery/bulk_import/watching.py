"""Watch the folders of imports for new files, and run those imports again."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from django.db import close_old_connections
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from gallery.bulk_import.reading import GROWING, SECONDS_TO_SETTLE
from gallery.bulk_import.tasks import enqueue_import
from gallery.models import ImportJob

logger = logging.getLogger(__name__)

SECONDS_PER_ROUND = 2
# Wait after the last event of a burst; but a burst without end does not delay the first files longer than this.
SECONDS_OF_QUIET = SECONDS_TO_SETTLE + 1
MAX_SECONDS_OF_BURST = 60
# Run the import without events at this interval: the system may have dropped some.
SECONDS_BETWEEN_RUNS = 3600
SECONDS_BETWEEN_POLLS = 60
# The kernel sends no events for changes that other machines make on these.
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse", "virtiofs", "vboxsf")


class FolderWatch(FileSystemEventHandler):
    """The folder of one import, with the times of the events that no run has answered yet."""

    def __init__(self, job: ImportJob) -> None:
        self.job_id = job.pk
        self.root = Path(job.roots[0])
        # Due at once: files may have come while nothing watched.
        self.has_changed = True
        self._first_event_at = float("-inf")
        self._last_event_at = float("-inf")
        self._last_run_at = float("-inf")
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Start an observer; poll if the system sends no events for the folder, or watches too many folders."""
        kinds = [_polling_observer] if is_on_network(self.root) else [Observer, _polling_observer]
        for kind in kinds:
            observer = kind()
            try:
                observer.schedule(self, str(self.root), recursive=True)
                observer.start()
            except OSError as error:
                logger.warning("%s cannot be watched: %s", self.root, error)
                continue
            self._observer = observer
            return

    def stop(self) -> None:
        """Stop the observer, and wait for its thread."""
        if self._observer:
            self._observer.stop()
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change of the folder; reading a file is not one."""
        if event.event_type not in ("opened", "closed_no_write"):
            self._note_change()

    def retry_later(self) -> None:
        """Become due after the usual quiet time, as after an event: a file was too fresh to be imported."""
        self.has_changed = False
        self._note_change()

    def take_if_due(self) -> bool:
        """Return whether the import should run now; if so, assume that it does."""
        now = time.monotonic()
        is_quiet = now - self._last_event_at > SECONDS_OF_QUIET
        is_burst_too_long = now - self._first_event_at > MAX_SECONDS_OF_BURST
        is_due = self.has_changed and (is_quiet or is_burst_too_long)
        if is_due or now - self._last_run_at > SECONDS_BETWEEN_RUNS:
            self.has_changed = False
            self._last_run_at = now
            return True
        return False

    @property
    def is_alive(self) -> bool:
        """Return whether the observer works, or none could be started and the import runs at intervals."""
        return self._observer is None or self._observer.is_alive()

    def _note_change(self) -> None:
        now = time.monotonic()
        if not self.has_changed:
            self._first_event_at = now
        self._last_event_at = now
        self.has_changed = True


class Watcher:
    """Watches the folders of all imports with `watch`; without any it only queries for them."""

    def __init__(self, wake: Callable[[int], None] = enqueue_import) -> None:
        self._wake = wake
        self._watches: dict[int, FolderWatch] = {}

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set."""
        try:
            while not stop.wait(SECONDS_PER_ROUND):
                close_old_connections()
                self.run_round()
        finally:
            for watch in self._watches.values():
                watch.stop()

    def run_round(self) -> None:
        """Start and stop watches, and wake the imports whose folders have changed."""
        jobs = {
            job.pk: job
            for job in ImportJob.objects.filter(
                watch=True, state__in=[ImportJob.State.WATCHING, ImportJob.State.RUNNING]
            )
        }
        self._update_watches(jobs)
        for job_id, watch in self._watches.items():
            if jobs[job_id].state != ImportJob.State.WATCHING:
                continue
            if watch.take_if_due():
                waiting = ImportJob.objects.filter(pk=job_id, state=ImportJob.State.WATCHING)
                if waiting.update(state=ImportJob.State.RUNNING, heartbeat=None):
                    self._wake(job_id)
            elif not watch.has_changed and jobs[job_id].items.filter(reason=GROWING).exists():
                watch.retry_later()

    def _update_watches(self, jobs: dict[int, ImportJob]) -> None:
        for job_id in [pk for pk, watch in self._watches.items() if pk not in jobs or not watch.is_alive]:
            self._watches.pop(job_id).stop()
        for job_id, job in jobs.items():
            if job_id not in self._watches and Path(job.roots[0]).is_dir():
                self._watches[job_id] = watch = FolderWatch(job)
                watch.start()


def is_on_network(path: Path) -> bool:
    """Return whether the folder is on a file system that other machines can change, according to /proc/self/mounts."""
    best, kind = Path("/"), ""
    for line in Path("/proc/self/mounts").read_text(errors="surrogateescape").splitlines():
        _device, mounted, file_system, *_rest = line.split()
        folder = Path(os.fsdecode(mounted.encode(errors="surrogateescape").decode("unicode_escape")))
        if path.is_relative_to(folder) and len(folder.parts) >= len(best.parts):
            best, kind = folder, file_system
    return kind.startswith(NETWORK_FILE_SYSTEMS)


def _polling_observer() -> BaseObserver:
    return PollingObserver(timeout=SECONDS_BETWEEN_POLLS)
