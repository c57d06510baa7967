"""Turns: at most one running picture query per person."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# One running query and one waiting, as when a user selects another part of a photo.
MAX_QUERIES_PER_PERSON = 2


class TooManyQueries(Exception):
    """The maximum number of one person's queries is running or waiting."""


class Turns:
    """Locks that admit one query of each asker at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queries: Counter[int] = Counter()
        self._locks: dict[int, threading.Lock] = {}

    @contextmanager
    def turn_of(self, asker: int) -> Iterator[None]:
        """Wait until no other query of `asker` is running.

        Raises:
            TooManyQueries: another query of `asker` is already waiting.
        """
        with self._lock:
            if self._queries[asker] >= MAX_QUERIES_PER_PERSON:
                raise TooManyQueries
            self._queries[asker] += 1
            lock = self._locks.setdefault(asker, threading.Lock())
        try:
            with lock:
                yield
        finally:
            with self._lock:
                self._queries[asker] -= 1
                if not self._queries[asker]:
                    del self._queries[asker], self._locks[asker]
