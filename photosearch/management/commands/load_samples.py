"""Give a person the sample pictures, as if they had uploaded them."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError

from gallery.intake.upload import store_upload
from gallery.models import Arrival
from photosearch.samples.catalogue import SAMPLES


class Command(BaseCommand):
    """`manage.py load_samples --owner NAME`; run again, it adds nothing."""

    help = "Draw the sample pictures and upload them into one person's gallery. Those already there are left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the owner's name."""
        parser.add_argument("--owner", required=True, help="the name that the owner logs in with")

    def handle(self, *, owner: str, **_options: Any) -> None:
        """Store each sample through the same door as an upload."""
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(owner)
        except users.DoesNotExist:
            raise CommandError(
                f"Nobody is called “{owner}”. Name an existing user, or make one with: manage.py createsuperuser"
            ) from None
        created = 0
        for sample in SAMPLES:
            _photo, arrival = store_upload(ContentFile(sample.read()), owner=user, filename=sample.filename)
            created += arrival is Arrival.CREATED
        self.stdout.write(f"{created} sample pictures added for {owner}, {len(SAMPLES) - created} were there already.")
