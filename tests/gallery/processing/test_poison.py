"""A picture that kills its worker is given up after three attempts; the others are processed."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gallery import clock
from gallery.clock import QueueFiller
from gallery.models import MAX_ATTEMPTS, Photo, StepAttempt
from gallery.models import photo as photo_models
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.steps import thumbnails_step
from tests.processes import process_environment

WORKER = """
import django
django.setup()
import tests.gallery.processing.poison
from django.core.management import call_command
call_command("worker", "default")
"""
# Seconds that real workers, restarted after each death, may take on a busy machine.
SECONDS = 120


@pytest.mark.django_db(transaction=True)
def test_gives_up_deadly_picture_and_finishes_others(
    store: Callable[..., Photo], media_root: Path, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (photo_models, clock):
        monkeypatch.setattr(module, "RETRY_DELAY", timedelta(seconds=1))
    photos = [store() for _ in range(5)]
    deadly = photos[2]
    broker.flush_all()
    environment = process_environment(media_root) | {"DEADLY_SHA256": deadly.sha256}
    filler = QueueFiller(thumbnails_step())
    deaths, give_up_at = 0, time.monotonic() + SECONDS
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        # Attempts are counted before the worker dies.
        while (is_unfinished() or deaths < MAX_ATTEMPTS) and time.monotonic() < give_up_at:
            filler.fill()
            if worker.poll() is not None:
                deaths += 1
                worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
            time.sleep(0.1)
    finally:
        worker.kill()
        worker.wait()
    done = Photo.objects.filter(thumbnail_version=THUMBNAIL_VERSION)
    assert set(done) == {photo for photo in photos if photo != deadly}
    attempt = StepAttempt.objects.get(photo=deadly)
    assert (attempt.attempts, attempt.error) == (MAX_ATTEMPTS, "")
    assert deaths == MAX_ATTEMPTS


def is_unfinished() -> bool:
    """Return whether a photo still lacks thumbnails and has attempts left."""
    exhausted = StepAttempt.objects.filter(attempts__gte=MAX_ATTEMPTS).values("photo")
    return Photo.objects.filter(thumbnail_version=0).exclude(pk__in=exhausted).exists()
