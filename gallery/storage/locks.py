"""PostgreSQL's advisory locks by name: they exclude other processes, and end with the connection of a dead one."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """Purposes of locks. Keys within a purpose stand for one import, one user or one file."""

    RUNNING_IMPORT = 1
    STORED_BYTES = 2
    KEYWORD_INDEX = 3
    VECTOR_INDEX = 4
    NEAR_DUPLICATES = 5
    SCRATCH_INDEX = 6


@contextmanager
def locked(lock: Lock, key: int = 0) -> Iterator[None]:
    """Hold the lock inside the block; wait while another connection holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s::int, %s::int)", [int(lock), key])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", [int(lock), key])


@contextmanager
def try_locked(lock: Lock, key: int = 0) -> Iterator[bool]:
    """Hold the lock inside the block if it is free; return whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", [int(lock), key])
        is_free = bool(cursor.fetchone()[0])
        try:
            yield is_free
        finally:
            if is_free:
                cursor.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", [int(lock), key])


def lock_until_commit(lock: Lock, *, keys: Collection[int]) -> None:
    """Lock all keys for the rest of the transaction; wait while another connection holds one of them.

    Locks are taken in order of their keys, so that two transactions never wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s::int, key) FROM unnest(%s::int[]) AS key", [int(lock), sorted(set(keys))]
        )


def try_lock_until_commit(lock: Lock, *, key: int) -> bool:
    """Lock the key for the rest of the transaction if it is free; return whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", [int(lock), key])
        return bool(cursor.fetchone()[0])


def held_keys(lock: Lock) -> set[int]:
    """Return the keys that any connection to this database holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks JOIN pg_database ON pg_locks.database = pg_database.oid"
            " WHERE locktype = 'advisory' AND classid = %s AND granted AND datname = current_database()",
            [int(lock)],
        )
        return {key for (key,) in cursor.fetchall()}
