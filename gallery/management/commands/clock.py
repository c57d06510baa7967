"""Run the clock, which keeps the queues filled and cleans up."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.clock import Clock
from gallery.management.stop_event import stop_event


class Command(BaseCommand):
    """The command of the clock process, which runs until it is stopped."""

    help = "Keeps the queues filled with photos to be processed, newest first, until SIGTERM or SIGINT."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock until a signal stops it."""
        Clock().run(stop_event())
