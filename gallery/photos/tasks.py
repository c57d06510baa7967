"""The actor that settles many photos after their owner's rules have changed."""

import logging

import dramatiq
from django.db import transaction
from redis import RedisError

from gallery.claims.settling import settle
from gallery.models import Photo

logger = logging.getLogger(__name__)

MINUTES = 60_000  # Dramatiq counts milliseconds.
# Photos in memory, and locked, at a time; ids in a message.
BATCH_SIZE = 1000


@dramatiq.actor(queue_name="default", max_retries=3, time_limit=10 * MINUTES)
def settle_photos(photo_ids: list[int]) -> None:
    """Settle photos by what is stated about them now; the clock indexes those that changed."""
    with transaction.atomic():
        settle(Photo.objects.filter(pk__in=photo_ids).order_by("pk").select_for_update(no_key=True))


def enqueue_settling(photo_ids: list[int]) -> None:
    """Enqueue photos in batches; without a broker they are settled at once, because no clock would repeat it."""
    for begin in range(0, len(photo_ids), BATCH_SIZE):
        batch = photo_ids[begin : begin + BATCH_SIZE]
        try:
            settle_photos.send(batch)
        except RedisError as error:
            logger.warning("%d photos are settled at once, the broker does not answer: %s", len(batch), error)
            settle_photos(batch)
