"""Notice new files in the folders of watching imports, and have those imports look again."""

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
# After the last event of a burst; yet a burst without end does not hold up the files that came first.
SECONDS_OF_QUIET = SECONDS_TO_SETTLE + 1
SECONDS_OF_BURST = 60
# Looked through anyway: the system may have dropped events.
SECONDS_BETWEEN_LOOKS = 3600
SECONDS_BETWEEN_POLLS = 60
# The kernel knows nothing of what other machines change on these.
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse", "virtiofs", "vboxsf")


class Watch(FileSystemEventHandler):
    """One import's folder, and since when something has been happening there."""

    def __init__(self, job: ImportJob) -> None:
        self.job_id = job.pk
        self.root = Path(job.roots[0])
        # At the beginning too: what came while nobody watched.
        self._first = self._last = self._looked_at = float("-inf")
        self.is_dirty = True
        self._observer: BaseObserver | None = None

    def begin(self) -> None:
        """Have events sent; where the system cannot send them, or too many folders are watched, poll."""
        kinds = [_polling] if is_on_network(self.root) else [Observer, _polling]
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

    def end(self) -> None:
        """No more events."""
        if self._observer:
            self._observer.stop()
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Something happened; that files were read is no news."""
        if event.event_type in ("opened", "closed_no_write"):
            return
        now = time.monotonic()
        self._first, self._last, self.is_dirty = (self._first if self.is_dirty else now), now, True

    def touch(self) -> None:
        """Look again though nothing happened: a file was too young."""
        self.is_dirty, self._first, self._last = True, time.monotonic(), time.monotonic()

    def is_due(self) -> bool:
        """Whether it is time to look; asked once, it takes it that somebody does."""
        now = time.monotonic()
        is_over = now - self._last > SECONDS_OF_QUIET or now - self._first > SECONDS_OF_BURST
        if (self.is_dirty and is_over) or now - self._looked_at > SECONDS_BETWEEN_LOOKS:
            self.is_dirty, self._looked_at = False, now
            return True
        return False

    @property
    def is_alive(self) -> bool:
        """Events arrive, or their observer could not begin and the folder is looked through now and then."""
        return self._observer is None or self._observer.is_alive()


class Watcher:
    """Watches for all imports that want it; with none of them it only asks, now and then, whether there are."""

    def __init__(self, wake: Callable[[int], None] = enqueue_import) -> None:
        self._wake = wake
        self._watches: dict[int, Watch] = {}

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set."""
        try:
            while not stop.wait(SECONDS_PER_ROUND):
                close_old_connections()
                self.look()
        finally:
            for watch in self._watches.values():
                watch.end()

    def look(self) -> None:
        """One round: watch what wants to be watched, and wake the imports that have something to look at."""
        jobs = {
            job.pk: job
            for job in ImportJob.objects.filter(
                watch=True, state__in=[ImportJob.State.WATCHING, ImportJob.State.RUNNING]
            )
        }
        self._renew(jobs)
        for job_id, watch in self._watches.items():
            if jobs[job_id].state != ImportJob.State.WATCHING:
                continue
            if watch.is_due():
                waiting = ImportJob.objects.filter(pk=job_id, state=ImportJob.State.WATCHING)
                if waiting.update(state=ImportJob.State.RUNNING, heartbeat=None):
                    self._wake(job_id)
            elif not watch.is_dirty and jobs[job_id].items.filter(reason=GROWING).exists():
                watch.touch()

    def _renew(self, jobs: dict[int, ImportJob]) -> None:
        for job_id in [pk for pk, watch in self._watches.items() if pk not in jobs or not watch.is_alive]:
            self._watches.pop(job_id).end()
        for job_id, job in jobs.items():
            if job_id not in self._watches and Path(job.roots[0]).is_dir():
                self._watches[job_id] = watch = Watch(job)
                watch.begin()


def is_on_network(path: Path) -> bool:
    """Whether the folder lies on a file system that other machines change, as far as /proc tells."""
    best, kind = Path("/"), ""
    for line in Path("/proc/self/mounts").read_text(errors="surrogateescape").splitlines():
        _device, mounted, file_system, *_rest = line.split()
        folder = Path(os.fsdecode(mounted.encode(errors="surrogateescape").decode("unicode_escape")))
        if path.is_relative_to(folder) and len(folder.parts) >= len(best.parts):
            best, kind = folder, file_system
    return kind.startswith(NETWORK_FILE_SYSTEMS)


def _polling() -> BaseObserver:
    return PollingObserver(timeout=SECONDS_BETWEEN_POLLS)
