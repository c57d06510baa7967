"""Run the encoder process."""

import os
import signal
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run the encoder process: load the encoders and answer requests on a Unix socket."

    def handle(self, *_args: Any, **_options: Any) -> None:
        # torch reads this when it is imported. Idle threads must not spin, because batches and queries share the
        # processors.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from search.encoders.server import SocketInUse, serve_configured_encoders

        signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit())
        try:
            serve_configured_encoders()
        except (SocketInUse, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass
