"""Photos that were turned by hand: what is made of their pixels becomes missing, and is made again."""

from functools import partial

from django.db import transaction

from gallery.models import Step
from gallery.processing.steps import BATCH_SIZES
from gallery.processing.tasks import enqueue_thumbnails
from search.near_duplicates.comparing import remove_vectors


def renew_turned(photo_ids: list[int]) -> None:
    """Remove the embeddings of photos that this transaction turns, and enqueue their thumbnails after it.

    The old thumbnails are shown until then; the clock enqueues what is lost.
    """
    remove_vectors(photo_ids)
    size = BATCH_SIZES[Step.THUMBNAILS]
    for begin in range(0, len(photo_ids), size):
        transaction.on_commit(partial(enqueue_thumbnails, photo_ids[begin : begin + size]))
