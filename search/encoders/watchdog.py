"""Ends the process when a step of its work never ends."""

import faulthandler
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep


class Watchdog:
    """Ends the process when a step takes longer than `limit` seconds, even in C code that never returns to Python.

    A supervisor starts the process anew, and whoever waits for it sees the connection break. While some thread can
    still run Python, the watching thread sees that a step is overdue. Where C code holds the interpreter's lock,
    nobody can rewind `faulthandler`'s timer any more, which runs outside the interpreter.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._begun: dict[object, float] = {}
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def step(self) -> Iterator[None]:
        """The work inside must end within the limit."""
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
