"""Run the watcher: imports that watch their folders learn of new files."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from gallery.bulk_import.watching import Watcher


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Watches the folders of imports that want it, until SIGTERM or SIGINT."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Watch."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        Watcher().run(stop)
