"""The heartbeat of an import: working code calls it often, and it raises an exception when the pass must stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from django.utils import timezone

from gallery.models import ImportJob
from gallery.pictures.watchdog import watchdog

# Listing or reading without progress for this long counts as an endless loop.
MAX_SECONDS_WITHOUT_PROGRESS = 120
SECONDS_BETWEEN_HEARTBEATS = 2

_is_stopping = Event()


class PassStopped(Exception):
    """The pass must stop: the import was paused, cancelled or undone, or its worker is stopping."""


class Heartbeat:
    """Updates the import's heartbeat during one pass, and notices when the pass must stop.

    Only the pass's own thread queries the database; reader threads get the answer from here.
    """

    def __init__(self, job: ImportJob) -> None:
        self._unchanged_job = ImportJob.objects.filter(pk=job.pk, state=job.state)
        self._updated_at = time.monotonic()
        self._has_ended = Event()

    def beat(self) -> None:
        """Update the heartbeat every few seconds; raises PassStopped."""
        self.check()
        if time.monotonic() - self._updated_at > SECONDS_BETWEEN_HEARTBEATS:
            self._updated_at = time.monotonic()
            if not self._unchanged_job.update(heartbeat=timezone.now()):
                self._has_ended.set()
                self.check()

    def check(self) -> None:
        """Raise PassStopped if the pass must stop."""
        if self._has_ended.is_set() or _is_stopping.is_set():
            raise PassStopped

    @contextmanager
    def watched(self, *, is_reader: bool = False) -> Iterator[Callable[[], None]]:
        """Kill the process unless the block keeps calling the yielded function, which raises PassStopped.

        `is_reader` marks blocks in reader threads.
        """
        with watchdog(MAX_SECONDS_WITHOUT_PROGRESS) as renew:

            def on_progress() -> None:
                renew()
                (self.check if is_reader else self.beat)()

            yield on_progress


def stop_passes() -> None:
    """Make all passes of this process stop at their next check; another process resumes them."""
    _is_stopping.set()


def is_stopping() -> bool:
    """Return whether this process is stopping."""
    return _is_stopping.is_set()
