"""Writes photos into the keyword index, removes them, and rebuilds the index during searches."""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import BAD_REQUEST, CONFLICT, NOT_FOUND
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.dsl.connections import get_connection
from elasticsearch.helpers import streaming_bulk

from gallery.models import Photo, PhotoQuerySet
from gallery.storage.locks import Lock, locked
from search.keywords.mapping import PhotoDocument, mapping_version
from search.models import IndexedPhoto
from search.query.filters import INDEX_COLUMNS

logger = logging.getLogger(__name__)

BATCH = 500
BULK_BYTES = 10_000_000
BULK_SECONDS = 120
# The version of deletions, above every revision: a concurrent writer that read the photo earlier cannot restore it.
# Elasticsearch keeps it for a minute.
DELETION_VERSION = 2**62


class KeywordSearchUnavailable(Exception):
    """Elasticsearch is unavailable or not configured; the message is shown to the user."""


class _IndexMissing(Exception):
    """The alias names no index."""


def index_photos(photo_ids: Iterable[int]) -> dict[int, str]:
    """Write the current revisions of photos into the index; return the rejected photos with reasons.

    An older revision never overwrites a newer one. Raises KeywordSearchUnavailable.
    """
    photo_ids = list(photo_ids)
    with connected() as client:
        try:
            written, rejected = _write(client, photo_ids, index=settings.ELASTICSEARCH_INDEX)
        except _IndexMissing:
            ensure_index()
            written, rejected = _write(client, photo_ids, index=settings.ELASTICSEARCH_INDEX)
    _record(written)
    return rejected


def unindex_photos(photo_ids: Iterable[int]) -> None:
    """Remove photos from the index. Raises KeywordSearchUnavailable."""
    photo_ids = list(photo_ids)
    IndexedPhoto.objects.filter(photo__in=photo_ids).delete()
    if settings.ELASTICSEARCH_URL:
        with connected() as client:
            _remove(client, photo_ids, index=settings.ELASTICSEARCH_INDEX)


def count() -> int:
    """Return the number of indexed photos. Raises KeywordSearchUnavailable."""
    with connected() as client:
        try:
            return int(client.count(index=settings.ELASTICSEARCH_INDEX)["count"])
        except NotFoundError:
            return 0


def ensure_index() -> None:
    """Create a missing index; rebuild one with another mapping. Raises KeywordSearchUnavailable."""
    with connected() as client, locked(Lock.KEYWORD_INDEX):
        current = _current_index(client)
        if current is None:
            _create(client, _name(), aliases={settings.ELASTICSEARCH_INDEX: {}})
            # All photos become stale, and the clock indexes them again.
            IndexedPhoto.objects.all().delete()
        elif not current.startswith(_name()):
            _rebuild(client)


def rebuild_index() -> None:
    """Index all photos again; searches use the old index until the end. Raises KeywordSearchUnavailable."""
    with connected() as client, locked(Lock.KEYWORD_INDEX):
        _rebuild(client)


@contextmanager
def connected() -> Iterator[Elasticsearch]:
    """Provide the client; all errors other than wrong requests become KeywordSearchUnavailable."""
    if not settings.ELASTICSEARCH_URL:
        raise KeywordSearchUnavailable(_("Elasticsearch is not configured: ELASTICSEARCH_URL is empty."))
    try:
        yield get_connection()
    except (BadRequestError, NotFoundError):
        raise
    except (ApiError, TransportError) as error:
        raise _unavailable(error) from error


def _unavailable(reason: object) -> KeywordSearchUnavailable:
    return KeywordSearchUnavailable(_("Elasticsearch is unavailable: %(reason)s") % {"reason": reason})


def _name() -> str:
    return f"{settings.ELASTICSEARCH_INDEX}-{mapping_version()}"


def _current_index(client: Elasticsearch) -> str | None:
    """Return the index that the alias names."""
    try:
        return next(iter(client.indices.get_alias(name=settings.ELASTICSEARCH_INDEX)))
    except NotFoundError:
        return None


def _our_indices(client: Elasticsearch) -> list[str]:
    """Return all indices made for this alias; those of "photos" do not include those of "photos-test"."""
    ours = re.compile(rf"{re.escape(settings.ELASTICSEARCH_INDEX)}-[0-9a-f]{{12}}(-\d+)?")
    return [name for name in client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}-*") if ours.fullmatch(name)]


def _create(client: Elasticsearch, name: str, **more: Any) -> None:
    body = PhotoDocument._index.to_dict()
    try:
        client.options(request_timeout=BULK_SECONDS).indices.create(
            index=name, settings=body["settings"], mappings=body["mappings"], **more
        )
    except BadRequestError as error:
        message = _("Elasticsearch cannot create the index. Is the plugin analysis-smartcn installed? %(reason)s")
        raise KeywordSearchUnavailable(message % {"reason": error}) from error


def _rebuild(client: Elasticsearch) -> None:
    old, fresh = _current_index(client), f"{_name()}-{timezone.now():%Y%m%d%H%M%S%f}"
    _create(client, fresh)
    written = _write_all(client, list(_indexable().values_list("pk", flat=True)), index=fresh)
    client.indices.refresh(index=fresh)
    alias = settings.ELASTICSEARCH_INDEX
    actions: list[dict[str, Any]] = [{"add": {"index": fresh, "alias": alias}}]
    client.indices.update_aliases(actions=actions + [{"remove": {"index": old, "alias": alias}}] * bool(old))
    # Changes up to here went into the old index; from now on they go into the new one.
    revisions = dict(_indexable().values_list("pk", "revision"))
    changed = [pk for pk, revision in revisions.items() if written.get(pk) != revision]
    gone = [pk for pk in written if pk not in revisions]
    _remove(client, gone, index=fresh)
    _record(written | _write_all(client, changed, index=fresh))
    for name in _our_indices(client):
        if name != fresh:
            client.indices.delete(index=name, ignore_unavailable=True)


def _indexable() -> PhotoQuerySet:
    photos = Photo.objects.select_related("text", "place").defer("metadata", "claims", "text__lines")
    for column in INDEX_COLUMNS:
        photos = column.load(photos)
    return photos


def _write_all(client: Elasticsearch, photo_ids: list[int], *, index: str) -> dict[int, int]:
    """Write photos, newest first; return the written revisions."""
    photo_ids = sorted(photo_ids, reverse=True)
    revisions: dict[int, int] = {}
    for begin in range(0, len(photo_ids), BATCH):
        written, rejected = _write(client, photo_ids[begin : begin + BATCH], index=index)
        revisions |= written
        for photo_id, reason in rejected.items():
            logger.error("Photo %d is not indexed: %s", photo_id, reason)
        logger.info("%d of %d photos indexed", len(revisions), len(photo_ids))
    return revisions


def _write(client: Elasticsearch, photo_ids: list[int], *, index: str) -> tuple[dict[int, int], dict[int, str]]:
    """Write the current photos; return the written revisions, and the rejected photos with reasons."""
    document = PhotoDocument()
    photos = {photo.pk: photo for photo in _indexable().filter(pk__in=photo_ids)}
    actions = (
        {"_op_type": "index", "_id": pk, "version": photo.revision, "_source": document.prepare(photo)}
        for pk, photo in photos.items()
    )
    rejected: dict[int, str] = {}
    for photo_id, status, reason in _bulk(client, actions, index=index, version_type="external_gte"):
        if status == NOT_FOUND:
            raise _IndexMissing
        if status in (BAD_REQUEST, CONFLICT):
            photos.pop(photo_id)
        # On a conflict another process wrote a newer revision or deleted the photo, and records that.
        if status == BAD_REQUEST:
            rejected[photo_id] = reason
    return {pk: photo.revision for pk, photo in photos.items()}, rejected


def _remove(client: Elasticsearch, photo_ids: list[int], *, index: str) -> None:
    actions = ({"_op_type": "delete", "_id": pk, "version": DELETION_VERSION} for pk in photo_ids)
    for _removed in _bulk(client, actions, index=index, version_type="external"):
        pass  # Photos that were not in the index are fine.


def _bulk(
    client: Elasticsearch, actions: Iterable[dict[str, Any]], *, index: str, version_type: str
) -> Iterator[tuple[int, int, str]]:
    """Send `actions`; yield the photo id, HTTP status (OK, BAD_REQUEST, NOT_FOUND or CONFLICT) and error of each.

    Raises KeywordSearchUnavailable for any other status, which is not caused by the photo.
    """
    results = streaming_bulk(
        client.options(request_timeout=BULK_SECONDS),
        (action | {"version_type": version_type} for action in actions),
        max_chunk_bytes=BULK_BYTES,
        raise_on_error=False,
        max_retries=3,
        index=index,
        # Elasticsearch would create a missing index by itself, without our mapping.
        require_alias=index == settings.ELASTICSEARCH_INDEX,
    )
    for _is_ok, result in results:
        (answer,) = result.values()
        status, reason = answer["status"], str(answer.get("error", ""))
        if status >= BAD_REQUEST and status not in (BAD_REQUEST, NOT_FOUND, CONFLICT):
            raise _unavailable(reason)
        yield int(answer["_id"]), status, reason


def _record(revisions: dict[int, int]) -> None:
    """Record the indexed revisions of photos that still exist."""
    photo_ids = list(revisions)
    for begin in range(0, len(photo_ids), BATCH):
        with transaction.atomic():
            existing = Photo.objects.filter(pk__in=photo_ids[begin : begin + BATCH]).order_by("pk")
            IndexedPhoto.objects.bulk_create(
                [
                    IndexedPhoto(photo_id=pk, revision=revisions[pk], mapping=mapping_version())
                    for pk in existing.select_for_update(no_key=True).values_list("pk", flat=True)
                ],
                update_conflicts=True,
                unique_fields=["photo"],
                update_fields=["revision", "mapping"],
            )
