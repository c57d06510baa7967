"""Run the encoder process."""

import os
import signal
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Hold the encoders and answer for them on a Unix socket, until stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        # Read when torch is loaded: threads that have nothing to do shall not spin, for batches and queries share
        # the processors.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from search.encoders.server import SocketInUse, serve_configured_encoders

        signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit())
        try:
            serve_configured_encoders()
        except (SocketInUse, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass
