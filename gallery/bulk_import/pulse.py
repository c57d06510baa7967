"""The pulse of an import: whatever works for it calls it often, and learns when it has to stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from django.utils import timezone

from gallery.models import ImportJob
from gallery.watchdog import watchdog

# Seconds without a pulse after which listing or reading files is taken for an endless loop.
PATIENCE = 120
SECONDS_BETWEEN_QUESTIONS = 2

_is_stopping = Event()


class PassStopped(Exception):
    """The import is to go no further: it was paused, cancelled or undone, or its worker is being stopped."""


class Pulse:
    """Whether one pass through an import may go on.

    Only the thread of the pass asks the database; readers in other threads hear of it from here.
    """

    def __init__(self, job: ImportJob) -> None:
        self._this = ImportJob.objects.filter(pk=job.pk, state=job.state)
        self._asked_at = time.monotonic()
        self._has_ended = Event()

    def beat(self) -> None:
        """Tell that the import is worked on, every few seconds. PassStopped."""
        self.check()
        if time.monotonic() - self._asked_at > SECONDS_BETWEEN_QUESTIONS:
            self._asked_at = time.monotonic()
            if not self._this.update(heartbeat=timezone.now()):
                self._has_ended.set()
                self.check()

    def check(self) -> None:
        """PassStopped if the pass has to end."""
        if self._has_ended.is_set() or _is_stopping.is_set():
            raise PassStopped

    @contextmanager
    def watched(self, *, is_reader: bool = False) -> Iterator[Callable[[], None]]:
        """End the process unless the work inside calls what is yielded whenever it has progressed. PassStopped.

        Readers work in other threads than the pass.
        """
        with watchdog(PATIENCE) as renew:

            def progressed() -> None:
                renew()
                (self.check if is_reader else self.beat)()

            yield progressed


def stop_passes() -> None:
    """End all passes of this process within moments; they go on in another one."""
    _is_stopping.set()


def is_stopping() -> bool:
    """Whether this process is being stopped."""
    return _is_stopping.is_set()
