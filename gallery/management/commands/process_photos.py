"""Process unfinished photos in the foreground, without clock and workers."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from gallery.models import Step, StepAttempt
from gallery.processing.steps import BATCH_SIZES, BlockedStep, CurrentStep, current_steps


class Command(BaseCommand):
    """`manage.py process_photos`: needs no broker, and may run beside the workers."""

    help = "Processes photos that lack thumbnails, embeddings, recognised text or an index entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the step and the owner."""
        parser.add_argument("--missing", required=True, choices=["all", *Step.values], help="the step to run, or all")
        parser.add_argument("--owner", help="only photos of this user")

    def handle(self, *_args: Any, missing: str, owner: str | None, **_options: Any) -> None:
        """Run each step for all photos that lack it."""
        user = get_user_model()
        try:
            owner_id = user.objects.get_by_natural_key(owner).pk if owner else None
        except user.DoesNotExist:
            raise CommandError(f"User “{owner}” does not exist.") from None
        for step in current_steps():
            if missing not in ("all", step.step):
                continue
            if isinstance(step, BlockedStep):
                self.stdout.write(f"{step.title}: {step.reason}")
            else:
                self._process(step, owner_id)

    def _process(self, step: CurrentStep, owner_id: int | None) -> None:
        photos = step.missing().filter(owner_id=owner_id) if owner_id else step.missing()
        photo_ids = list(photos.values_list("pk", flat=True))
        size = BATCH_SIZES[step.step]
        for begin in range(0, len(photo_ids), size):
            self.stdout.write(f"{step.title}: {begin} of {len(photo_ids)}")
            step.run(photo_ids[begin : begin + size])
        failures = StepAttempt.objects.filter(step=step.step, version=step.version, photo__in=photo_ids).count()
        self.stdout.write(f"{step.title}: {len(photo_ids) - failures} done, {failures} failed")
