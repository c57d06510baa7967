"""Chooses the next import and the length of its turn: people take turns, then the imports of each."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from gallery.models import ImportJob
from gallery.storage.locks import Lock, held_keys

# Running imports per person; the other threads are for other people.
MOST_OF_ONE_PERSON = 2
SECONDS_PER_TURN = 5
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Turn:
    """The length of a turn: until `stop_at`; while others wait, some seconds after the first new result."""

    def __init__(self, stop_at: float, others_wait: Callable[[], bool]) -> None:
        self._stop_at = stop_at
        self._others_wait = others_wait
        self._began = time.monotonic()
        self._first_done_at: float | None = None

    def is_over(self) -> bool:
        """Return whether the turn is over; call it after each batch with new results."""
        now = time.monotonic()
        if self._first_done_at is None:
            self._first_done_at = now
        # Each turn repeats the way to the new files, so the work itself gets at least as much time.
        on_the_way = self._first_done_at - self._began
        is_long = now - self._first_done_at > max(SECONDS_PER_TURN, on_the_way)
        return now > self._stop_at or (is_long and self._others_wait())


def next_job(*, but: Collection[int] = (), instead_of: int | None = None) -> int | None:
    """Return the next import, except those in `but`; with `instead_of`, one that waits for the end of that turn.

    The person with the fewest running imports comes first, then the one whose last turn is longest ago.
    """
    leased = held_keys(Lock.RUNNING_IMPORT) | set(but)
    jobs = list(ImportJob.objects.filter(state__in=ImportJob.BUSY_STATES).values_list("pk", "owner_id", "heartbeat"))
    in_work = Counter(owner for pk, owner, _beat in jobs if pk in leased and pk != instead_of)
    last_turns: dict[int, datetime] = {}
    for _pk, owner, beat in jobs:
        last_turns[owner] = max(last_turns.get(owner, LONG_AGO), beat or LONG_AGO)
    waiting = [
        (in_work[owner], last_turns[owner], beat or LONG_AGO, pk)
        for pk, owner, beat in jobs
        if pk not in leased and in_work[owner] < MOST_OF_ONE_PERSON
    ]
    return min(waiting)[-1] if waiting else None
