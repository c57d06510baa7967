"""Schedule imports fairly: choose the next one, and limit the length of its turn while others wait."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from gallery.models import ImportJob
from gallery.storage.locks import Lock, held_keys

# Imports of one person that run at the same time; the other threads are for other people.
MAX_RUNNING_PER_PERSON = 2
SECONDS_PER_TURN = 5
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Turn:
    """One turn of an import: it ends at `stop_at` (time.monotonic), or earlier while `others_wait`."""

    def __init__(self, stop_at: float, others_wait: Callable[[], bool]) -> None:
        self._stop_at = stop_at
        self._others_wait = others_wait
        self._began_at = time.monotonic()
        self._first_result_at: float | None = None

    def is_time_up(self) -> bool:
        """Return whether the time limit has passed."""
        return time.monotonic() > self._stop_at

    def is_over(self) -> bool:
        """Return whether the turn is over; called after each batch with new results."""
        now = time.monotonic()
        if self._first_result_at is None:
            self._first_result_at = now
        # Each turn lists all files again up to the new ones, so new files get at least as much time as that.
        seconds_to_first_result = self._first_result_at - self._began_at
        is_long = now - self._first_result_at > max(SECONDS_PER_TURN, seconds_to_first_result)
        return now > self._stop_at or (is_long and self._others_wait())


def next_job(*, excluding: Collection[int] = (), replacing: int | None = None) -> int | None:
    """Return the id of the import that should run next, or None.

    People with the fewest running imports come first, then those whose last turn is longest ago. `replacing` names a
    running import whose turn could end: it does not count as running.
    """
    leased = held_keys(Lock.RUNNING_IMPORT) | set(excluding)
    jobs = list(ImportJob.objects.filter(state__in=ImportJob.BUSY_STATES).values_list("pk", "owner_id", "heartbeat"))
    running = Counter(owner for pk, owner, _beat in jobs if pk in leased and pk != replacing)
    last_turns: dict[int, datetime] = {}
    for _pk, owner, beat in jobs:
        last_turns[owner] = max(last_turns.get(owner, LONG_AGO), beat or LONG_AGO)
    waiting = [
        (running[owner], last_turns[owner], beat or LONG_AGO, pk)
        for pk, owner, beat in jobs
        if pk not in leased and running[owner] < MAX_RUNNING_PER_PERSON
    ]
    return min(waiting)[-1] if waiting else None
