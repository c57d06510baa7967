"""The actor that works on imports turn by turn, and functions that enqueue unfinished imports."""

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
from gallery.pictures.memory import return_memory
from gallery.processing.tasks import is_waiting

logger = logging.getLogger(__name__)

MINUTES = 60_000  # Dramatiq counts milliseconds.
# Seconds that one message works on an import; while others wait, a turn is much shorter.
SECONDS_PER_MESSAGE = 300
# A busy import without a heartbeat for this long has lost its worker or its message.
STALE_AFTER = timedelta(seconds=60)

# Imports that threads of this process have taken.
_taken: set[int] = set()
_taken_lock = Lock()


@dramatiq.actor(queue_name="import", max_retries=0, time_limit=240 * MINUTES)
def run_import(job_id: int) -> None:  # noqa: ARG001  (the message only wakes a thread; the database chooses the import)
    """Work for a while on the import that should run next, possibly another one, and enqueue the following one."""
    with _next_turn() as taken:
        if taken is None:
            return
        is_done = run_job(
            taken,
            seconds=SECONDS_PER_MESSAGE,
            others_wait=lambda: next_job(excluding=_taken, replacing=taken) is not None,
        )
    return_memory()
    if not is_done:
        enqueue_import(taken)
    following = next_job(excluding=_taken)
    if following not in (None, taken):
        enqueue_import(following)


@contextmanager
def _next_turn() -> Iterator[int | None]:
    """Take the import that should run next; yield None if no waiting import may run now."""
    with _taken_lock:
        taken = next_job(excluding=_taken)
        if taken is not None:
            # Count the turn now: the import may kill this process.
            ImportJob.objects.filter(pk=taken).update(heartbeat=timezone.now())
            _taken.add(taken)
    try:
        yield taken
    finally:
        if taken is not None:
            _taken.discard(taken)


def enqueue_import(job_id: int) -> None:
    """Enqueue an import; if the broker is down, the clock enqueues it later."""
    try:
        if not is_waiting(run_import.message(job_id)):
            run_import.send(job_id)
    except RedisError as error:
        logger.warning("Import %d is not enqueued, the broker does not answer: %s", job_id, error)


def resume_imports() -> None:
    """Enqueue busy imports that no worker is working on; raises RedisError."""
    stale = Q(heartbeat=None) | Q(heartbeat__lt=timezone.now() - STALE_AFTER)
    busy = ImportJob.objects.filter(stale, state__in=ImportJob.BUSY_STATES)
    for job_id in list(busy.order_by("pk").values_list("pk", flat=True)):
        # Don't look at it again before it has had time to begin.
        busy.filter(pk=job_id).update(heartbeat=timezone.now())
        if not is_waiting(run_import.message(job_id)):
            run_import.send(job_id)


def wake_imports() -> None:
    """Enqueue all busy imports when a worker starts, because its predecessor may have died."""
    for job_id in ImportJob.objects.filter(state__in=ImportJob.BUSY_STATES).order_by("pk").values_list("pk", flat=True):
        enqueue_import(job_id)
