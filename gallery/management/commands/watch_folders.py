"""Run the watcher, which imports new files from watched folders."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.bulk_import.watching import Watcher
from gallery.management.stop_event import stop_event


class Command(BaseCommand):
    """`manage.py watch_folders`."""

    help = "Watches the folders of imports for new files, until SIGTERM or SIGINT."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until stopped."""
        Watcher().run(stop_event())
