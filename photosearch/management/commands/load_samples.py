"""Upload the sample pictures for a user."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError

from gallery.intake.upload import store_upload
from gallery.models import Arrival
from photosearch.samples.catalogue import SAMPLES


class Command(BaseCommand):
    """`manage.py load_samples --owner NAME`; a second run adds nothing."""

    help = "Draw the sample pictures and upload them for a user. Existing ones are skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", required=True, help="the owner's user name")

    def handle(self, *, owner: str, **_options: Any) -> None:
        """Store each sample in the same way as an upload."""
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(owner)
        except users.DoesNotExist:
            raise CommandError(f"No such user: “{owner}”. Create one with: manage.py createsuperuser") from None
        created = 0
        for sample in SAMPLES:
            _photo, arrival = store_upload(ContentFile(sample.read()), owner=user, filename=sample.filename)
            created += arrival is Arrival.CREATED
        self.stdout.write(f"Added {created} sample pictures for {owner}; {len(SAMPLES) - created} already existed.")
