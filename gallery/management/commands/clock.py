"""Run the clock: keep the queues topped up with what is missing."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from gallery.clock import Clock


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Keeps the queues topped up with photos that lack something, newest first, until SIGTERM or SIGINT."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Tick."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        Clock().run(stop)
