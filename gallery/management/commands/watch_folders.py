"""Run the watcher, which imports new files from watched folders."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.bulk_import.watching import Watcher
from gallery.management.stop_event import stop_event


class Command(BaseCommand):
    """The command of the watcher process, which runs until it is stopped."""

    help = "Watches the folders of imports for new files, until SIGTERM or SIGINT."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the watcher until a signal stops it."""
        Watcher().run(stop_event())
