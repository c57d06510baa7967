"""The command that rebuilds the keyword index."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.keywords.index import KeywordSearchUnavailable, count, rebuild_index


class Command(BaseCommand):
    help = "Rebuild the keyword index. Searches use the old index until the new one is complete."

    def handle(self, **_options: Any) -> None:
        """Rebuild the index and print the number of photos in it."""
        try:
            rebuild_index()
            self.stdout.write(f"{count()} photos are indexed.")
        except KeywordSearchUnavailable as error:
            raise CommandError(f"Nothing was changed: {error}") from error
