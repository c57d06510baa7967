"""Advisory locks exclude other connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from gallery.storage.locks import Lock, held_keys, lock_until_commit, locked, try_lock_until_commit, try_locked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """Run a function on another connection; return a future."""

    def run(function: Any, *args: Any) -> Any:
        def in_thread() -> Any:
            try:
                return function(*args)
            finally:
                connection.close()

        return pool.submit(in_thread)

    with ThreadPoolExecutor(2) as pool:
        yield run


def _is_free(lock: Lock, key: int) -> bool:
    with try_locked(lock, key) as is_free:
        return is_free


def test_excludes_other_connection_from_same_key(elsewhere: Any) -> None:
    with try_locked(Lock.RUNNING_IMPORT, 7) as is_free:
        assert is_free
        assert not elsewhere(_is_free, Lock.RUNNING_IMPORT, 7).result()
        assert elsewhere(_is_free, Lock.RUNNING_IMPORT, 8).result()
        assert elsewhere(_is_free, Lock.KEYWORD_INDEX, 7).result()
        assert elsewhere(held_keys, Lock.RUNNING_IMPORT).result() == {7}
    assert elsewhere(_is_free, Lock.RUNNING_IMPORT, 7).result()
    assert held_keys(Lock.RUNNING_IMPORT) == set()


def test_waits_for_other_connection(elsewhere: Any) -> None:
    has_lock, may_release = Event(), Event()

    def hold() -> None:
        with locked(Lock.KEYWORD_INDEX):
            has_lock.set()
            assert may_release.wait(30)

    holding = elsewhere(hold)
    assert has_lock.wait(30)
    waiting = elsewhere(_wait_for, Lock.KEYWORD_INDEX)
    assert not waiting.done()
    may_release.set()
    holding.result()
    assert waiting.result()


def test_releases_keys_on_commit(elsewhere: Any) -> None:
    with transaction.atomic():
        lock_until_commit(Lock.NEAR_DUPLICATES, keys=[3, 1, 3])
        assert held_keys(Lock.NEAR_DUPLICATES) == {1, 3}
        assert not elsewhere(_try_in_transaction, 1).result()
        assert elsewhere(_try_in_transaction, 2).result()
    assert elsewhere(_try_in_transaction, 1).result()


def _wait_for(lock: Lock) -> bool:
    with locked(lock):
        return True


def _try_in_transaction(key: int) -> bool:
    with transaction.atomic():
        return try_lock_until_commit(Lock.NEAR_DUPLICATES, key=key)
