"""The clock: a process that keeps the queues filled with unfinished work, and cleans up after crashes."""

import logging
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic

from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections

from gallery.assistants import forget_old_calls
from gallery.bulk_import.actions import cancel_neglected
from gallery.bulk_import.tasks import resume_imports
from gallery.bulk_import.uploaded_archives import sweep_archives
from gallery.models import RETRY_DELAY, Photo, Step
from gallery.photos.deletion import sweep_strays
from gallery.photos.statements import forget_old_edits
from gallery.photos.trash import purge_trash
from gallery.processing.attempts import was_unavailable_recently
from gallery.processing.steps import BATCH_SIZES, CurrentStep, current_steps
from gallery.processing.tasks import (
    MAX_QUEUED_MESSAGES,
    enqueue_comparisons,
    enqueue_evaluation,
    enqueue_vector_indexes,
    resume_unindexing,
    top_up,
)
from gallery.storage.files import sweep_temporary
from gallery.storage.partial_uploads import sweep_partial_uploads

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds
# Full scans of a large library are slow: pause = factor × duration of the last one. Only new photos are looked for
# in between.
SCAN_PAUSE_FACTOR = 100
# Photo ids that a full scan buffers, as a multiple of what a queue holds.
QUEUES_BUFFERED = 16
# Tasks that need not run every second run once per round.
TICKS_PER_ROUND = 20


class QueueFiller:
    """Keeps the queue of one step filled with photos that lack its output."""

    def __init__(self, step: CurrentStep) -> None:
        self.step = step
        self._buffer: list[int] = []
        self._sent: dict[int, float] = {}
        self._next_scan_at = 0.0
        self._newest = 0

    def fill(self) -> None:
        """Fill the queue, newest photos first; does nothing while a dependency is unavailable."""
        if was_unavailable_recently(self.step.step, self.step.version):
            return
        now = monotonic()
        self._scan(now)
        # Photos sent recently that are not in the queue are with a worker. If it dies, or the broker loses its
        # queues, a later scan finds them again.
        self._sent = {pk: sent_at for pk, sent_at in self._sent.items() if now - sent_at < RETRY_DELAY.total_seconds()}
        self._buffer = [pk for pk in self._buffer if pk not in self._sent]
        self._sent |= dict.fromkeys(top_up(self.step, self._buffer), now)

    def _scan(self, now: float) -> None:
        limit = QUEUES_BUFFERED * MAX_QUEUED_MESSAGES * BATCH_SIZES[self.step.step]
        missing = self.step.missing().values_list("pk", flat=True)
        if now >= self._next_scan_at:
            self._newest = Photo.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            self._buffer = list(missing[:limit])
            self._next_scan_at = now + SCAN_PAUSE_FACTOR * (monotonic() - now)
        else:
            fresh = list(missing.filter(pk__gt=self._newest)[:limit])
            self._newest = max([self._newest, *fresh])
            self._buffer = fresh + self._buffer


class Throttled:
    """Slow work that pauses SCAN_PAUSE_FACTOR times as long as it took."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._next_run_at = 0.0

    def __call__(self) -> None:
        """Do the work if the pause is over."""
        begun = monotonic()
        if begun >= self._next_run_at:
            self._work()
            self._next_run_at = monotonic() + SCAN_PAUSE_FACTOR * (monotonic() - begun)


class Clock:
    """Runs all periodic tasks; one that fails does not stop the others."""

    def __init__(self) -> None:
        self._fillers: dict[tuple[Step, str], QueueFiller] = {}
        self._strays: Iterator[None] = iter(())
        self._enqueue_comparisons = Throttled(enqueue_comparisons)
        self._forget_old_calls = Throttled(forget_old_calls)
        self._forget_old_edits = Throttled(forget_old_edits)
        self._errors: dict[str, str] = {}

    def run(self, stop: Event) -> None:
        """Tick until `stop` is set."""
        ticks = 0
        while not stop.wait(TICK):
            close_old_connections()
            self._attempt("steps", self._renew_fillers)
            for (step, version), filler in self._fillers.items():
                self._attempt(f"{step} {version}", filler.fill)
            if ticks % TICKS_PER_ROUND == 0:
                self._attempt("vector indexes", enqueue_vector_indexes)
                self._attempt("near-duplicates", self._enqueue_comparisons)
                self._attempt("index entries", resume_unindexing)
                self._attempt("imports", resume_imports)
                self._attempt("trash", purge_trash)
                self._attempt("assistants", self._forget_old_calls)
                self._attempt("edits", self._forget_old_edits)
                self._attempt("search quality", enqueue_evaluation)
                self._attempt("clean-up", self._sweep)
            ticks += 1

    def _renew_fillers(self) -> None:
        steps = [step for step in current_steps() if isinstance(step, CurrentStep)]
        self._fillers = {
            (step.step, step.version): self._fillers.get((step.step, step.version)) or QueueFiller(step)
            for step in steps
        }

    def _sweep(self) -> None:
        """Clean up what crashes have left; one directory of originals per call, because a large library has many."""
        sweep_temporary()
        sweep_partial_uploads()
        cancel_neglected()
        sweep_archives()
        SessionStore.clear_expired()
        try:
            next(self._strays)
        except StopIteration:
            self._strays = sweep_strays()

    def _attempt(self, name: str, work: Callable[[], None]) -> None:
        """Run a task; log an error when it appears and when it is over, not every second."""
        try:
            work()
        except Exception as error:
            if self._errors.get(name) != str(error):
                logger.exception("%s: failed, will be retried every second", name)
            self._errors[name] = str(error)
        else:
            if self._errors.pop(name, None):
                logger.info("%s: works again", name)
