"""Update the database, the static files and the index, and create the first administrator."""

import os
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import OperationalError

from photosearch.monitoring import metrics
from search.keywords.index import KeywordSearchUnavailable, ensure_index


class Command(BaseCommand):
    """`manage.py prepare`; progress goes to standard error, and a new login to standard output."""

    help = "Migrate the database, collect static files, create the index, and create an administrator if there is none."
    # `migrate` checks the models. Checks that query the database must not run before it.
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Run all steps; safe to repeat at every start."""
        self.stderr.write("Migrating the database …")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            raise CommandError(f"The database that DATABASE_URL names does not answer: {error}") from error
        metrics.reset_metrics()
        settings.FRONT_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            ensure_index()
        except KeywordSearchUnavailable as error:
            self.stderr.write(f"Elasticsearch does not answer; PostgreSQL searches words instead: {error}")
        self._make_first_administrator()

    def _make_first_administrator(self) -> None:
        users = get_user_model()
        if users.objects.filter(is_superuser=True).exists():
            return
        name = os.environ.get("ADMIN_USERNAME") or "admin"
        given = os.environ.get("ADMIN_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        users.objects.create_superuser(username=name, password=password)
        description = "the password in ADMIN_PASSWORD" if given else f"the password {password} (shown only this once)"
        self.stdout.write(f"Log in as {name} with {description}.")
