"""Answer an assistant on this machine over standard input and output."""

import asyncio
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.access.tokens import find_token
from search.assistant.server import make_server

VARIABLE = "PHOTOSEARCH_TOKEN"


class Command(BaseCommand):
    """`manage.py mcp`, started by the assistant itself."""

    help = f"Serve the Model Context Protocol over standard input and output, with the key in {VARIABLE}."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Serve until the input ends."""
        key = os.environ.get(VARIABLE, "")
        if find_token(key) is None:
            raise CommandError(f"{VARIABLE} holds no valid key; make one on the page “Keys for programs”.")
        asyncio.run(make_server(key=key).run_stdio_async())
