"""Stop long-running commands in order when SIGTERM or SIGINT arrives."""

import signal
from threading import Event


def stop_event() -> Event:
    """Return an event that SIGTERM and SIGINT set; call it from the main thread."""
    event = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: event.set())
    return event
