"""Ends the process when work on a picture hangs, even in C code that never returns to Python."""

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

# Setting the timer starts a thread, so that a deadline is only renewed when it has come nearer than this part of it.
RENEWAL_PART = 0.9
STDERR = 2  # The descriptor: `sys.stderr` may have been replaced.

# The time at which each running piece of work must have ended.
_deadlines: dict[object, float] = {}
_deadlines_lock = Lock()


@contextmanager
def watchdog(seconds: float) -> Iterator[Callable[[], None]]:
    """End the process if the block takes longer than `seconds`; a supervisor restarts it.

    Each call of the yielded function restarts the time. All threads of the process share one timer, set for the
    earliest deadline.
    """
    work = object()

    def renew() -> None:
        with _deadlines_lock:
            if _deadlines[work] - monotonic() < seconds * RENEWAL_PART:
                _deadlines[work] = monotonic() + seconds
                _set_timer()

    with _deadlines_lock:
        _deadlines[work] = monotonic() + seconds
        _set_timer()
    try:
        yield renew
    finally:
        with _deadlines_lock:
            del _deadlines[work]
            _set_timer()


def _set_timer() -> None:
    # Replace the timer without cancelling it: in between, another thread may enter a loop that lets no Python run.
    if _deadlines:
        seconds = min(_deadlines.values()) - monotonic()
        faulthandler.dump_traceback_later(max(seconds, 1e-3), exit=True, file=STDERR)
    else:
        faulthandler.cancel_dump_traceback_later()
