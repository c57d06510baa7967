"""Photos can be processed by command, without clock and workers."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gallery.management.commands import process_photos
from gallery.models import Photo, Step
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.steps import BlockedStep, thumbnails_step
from tests.drawing import png_claiming
from tests.processes import process_environment, queued_messages


def process(*arguments: str) -> str:
    output = StringIO()
    call_command("process_photos", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture(autouse=True)
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps: thumbnails, and an encoder that waits for its weights."""
    blocked = BlockedStep(Step.EMBEDDING, "features", "Put the weights there.")
    monkeypatch.setattr(process_photos, "current_steps", lambda: [thumbnails_step(), blocked])


def test_processes_photos_and_counts_failures(store: Callable[..., Photo]) -> None:
    for _ in range(18):
        store()
    store(png_claiming(64, 48).getvalue())
    output = process("--missing", "all")
    assert "thumbnails: 16 of 19" in output
    assert "thumbnails: 18 done, 1 failed" in output
    assert "features: Put the weights there." in output
    assert Photo.objects.filter(thumbnail_version=THUMBNAIL_VERSION).count() == 18
    assert "thumbnails: 0 done, 0 failed" in process("--missing", "thumbnails")


def test_processes_one_step_for_one_owner(store: Callable[..., Photo], owner: User) -> None:
    mine, _theirs = store(), store(owner=User.objects.create_user("ben"))
    assert "thumbnails" not in process("--missing", "embedding")
    process("--missing", "thumbnails", "--owner", owner.username)
    assert list(Photo.objects.filter(thumbnail_version=THUMBNAIL_VERSION)) == [mine]


def test_names_unknown_owner(db: None) -> None:
    with pytest.raises(CommandError, match="User “nobody” does not exist"):
        process("--missing", "all", "--owner", "nobody")


@pytest.mark.django_db(transaction=True)
def test_runs_clock_until_sigterm(store: Callable[..., Photo], media_root: Path, broker: Any) -> None:
    photo = store()
    broker.flush_all()
    clock = subprocess.Popen([sys.executable, "manage.py", "clock"], env=process_environment(media_root))
    try:
        give_up_at = time.monotonic() + 60
        while not queued_messages(broker, "default") and time.monotonic() < give_up_at:
            time.sleep(0.1)
        assert ("make_thumbnails", [[photo.pk]]) in queued_messages(broker, "default")
        clock.send_signal(signal.SIGTERM)
        assert clock.wait(timeout=30) == 0
    finally:
        clock.kill()
