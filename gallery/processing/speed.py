"""The recent speed of each step, from counts of finished photos per minute in the cache."""

import math
import time
from hashlib import sha256

from django.core.cache import cache

MINUTES = 10


def record_progress(step: str, version: str, finished: int = 0) -> None:
    """Count photos that a step has finished; a call without any marks the beginning of the work."""
    key = _key(step, version, int(time.time() // 60))
    try:
        if not cache.add(key, finished, (MINUTES + 1) * 60) and finished:
            cache.incr(key, finished)
    except ValueError:
        # The entry expired or was replaced between the two calls; the next batch counts again.
        return


def seconds_left(step: str, version: str, waiting: int) -> int | None:
    """Return how long `waiting` photos will take at the speed of the last minutes; None if it is unknown."""
    now = time.time()
    minutes = range(int(now // 60) - MINUTES + 1, int(now // 60) + 1)
    keys = {_key(step, version, minute): minute for minute in minutes}
    counts = {keys[key]: count for key, count in cache.get_many(list(keys)).items() if isinstance(count, int)}
    finished = sum(counts.values())
    if not finished:
        return None if waiting else 0
    elapsed = max(now - 60 * min(counts), 1.0)
    return math.ceil(waiting * elapsed / finished)


def _key(step: str, version: str, minute: int) -> str:
    return f"finished:{sha256(f'{step} {version}'.encode()).hexdigest()[:16]}:{minute}"
