"""Limits the log of refused requests to one short line each, and a few lines per minute."""

import logging
import time
from collections import Counter
from threading import Lock

# Loggers that any client can trigger without a login.
LOGGERS = ("django.request", "django.security", "uvicorn.error", "mcp.server")
LINES_PER_MINUTE = 10
MINUTE = 60.0
LONGEST_MESSAGE = 300


class RefusedRequests(logging.Filter):
    """Shortens log records of refused requests, and drops those beyond LINES_PER_MINUTE per kind and process.

    The first line of a later minute gives the number dropped. Our own errors (status 500 and above) pass unchanged.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._minute = 0
        self._lines: Counter[tuple[str, int]] = Counter()
        self._dropped: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is written; a refused request's record becomes one line."""
        status = int(getattr(record, "status_code", 0))
        if not _is_refused(record, status):
            return True
        kind = (record.name, status)
        with self._lock:
            self._begin_minute()
            self._lines[kind] += 1
            if self._lines[kind] > LINES_PER_MINUTE:
                self._dropped[kind] += 1
                return False
            dropped = self._dropped.pop(kind, 0)
        message = " ".join(_printable(record.getMessage()).split())[:LONGEST_MESSAGE]
        if dropped:
            message += f" (and {dropped} like this that were not logged)"
        record.msg, record.args = message, ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _begin_minute(self) -> None:
        minute = int(time.monotonic() // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()


def _is_refused(record: logging.LogRecord, status: int) -> bool:
    if not any(record.name == name or record.name.startswith(f"{name}.") for name in LOGGERS):
        return False
    return 400 <= status < 500 or (not status and record.levelno == logging.WARNING)


def _printable(text: str) -> str:
    """Replace characters that could end the line or control a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
