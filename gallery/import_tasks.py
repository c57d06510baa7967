"""The actor that works on imports, slice by slice, and who sees to it that none is forgotten."""

import logging
from datetime import timedelta

import dramatiq
from django.db.models import Q
from django.utils import timezone
from redis import RedisError

from gallery.bulk_import.run import run_job
from gallery.models import ImportJob
from gallery.tasks import is_waiting

logger = logging.getLogger(__name__)

MINUTES = 60_000  # Dramatiq counts milliseconds.
# After so long another import gets its turn.
SECONDS_PER_SLICE = 300
# An import that was not heard of for so long has lost its worker, or its message.
STALE_AFTER = timedelta(seconds=60)


@dramatiq.actor(queue_name="import", max_retries=0, time_limit=240 * MINUTES)
def run_import(job_id: int) -> None:
    """Work on an import for a while, and come back if there is more to do."""
    if not run_job(job_id, seconds=SECONDS_PER_SLICE):
        enqueue_import(job_id)


def enqueue_import(job_id: int) -> None:
    """Have an import worked on; without a broker the clock does so when it is back."""
    try:
        run_import.send(job_id)
    except RedisError as error:
        logger.warning("The import %d waits, the broker does not answer: %s", job_id, error)


def resume_imports() -> None:
    """Enqueue those imports that somebody should be working on and nobody is; RedisError."""
    stale = Q(heartbeat=None) | Q(heartbeat__lt=timezone.now() - STALE_AFTER)
    busy = ImportJob.objects.filter(stale, state__in=ImportJob.BUSY)
    for job_id in list(busy.order_by("pk").values_list("pk", flat=True)):
        # The next look comes when this one has had time to begin.
        busy.filter(pk=job_id).update(heartbeat=timezone.now())
        if not is_waiting(run_import.message(job_id)):
            run_import.send(job_id)
