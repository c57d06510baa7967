"""A keyword index of its own for a process that measures searches, removed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from gallery.storage.locks import Lock, locked
from search.keywords.index import connected
from search.keywords.mapping import PhotoDocument, mapping_version

SUFFIX = "evaluation"


@contextmanager
def scratch_index() -> Iterator[None]:
    """Let this process index and search in an empty index; does nothing without Elasticsearch.

    Waits while another process uses it; one that an earlier process left is removed first.

    Raises:
        KeywordSearchUnavailable: Elasticsearch does not answer.
    """
    if not settings.ELASTICSEARCH_URL:
        yield
        return
    with locked(Lock.SCRATCH_INDEX), _created_index():
        yield


@contextmanager
def _created_index() -> Iterator[None]:
    alias = settings.ELASTICSEARCH_INDEX
    settings.ELASTICSEARCH_INDEX = scratch = f"{alias}-{SUFFIX}"
    try:
        _remove(scratch)
        body = PhotoDocument._index.to_dict()
        with connected() as client:
            client.indices.create(
                index=f"{scratch}-{mapping_version()}",
                settings=body["settings"],
                mappings=body["mappings"],
                aliases={scratch: {}},
            )
        yield
    finally:
        settings.ELASTICSEARCH_INDEX = alias
        _remove(scratch)


def refresh_index() -> None:
    """Wait until searches find all written documents. Raises KeywordSearchUnavailable."""
    with connected() as client:
        client.indices.refresh(index=settings.ELASTICSEARCH_INDEX)


def _remove(scratch: str) -> None:
    with connected() as client:
        if names := list(client.indices.get(index=f"{scratch}-*")):
            client.indices.delete(index=names)
