"""Runs the picture queries of each person one after the other."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# Per person: one running query and one waiting, as when a user marks another part of a photo.
MAX_UNDER_WAY = 2


class TooManyUnderWay(Exception):
    """The maximum number of this person's queries is running or waiting."""


class Turns:
    """Lets one query of each asker through at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Counter[int] = Counter()
        self._one_of: dict[int, threading.Lock] = {}

    @contextmanager
    def turn_of(self, asker: int) -> Iterator[None]:
        """Wait until no other query of `asker` is running.

        Raises:
            TooManyUnderWay: another query of `asker` is already waiting.
        """
        with self._lock:
            if self._under_way[asker] >= MAX_UNDER_WAY:
                raise TooManyUnderWay
            self._under_way[asker] += 1
            one = self._one_of.setdefault(asker, threading.Lock())
        try:
            with one:
                yield
        finally:
            with self._lock:
                self._under_way[asker] -= 1
                if not self._under_way[asker]:
                    del self._under_way[asker], self._one_of[asker]
