"""The process that keeps the queues topped up with what is missing, and sweeps up after crashes."""

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
from gallery.photos.trash import purge_trash
from gallery.processing.attempts import was_down_lately
from gallery.processing.steps import BATCH_SIZES, CurrentStep, current_steps
from gallery.processing.tasks import MAX_WAITING, enqueue_comparisons, enqueue_vector_indexes, resume_unindexing, top_up
from gallery.storage.files import sweep_temporary
from gallery.storage.partial_uploads import sweep_partial_uploads

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds
# To look through a large library takes long. The next look at all of it comes after so many times as long as the last
# one took (in between only new photos are looked at) …
REST = 100
# … and so many queues full are remembered meanwhile.
STOCK = 16
# What need not be looked after every second.
TICKS_PER_ROUND = 20


class Feeder:
    """Feeds one step's queue."""

    def __init__(self, step: CurrentStep) -> None:
        self.step = step
        self._stock: list[int] = []
        self._sent: dict[int, float] = {}
        self._next_look = 0.0
        self._newest = 0

    def feed(self) -> None:
        """Fill the queue with what is missing, newest first."""
        if was_down_lately(self.step.step, self.step.version):
            return
        now = monotonic()
        self._look(now)
        # What was sent just now and is not in the queue is in a worker's hands. Should that die, or the broker forget
        # everything, it is found missing again later.
        self._sent = {pk: sent_at for pk, sent_at in self._sent.items() if now - sent_at < RETRY_DELAY.total_seconds()}
        self._stock = [pk for pk in self._stock if pk not in self._sent]
        self._sent |= dict.fromkeys(top_up(self.step, self._stock), now)

    def _look(self, now: float) -> None:
        limit = STOCK * MAX_WAITING * BATCH_SIZES[self.step.step]
        missing = self.step.missing().values_list("pk", flat=True)
        if now >= self._next_look:
            self._newest = Photo.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            self._stock = list(missing[:limit])
            self._next_look = now + REST * (monotonic() - now)
        else:
            fresh = list(missing.filter(pk__gt=self._newest)[:limit])
            self._newest = max([self._newest, *fresh])
            self._stock = fresh + self._stock


class Rested:
    """Work that looks through much: begun again after as many times as long as it took last time."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._next = 0.0

    def __call__(self) -> None:
        """Do it, if it has rested."""
        begun = monotonic()
        if begun >= self._next:
            self._work()
            self._next = monotonic() + REST * (monotonic() - begun)


class Clock:
    """Goes round everything that has to be looked after; whatever fails, the rest goes on."""

    def __init__(self) -> None:
        self._feeders: dict[tuple[Step, str], Feeder] = {}
        self._strays: Iterator[None] = iter(())
        self._enqueue_comparisons = Rested(enqueue_comparisons)
        self._forget_old_calls = Rested(forget_old_calls)
        self._troubles: dict[str, str] = {}

    def run(self, stop: Event) -> None:
        """Tick until `stop` is set."""
        ticks = 0
        while not stop.wait(TICK):
            close_old_connections()
            self._attempt("steps", self._renew_feeders)
            for (step, version), feeder in self._feeders.items():
                self._attempt(f"{step} {version}", feeder.feed)
            if ticks % TICKS_PER_ROUND == 0:
                self._attempt("vector indexes", enqueue_vector_indexes)
                self._attempt("look-alikes", self._enqueue_comparisons)
                self._attempt("index entries", resume_unindexing)
                self._attempt("imports", resume_imports)
                self._attempt("bins", purge_trash)
                self._attempt("assistants", self._forget_old_calls)
                self._attempt("sweep", self._sweep)
            ticks += 1

    def _renew_feeders(self) -> None:
        steps = [step for step in current_steps() if isinstance(step, CurrentStep)]
        self._feeders = {
            (step.step, step.version): self._feeders.get((step.step, step.version)) or Feeder(step) for step in steps
        }

    def _sweep(self) -> None:
        """A little at a time: a large library has many directories."""
        sweep_temporary()
        sweep_partial_uploads()
        cancel_neglected()
        sweep_archives()
        SessionStore.clear_expired()
        try:
            next(self._strays)
        except StopIteration:
            self._strays = sweep_strays()

    def _attempt(self, what: str, work: Callable[[], None]) -> None:
        """Do it; log an error once, not every second, and when it is over."""
        try:
            work()
        except Exception as error:
            if self._troubles.get(what) != str(error):
                logger.exception("%s: failed, and is tried again every second", what)
            self._troubles[what] = str(error)
        else:
            if self._troubles.pop(what, None):
                logger.info("%s: works again", what)
