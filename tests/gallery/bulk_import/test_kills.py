"""An import that is killed at any moment and resumed ends with each photo, file and source once."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from gallery.models import ImportJob, Photo, PhotoSource
from tests.drawing import picture
from tests.folders import files_below, write_file
from tests.processes import process_environment

FILES = 60
KILLS = 4
# Use small batches, for many moments between them, and start quickly.
PROGRAM = """
import django
django.setup()
from gallery.bulk_import import import_pass, run
import_pass.BATCH_SIZE = 5
from gallery.models import ImportJob
print("ready", flush=True)
while not run.run_job(ImportJob.objects.get().pk):
    pass
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 52))])
def test_imports_each_file_once_despite_kills(
    seed: int, begin: Callable[..., ImportJob], tmp_path: Path, media_root: Path
) -> None:
    moments = random.Random(seed)
    expected = {}
    for number in range(FILES):
        # Every fifth file is a duplicate.
        data = picture(number - (number % 5 == 4), kind="JPEG" if number % 7 < 3 else "PNG")
        path = write_file(tmp_path / "pictures" / str(number % 3) / f"{number}.jpg", data)
        expected[str(path)] = sha256(data).hexdigest()
    job = begin(tmp_path / "pictures")
    deaths = 0
    for _kill in range(KILLS):
        process = start(media_root)
        time.sleep(moments.uniform(0, 0.35))
        deaths += process.poll() is None
        process.kill()
        process.wait()
    assert start(media_root).wait(timeout=120) == 0
    job.refresh_from_db()
    assert job.state == ImportJob.State.FINISHED
    assert deaths > 0
    sources = PhotoSource.objects.values_list("path", "photo__sha256")
    assert sorted(sources) == sorted(expected.items())
    assert sorted(Photo.objects.values_list("sha256", flat=True)) == sorted(set(expected.values()))
    assert {path: sha256(path.read_bytes()).hexdigest() for path in files_below(media_root / "originals")} == {
        photo.path: photo.sha256 for photo in Photo.objects.all()
    }
    assert job.items.count() == FILES
    assert job.import_counts["new"] == len(set(expected.values()))
    assert job.import_counts["new"] + job.import_counts["duplicate"] == FILES


def start(media_root: Path) -> subprocess.Popen[bytes]:
    """Start an importer process."""
    environment = process_environment(media_root)
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process
