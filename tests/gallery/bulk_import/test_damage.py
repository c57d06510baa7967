"""Damage that processing finds after an import is shown with the import's files, and is no failure of the site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import MAX_ATTEMPTS, ImportJob, Photo, StepAttempt
from gallery.processing.backlog import failures
from tests.drawing import picture
from tests.folders import archive_of


@pytest.mark.parametrize("field", ["defect", "note"])
def test_shows_damage_with_the_file(bring: Callable[..., ImportJob], tmp_path: Path, owner: User, field: str) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(archive_of(picture(1)))
    job = bring(archive)
    photo = Photo.objects.get()
    Photo.objects.update(**{field: "This picture is damaged or incomplete."})
    StepAttempt.objects.create(photo=photo, step="thumbnails", version="1", attempts=MAX_ATTEMPTS, error="damaged")
    client = Client()
    client.force_login(owner)
    damage = "Imported, but damaged: This picture is damaged or incomplete."
    assert damage in client.get(f"/imports/{job.pk}/files").content.decode()
    assert damage in b"".join(client.get(f"/imports/{job.pk}/files.csv")).decode()
    assert "Imported, but damaged" in client.get(f"/imports/{job.pk}").content.decode()
    assert failures().exists() == (field == "note")
