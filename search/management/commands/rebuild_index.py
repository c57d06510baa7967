"""Index all photos anew, while people search."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.keywords.index import KeywordSearchUnavailable, count, rebuild_index


class Command(BaseCommand):
    """`manage.py rebuild_index`"""

    help = "Index all photos anew behind the alias, while people search; what changes meanwhile is indexed after it."

    def handle(self, **_options: Any) -> None:
        """Rebuild, and say how many photos are indexed."""
        try:
            rebuild_index()
            self.stdout.write(f"{count()} photos are indexed.")
        except KeywordSearchUnavailable as error:
            raise CommandError(f"Elasticsearch does not answer; nothing has changed. {error}") from error
