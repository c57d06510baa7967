"""Import the sample pictures for a user."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from gallery.bulk_import.samples import sample_import
from gallery.models import ImportJob
from photosearch.samples.loading import import_samples


class Command(BaseCommand):
    """`manage.py load_samples --owner NAME`; a second run adds nothing, except after the import was undone."""

    help = "Draw the sample pictures and import them for a user. The import can be undone on its page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", required=True, help="the owner's user name")

    def handle(self, *, owner: str, **_options: Any) -> None:
        """Import the samples unless the owner has them."""
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(owner)
        except users.DoesNotExist:
            raise CommandError(f"No such user: “{owner}”. Create one with: manage.py createsuperuser") from None
        if sample_import(owner=user):
            self.stdout.write(f"{owner} has the sample pictures already.")
            return
        job = import_samples(owner=user)
        if job.state != ImportJob.State.FINISHED:
            raise CommandError(f"The import of the sample pictures is {job.state}. {job.error}".strip())
        self.stdout.write(f"Added {job.import_counts.get('new', 0)} sample pictures for {owner}.")
