"""End the process when work on a picture does not: even in C, where no exception could stop it."""

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

WORTH_RENEWING = 0.9
STDERR = 2  # the descriptor: what Python calls stderr may be something else

# By when each work that is going on must end.
_deadlines: dict[object, float] = {}
_deadlines_lock = Lock()


@contextmanager
def watchdog(seconds: int) -> Iterator[Callable[[], None]]:
    """End the process if the work inside takes longer than allowed; the supervisor restarts it.

    Each call of the yielded function restarts the time. The process has one timer, set for the thread whose time ends
    first.
    """
    work = object()

    def renew() -> None:
        with _deadlines_lock:
            # Setting the timer starts a thread each time.
            if _deadlines[work] - monotonic() < seconds * WORTH_RENEWING:
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
    # Never off before it is set anew: in between, another thread may fall into a loop that lets no Python run.
    if _deadlines:
        seconds = min(_deadlines.values()) - monotonic()
        faulthandler.dump_traceback_later(max(seconds, 1e-3), exit=True, file=STDERR)
    else:
        faulthandler.cancel_dump_traceback_later()
