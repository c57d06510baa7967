"""The actor that works on imports, turn by turn, and the functions that restart forgotten ones."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

import dramatiq
from django.db.models import Q
from django.utils import timezone
from redis import RedisError

from gallery.bulk_import.run import run_job
from gallery.bulk_import.scheduling import next_job
from gallery.models import ImportJob
from gallery.processing.tasks import is_waiting

logger = logging.getLogger(__name__)

MINUTES = 60_000  # Dramatiq counts milliseconds.
# Seconds a message may take; while others wait, a turn is much shorter.
SECONDS_PER_SLICE = 300
# An import that was not heard of for so long has lost its worker, or its message.
STALE_AFTER = timedelta(seconds=60)


# Imports that threads of this process have chosen.
_taken: set[int] = set()
_taken_lock = Lock()


@dramatiq.actor(queue_name="import", max_retries=0, time_limit=240 * MINUTES)
def run_import(job_id: int) -> None:  # noqa: ARG001  (what wakes one thread; whose turn it is stands in the database)
    """Work for a while on the import whose turn it is, possibly another one, and enqueue the next."""
    with _turn() as taken:
        if taken is None:
            return
        is_done = run_job(
            taken, seconds=SECONDS_PER_SLICE, others_wait=lambda: next_job(but=_taken, instead_of=taken) is not None
        )
    if not is_done:
        enqueue_import(taken)
    following = next_job(but=_taken)
    if following not in (None, taken):
        enqueue_import(following)


@contextmanager
def _turn() -> Iterator[int | None]:
    """Return the import whose turn it is; None if every waiting one belongs to a person with enough running imports."""
    with _taken_lock:
        taken = next_job(but=_taken)
        if taken is not None:
            # If the import ends this process, it has had its turn nevertheless.
            ImportJob.objects.filter(pk=taken).update(heartbeat=timezone.now())
            _taken.add(taken)
    try:
        yield taken
    finally:
        if taken is not None:
            _taken.discard(taken)


def enqueue_import(job_id: int) -> None:
    """Have an import worked on; without a broker the clock does so when it is back."""
    try:
        if not is_waiting(run_import.message(job_id)):
            run_import.send(job_id)
    except RedisError as error:
        logger.warning("The import %d waits, the broker does not answer: %s", job_id, error)


def resume_imports() -> None:
    """Enqueue those imports that somebody should be working on and nobody is; RedisError."""
    stale = Q(heartbeat=None) | Q(heartbeat__lt=timezone.now() - STALE_AFTER)
    busy = ImportJob.objects.filter(stale, state__in=ImportJob.BUSY_STATES)
    for job_id in list(busy.order_by("pk").values_list("pk", flat=True)):
        # The next look comes when this one has had time to begin.
        busy.filter(pk=job_id).update(heartbeat=timezone.now())
        if not is_waiting(run_import.message(job_id)):
            run_import.send(job_id)


def wake_imports() -> None:
    """Enqueue all unfinished imports when a worker starts, because its predecessor may have died."""
    for job_id in ImportJob.objects.filter(state__in=ImportJob.BUSY_STATES).order_by("pk").values_list("pk", flat=True):
        enqueue_import(job_id)
