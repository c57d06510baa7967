"""Watchdog of the encoder process: ends the process when a step of its work hangs."""

import faulthandler
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep


class Watchdog:
    """Ends the process when a step takes longer than `limit` seconds, even in C code that never returns to Python.

    A supervisor restarts the process, and its clients see the connection break. While threads can still run Python, the
    watching thread finds the overdue step. If C code holds the interpreter's lock, that thread can no longer rewind
    `faulthandler`'s timer, which runs outside the interpreter and then ends the process.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._begun: dict[object, float] = {}
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Limit the time of the code in this context."""
        key = object()
        self._begun[key] = monotonic()
        try:
            yield
        finally:
            del self._begun[key]

    def _watch(self) -> None:
        while True:
            faulthandler.dump_traceback_later(self.limit, exit=True)
            oldest = min(list(self._begun.values()), default=monotonic())
            if monotonic() - oldest > self.limit:
                faulthandler.dump_traceback()
                os._exit(os.EX_SOFTWARE)
            sleep(self.limit / 10)
