"""The pulse of an import: working code calls it often, and it raises when the pass must stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from django.utils import timezone

from gallery.models import ImportJob
from gallery.pictures.watchdog import watchdog

# Seconds without a pulse after which listing or reading counts as an endless loop.
PATIENCE = 120
SECONDS_BETWEEN_QUESTIONS = 2

_is_stopping = Event()


class PassStopped(Exception):
    """The pass must stop: the import was paused, cancelled or undone, or its worker is stopping."""


class Pulse:
    """Whether one pass through an import may continue.

    Only the pass's own thread queries the database; reader threads get the answer from here.
    """

    def __init__(self, job: ImportJob) -> None:
        self._this = ImportJob.objects.filter(pk=job.pk, state=job.state)
        self._asked_at = time.monotonic()
        self._has_ended = Event()

    def beat(self) -> None:
        """Report that work goes on, every few seconds. PassStopped."""
        self.check()
        if time.monotonic() - self._asked_at > SECONDS_BETWEEN_QUESTIONS:
            self._asked_at = time.monotonic()
            if not self._this.update(heartbeat=timezone.now()):
                self._has_ended.set()
                self.check()

    def check(self) -> None:
        """PassStopped if the pass must end."""
        if self._has_ended.is_set() or _is_stopping.is_set():
            raise PassStopped

    @contextmanager
    def watched(self, *, is_reader: bool = False) -> Iterator[Callable[[], None]]:
        """End the process unless the work inside keeps calling the yielded function. PassStopped.

        Readers work in other threads than the pass.
        """
        with watchdog(PATIENCE) as renew:

            def on_progress() -> None:
                renew()
                (self.check if is_reader else self.beat)()

            yield on_progress


def stop_passes() -> None:
    """End all passes of this process within moments; another process continues them."""
    _is_stopping.set()


def is_stopping() -> bool:
    """Return whether this process is stopping."""
    return _is_stopping.is_set()
