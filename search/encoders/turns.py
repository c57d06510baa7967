"""Each person's picture queries go one after the other, however many come at once."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# Of one person: one that is worked on, and one that waits, as when somebody marks another part of a photo.
MAX_UNDER_WAY = 2


class TooManyUnderWay(Exception):
    """As many queries of this person are under way as may be."""


class Turns:
    """Lets one query of each asker through at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Counter[int] = Counter()
        self._one_of: dict[int, threading.Lock] = {}

    @contextmanager
    def turn_of(self, asker: int) -> Iterator[None]:
        """Wait until no other query of `asker` is inside.

        Raises:
            TooManyUnderWay: instead of waiting behind another that waits.
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
