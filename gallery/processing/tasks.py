"""The actors that process photos in batches, and functions that fill and inspect their queues."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import dramatiq
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from dramatiq import Message
from redis import RedisError

from gallery.metadata.program import ExifToolUnavailable
from gallery.models import DocumentRemoval, Step
from gallery.processing.queues import redis_broker
from gallery.processing.steps import (
    BATCH_SIZES,
    CurrentStep,
    embedding_step,
    index_step,
    metadata_step,
    text_step,
    thumbnails_step,
)
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.keywords import index as keyword_index
from search.models import PhotoEmbedding
from search.near_duplicates import comparing, copies
from search.ocr import reader
from search.vectors import index as vector_index
from search.vectors.encoder_choice import choose_encoder
from search.vectors.search import EXACT_ROWS

logger = logging.getLogger(__name__)

# Messages per step that may wait in its queue. Other photos wait in the database, newest first.
MAX_QUEUED_MESSAGES = 4
MAX_REMOVALS_PER_MESSAGE = 1000
MINUTES = 60_000  # Dramatiq counts milliseconds.
EVALUATION_HOUR = 3
# Seconds until the search is evaluated again, less than a day.
EVALUATION_PAUSE = 20 * 3600


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=40 * MINUTES)
def make_thumbnails(photo_ids: list[int]) -> None:
    """Make thumbnails of the photos that lack them."""
    thumbnails_step().run(photo_ids)


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=60 * MINUTES)
def read_metadata(photo_ids: list[int]) -> None:
    """Read the metadata of the photos that the current version has not read."""
    try:
        step = metadata_step()
    except ExifToolUnavailable as error:
        logger.warning("Metadata is not read: %s", error)
        return
    step.run(photo_ids)
    enqueue_indexing(photo_ids)


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=40 * MINUTES)
def embed_photos(photo_ids: list[int], model: str) -> None:
    """Compute embeddings of `model` for the photos that lack them."""
    embedding_step(model).run(photo_ids)


@dramatiq.actor(queue_name="ocr", max_retries=0, time_limit=120 * MINUTES)
def extract_texts(photo_ids: list[int]) -> None:
    """Recognise text in the photos that the current engine has not read."""
    try:
        step = text_step()
    except reader.TextRecognitionUnavailable as error:
        logger.warning("Text recognition is unavailable: %s", error)
        return
    step.run(photo_ids)
    enqueue_indexing(photo_ids)


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=10 * MINUTES)
def index_photos(photo_ids: list[int]) -> None:
    """Index the photos that were changed since they were last indexed."""
    if settings.ELASTICSEARCH_URL:
        index_step().run(photo_ids)


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=10 * MINUTES)
def unindex_photos(photo_ids: list[int]) -> None:
    """Remove the photos from the keyword index."""
    try:
        keyword_index.unindex_photos(photo_ids)
    except keyword_index.KeywordSearchUnavailable as error:
        logger.warning("%d photos were not removed from the keyword index: %s", len(photo_ids), error)
    else:
        DocumentRemoval.objects.filter(pk__in=photo_ids).delete()


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=24 * 60 * MINUTES)
def build_vector_index(model: str, dimensions: int) -> None:
    """Build the vector index of `model`, which searches of large libraries need; may take an hour."""
    vector_index.build_vector_index(model, dimensions)


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=6 * 60 * MINUTES)
def find_near_duplicates(owner_id: int, model: str, dimensions: int, limit: float) -> None:
    """Compare the photos of one owner that were not compared yet, by their embeddings of `model`."""
    while comparing.compare_photos(owner_id, model=model, dimensions=dimensions, limit=limit):
        pass
    while comparing.compare_words(owner_id, model=model):
        pass


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=60 * MINUTES)
def find_copies(owner_id: int) -> None:
    """Compare the pixels of some photos of one owner; the rest follows behind what is enqueued now, such as uploads."""
    if copies.match_photos(owner_id):
        with _broker_may_be_down():
            _enqueue_once(find_copies.message(owner_id))


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=60 * MINUTES)
def evaluate_search() -> None:
    """Measure how well searches find what they should, in a process of its own, which uses another keyword index."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "evaluate_search", "--nightly", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if run.returncode:
        logger.warning("The search could not be evaluated: %s", run.stderr.strip()[-2000:])


STEP_QUEUES = {
    Step.THUMBNAILS: make_thumbnails.queue_name,
    Step.METADATA: read_metadata.queue_name,
    Step.EMBEDDING: embed_photos.queue_name,
    Step.TEXT: extract_texts.queue_name,
    Step.INDEX: index_photos.queue_name,
}


def enqueue_processing(photo_ids: list[int]) -> None:
    """Enqueue new photos if there is room in the queues; the clock enqueues the others within a second or two.

    Embedding is left to the clock: asking which encoders are ready may take longer than a request should.
    """
    with _broker_may_be_down():
        for actor in (make_thumbnails, read_metadata, extract_texts, index_photos):
            message = actor.message(photo_ids)
            if len(_waiting_like(message)) < MAX_QUEUED_MESSAGES:
                redis_broker().enqueue(message)


def enqueue_step(step: CurrentStep, photo_ids: list[int]) -> None:
    """Enqueue one step for photos that a user retries, however long the queue is."""
    _enqueue(_message(step, photo_ids))


def enqueue_indexing(photo_ids: list[int]) -> None:
    """Enqueue photos to be indexed after an indexed field was changed."""
    _enqueue(index_photos.message(photo_ids))


def enqueue_thumbnails(photo_ids: list[int]) -> None:
    """Enqueue photos whose thumbnails are to be made again, however long the queue is."""
    _enqueue(make_thumbnails.message(photo_ids))


def enqueue_unindexing(photo_ids: list[int]) -> None:
    """Remove photos from the keyword index after this transaction, or when broker and Elasticsearch are back."""
    DocumentRemoval.objects.bulk_create(
        [DocumentRemoval(photo_id=photo_id) for photo_id in photo_ids], ignore_conflicts=True
    )
    transaction.on_commit(partial(_enqueue, unindex_photos.message(photo_ids)))


def resume_unindexing() -> None:
    """Enqueue photos whose removal from the keyword index has not happened yet; raises RedisError."""
    photo_ids = list(DocumentRemoval.objects.values_list("pk", flat=True)[:MAX_REMOVALS_PER_MESSAGE])
    if photo_ids:
        _enqueue_once(unindex_photos.message(photo_ids))


def top_up(step: CurrentStep, photo_ids: list[int]) -> list[int]:
    """Fill the step's queue with photos that are not in it yet, in batches; return those that were enqueued.

    Raises RedisError if the broker is down.
    """
    waiting = _waiting_like(_message(step, []))
    queued = {photo_id for message in waiting for photo_id in message.args[0]}
    size = BATCH_SIZES[step.step]
    sent = [photo_id for photo_id in photo_ids if photo_id not in queued][
        : size * max(0, MAX_QUEUED_MESSAGES - len(waiting))
    ]
    for begin in range(0, len(sent), size):
        redis_broker().enqueue(_message(step, sent[begin : begin + size]))
    return sent


def enqueue_vector_indexes() -> None:
    """Enqueue a vector index for each model that needs one and lacks it; raises RedisError."""
    try:
        encoders = describe_encoders()
    except EncoderUnavailable:
        return
    for encoder in encoders:
        if encoder.state == "ready" and _needs_vector_index(encoder.model):
            _enqueue_once(build_vector_index.message(encoder.model, encoder.dimensions))


def enqueue_comparisons() -> None:
    """Enqueue comparisons for owners whose photos were not all compared, by pixels and by their searches' encoder.

    Raises RedisError.
    """
    for owner_id in copies.owners_to_match():
        _enqueue_once(find_copies.message(owner_id))
    try:
        encoders = [encoder for encoder in describe_encoders() if encoder.state == "ready"]
        for encoder in encoders:
            for owner in User.objects.filter(pk__in=comparing.owners_to_compare(encoder.model)):
                chosen = choose_encoder(frozenset(), user=owner)
                message = find_near_duplicates.message(
                    owner.pk, encoder.model, encoder.dimensions, encoder.same_picture_distance
                )
                if chosen and chosen.model == encoder.model:
                    _enqueue_once(message)
    except EncoderUnavailable:
        return


def enqueue_evaluation() -> None:
    """Enqueue the evaluation of the search once a night, by the server's time zone; raises RedisError."""
    now = timezone.localtime()
    if now.hour == EVALUATION_HOUR and cache.add("search-evaluation", now.isoformat(), timeout=EVALUATION_PAUSE):
        _enqueue(evaluate_search.message())


def is_waiting(message: Message) -> bool:
    """Return whether a message of this kind is in its queue already; raises RedisError."""
    return bool(_waiting_like(message))


def _needs_vector_index(model: str) -> bool:
    rows = PhotoEmbedding.objects.filter(model=model)[: EXACT_ROWS + 1].count()
    return rows > EXACT_ROWS and not vector_index.has_vector_index(model)


def _message(step: CurrentStep, photo_ids: list[int]) -> Message:
    match step.step:
        case Step.THUMBNAILS:
            return make_thumbnails.message(photo_ids)
        case Step.METADATA:
            return read_metadata.message(photo_ids)
        case Step.EMBEDDING:
            return embed_photos.message(photo_ids, step.version)
        case Step.TEXT:
            return extract_texts.message(photo_ids)
        case Step.INDEX:
            return index_photos.message(photo_ids)


def _enqueue_once(message: Message) -> None:
    """Enqueue a message unless one like it waits; raises RedisError."""
    if not _waiting_like(message):
        redis_broker().enqueue(message)


def _waiting_like(message: Message) -> list[Message]:
    """Return the queued messages that differ from `message` only in their photos; fetched ones are not in the queue."""
    key = f"{redis_broker().namespace}:{message.queue_name}"
    client = redis_broker().client
    message_ids = client.lrange(key, 0, -1)
    encoded = client.hmget(f"{key}.msgs", message_ids) if message_ids else []
    waiting = [Message.decode(cast(bytes, data)) for data in encoded if data]
    return [other for other in waiting if _kind(other) == _kind(message)]


def _kind(message: Message) -> tuple[str, list[object]]:
    return message.actor_name, [argument for argument in message.args if not isinstance(argument, list)]


def _enqueue(message: Message) -> None:
    with _broker_may_be_down():
        redis_broker().enqueue(message)


@contextmanager
def _broker_may_be_down() -> Iterator[None]:
    """Log errors of the broker: nothing is lost, because the clock enqueues what the database says is missing."""
    try:
        yield
    except RedisError as error:
        logger.warning("Nothing was enqueued, the broker does not answer: %s", error)
