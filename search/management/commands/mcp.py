"""Run the MCP server for an assistant on this machine, over standard input and output."""

import asyncio
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.access.tokens import find_token
from search.assistant.server import make_server

VARIABLE = "PHOTOSEARCH_TOKEN"


class Command(BaseCommand):
    """`manage.py mcp`, started by the assistant."""

    help = f"Serve the Model Context Protocol over standard input and output, with the token in {VARIABLE}."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Serve until the input ends."""
        token = os.environ.get(VARIABLE, "")
        if find_token(token) is None:
            raise CommandError(f"{VARIABLE} contains no valid token. Create one on the page “API tokens”.")
        asyncio.run(make_server(token=token).run_stdio_async())
