"""The actors that process photos in batches, and what is put into their queues."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import dramatiq
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis import RedisError

from gallery.models import DocumentRemoval, Photo, Step
from gallery.processing.steps import BATCH_SIZES, CurrentStep, embedding_step, index_step, text_step, thumbnails_step
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.keywords import index as keyword_index
from search.models import PhotoEmbedding
from search.near_duplicates import comparing
from search.ocr import reader
from search.vectors import index as vector_index
from search.vectors.encoder_choice import choose_encoder
from search.vectors.search import EXACT_ROWS

logger = logging.getLogger(__name__)

# So many messages of a kind may wait. What else is missing stays in the database, which is asked for the newest first.
MAX_WAITING = 4
MAX_REMOVALS = 1000  # in a message
MINUTES = 60_000  # Dramatiq counts milliseconds.


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=40 * MINUTES)
def make_thumbnails(photo_ids: list[int]) -> None:
    """Make the thumbnails of those photos that lack them."""
    thumbnails_step().run(photo_ids)
    _unindex_defective(photo_ids)


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=40 * MINUTES)
def embed_photos(photo_ids: list[int], model: str) -> None:
    """Turn those photos into vectors of `model` that lack them."""
    embedding_step(model).run(photo_ids)
    _unindex_defective(photo_ids)


@dramatiq.actor(queue_name="ocr", max_retries=0, time_limit=120 * MINUTES)
def extract_texts(photo_ids: list[int]) -> None:
    """Recognise the text in those photos that the current engine has not read."""
    try:
        step = text_step()
    except reader.TextRecognitionUnavailable as error:
        logger.warning("No text is recognised: %s", error)
        return
    step.run(photo_ids)
    _unindex_defective(photo_ids)
    enqueue_indexing(photo_ids)


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=10 * MINUTES)
def index_photos(photo_ids: list[int]) -> None:
    """Bring the keyword index up to date with those photos that changed since it last saw them."""
    if settings.ELASTICSEARCH_URL:
        index_step().run(photo_ids)


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=10 * MINUTES)
def unindex_photos(photo_ids: list[int]) -> None:
    """Take those photos out of the keyword index."""
    try:
        keyword_index.unindex_photos(photo_ids)
    except keyword_index.KeywordSearchUnavailable as error:
        logger.warning("%d photos stay in the keyword index for now: %s", len(photo_ids), error)
    else:
        DocumentRemoval.objects.filter(pk__in=photo_ids).delete()


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=24 * 60 * MINUTES)
def build_vector_index(model: str, dimensions: int) -> None:
    """Build the index that searches among very many vectors of `model` need; it may take an hour."""
    vector_index.build_vector_index(model, dimensions)


@dramatiq.actor(queue_name="vision", max_retries=0, time_limit=6 * 60 * MINUTES)
def find_near_duplicates(owner_id: int, model: str, dimensions: int, limit: float) -> None:
    """Compare those photos of one person, by their vectors of `model`, that are not compared yet."""
    while comparing.compare_photos(owner_id, model=model, dimensions=dimensions, limit=limit):
        pass
    while comparing.compare_words(owner_id, model=model):
        pass


STEP_QUEUES = {
    Step.THUMBNAILS: make_thumbnails.queue_name,
    Step.EMBEDDING: embed_photos.queue_name,
    Step.TEXT: extract_texts.queue_name,
    Step.INDEX: index_photos.queue_name,
}


def enqueue_processing(photo_ids: list[int]) -> None:
    """Have new photos processed where there is room in the queues; the clock sees to the rest within a second or two.

    So it does to picture features: asking which encoders are ready might take longer than a person waits.
    """
    with _broker_may_be_down():
        for message in (actor.message(photo_ids) for actor in (make_thumbnails, extract_texts, index_photos)):
            if len(_waiting_like(message)) < MAX_WAITING:
                _broker().enqueue(message)


def enqueue_step(step: CurrentStep, photo_ids: list[int]) -> None:
    """Have one step done for photos that somebody asks for, however many others wait."""
    _enqueue(_message(step, photo_ids))


def enqueue_indexing(photo_ids: list[int]) -> None:
    """Have photos indexed anew of which an indexed field has changed."""
    _enqueue(index_photos.message(photo_ids))


def enqueue_unindexing(photo_ids: list[int]) -> None:
    """Have photos taken out of the keyword index: after this transaction, or when broker and Elasticsearch are back."""
    DocumentRemoval.objects.bulk_create(
        [DocumentRemoval(photo_id=photo_id) for photo_id in photo_ids], ignore_conflicts=True
    )
    transaction.on_commit(partial(_enqueue, unindex_photos.message(photo_ids)))


def resume_unindexing() -> None:
    """Have those taken out that were to leave the index and have not yet; RedisError."""
    photo_ids = list(DocumentRemoval.objects.values_list("pk", flat=True)[:MAX_REMOVALS])
    message = unindex_photos.message(photo_ids)
    if photo_ids and not _waiting_like(message):
        _broker().enqueue(message)


def top_up(step: CurrentStep, photo_ids: list[int]) -> list[int]:
    """Fill the step's queue with batches from `photo_ids`, leaving out what waits there already; those that were sent.

    RedisError if the broker is down.
    """
    waiting = _waiting_like(_message(step, []))
    queued = {photo_id for message in waiting for photo_id in message.args[0]}
    size = BATCH_SIZES[step.step]
    sent = [photo_id for photo_id in photo_ids if photo_id not in queued][: size * max(0, MAX_WAITING - len(waiting))]
    for begin in range(0, len(sent), size):
        _broker().enqueue(_message(step, sent[begin : begin + size]))
    return sent


def enqueue_vector_indexes() -> None:
    """Have an index built for every model that has outgrown exact search and lacks one; RedisError."""
    try:
        encoders = describe_encoders()
    except EncoderUnavailable:
        return
    for encoder in encoders:
        if encoder.state == "ready" and _needs_vector_index(encoder.model):
            message = build_vector_index.message(encoder.model, encoder.dimensions)
            if not _waiting_like(message):
                _broker().enqueue(message)


def enqueue_comparisons() -> None:
    """Have everybody's photos compared that are not yet, by the encoder that answers for their library; RedisError."""
    try:
        encoders = [encoder for encoder in describe_encoders() if encoder.state == "ready"]
        for encoder in encoders:
            for owner in User.objects.filter(pk__in=comparing.owners_to_compare(encoder.model)):
                chosen = choose_encoder(frozenset(), user=owner)
                message = find_near_duplicates.message(
                    owner.pk, encoder.model, encoder.dimensions, encoder.same_picture_distance
                )
                if chosen and chosen.model == encoder.model and not _waiting_like(message):
                    _broker().enqueue(message)
    except EncoderUnavailable:
        return


def is_waiting(message: Message) -> bool:
    """Whether such a message is in its queue already; RedisError."""
    return bool(_waiting_like(message))


def broker_version() -> str:
    """The version of Valkey or Redis that answers; RedisError if none does."""
    info = _broker().client.info("server")
    return str(info.get("valkey_version") or info["redis_version"])


def queue_lengths() -> dict[str, int]:
    """How many messages wait in each queue; RedisError."""
    broker = _broker()
    return {name: broker.client.llen(f"{broker.namespace}:{name}") for name in sorted(broker.get_declared_queues())}


def messages_in_work() -> dict[str, int]:
    """How many messages of each queue workers have fetched and not finished; RedisError."""
    broker = _broker()
    heartbeats = cast(list[bytes], broker.client.zrange(f"{broker.namespace}:__heartbeats__", 0, -1))
    workers = [worker.decode() for worker in heartbeats]
    return {
        name: sum(broker.client.scard(f"{broker.namespace}:__acks__.{worker}.{name}") for worker in workers)
        for name in broker.get_declared_queues()
    }


def _unindex_defective(photo_ids: list[int]) -> None:
    """A picture that turns out to be broken is left out of search, though its name may be indexed already."""
    if defective := list(Photo.objects.filter(pk__in=photo_ids).exclude(defect="").values_list("pk", flat=True)):
        enqueue_unindexing(defective)


def _needs_vector_index(model: str) -> bool:
    rows = PhotoEmbedding.objects.filter(model=model)[: EXACT_ROWS + 1].count()
    return rows > EXACT_ROWS and not vector_index.has_vector_index(model)


def _message(step: CurrentStep, photo_ids: list[int]) -> Message:
    match step.step:
        case Step.THUMBNAILS:
            return make_thumbnails.message(photo_ids)
        case Step.EMBEDDING:
            return embed_photos.message(photo_ids, step.version)
        case Step.TEXT:
            return extract_texts.message(photo_ids)
        case Step.INDEX:
            return index_photos.message(photo_ids)


def _waiting_like(message: Message) -> list[Message]:
    """The messages in the queue that differ from `message` only in their photos; what a worker has fetched is gone."""
    key = f"{_broker().namespace}:{message.queue_name}"
    client = _broker().client
    message_ids = client.lrange(key, 0, -1)
    encoded = client.hmget(f"{key}.msgs", message_ids) if message_ids else []
    waiting = [Message.decode(cast(bytes, data)) for data in encoded if data]
    return [other for other in waiting if _kind(other) == _kind(message)]


def _kind(message: Message) -> tuple[str, list[object]]:
    return message.actor_name, [argument for argument in message.args if not isinstance(argument, list)]


def _broker() -> RedisBroker:
    return cast(RedisBroker, dramatiq.get_broker())


def _enqueue(message: Message) -> None:
    with _broker_may_be_down():
        _broker().enqueue(message)


@contextmanager
def _broker_may_be_down() -> Iterator[None]:
    """Nothing is lost without a broker: what is missing stands in the database, and the clock asks for it."""
    try:
        yield
    except RedisError as error:
        logger.warning("Nothing was enqueued, the broker does not answer: %s", error)
