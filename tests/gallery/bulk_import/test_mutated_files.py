"""Damaged files of every format neither kill nor stop the site: each gets a verdict, by import and by upload."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import.safety import ImportRefused
from gallery.intake.upload import try_upload
from gallery.models import Arrival, ImportItem, ImportJob, Photo
from gallery.pictures.watchdog import watchdog
from gallery.processing import tasks
from tests.factories import finish_import
from tests.folders import write_file
from tests.mutated_files import archives_of, damaged_files

# A file that takes longer ends the process.
MAX_SECONDS = 30
BATCH = 50
COUNTS = [100, pytest.param(2000, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("count", COUNTS)
def test_gives_verdict_to_each_damaged_file(
    bring: Callable[..., ImportJob], owner: User, tmp_path: Path, count: int
) -> None:
    files = dict(damaged_files(count, seed=count))
    for name, content in files.items():
        write_file(tmp_path / "pictures" / name, content)
    with watchdog(MAX_SECONDS * BATCH):
        job = bring(tmp_path / "pictures")
    assert (job.state, job.error, job.expected_files) == (ImportJob.State.FINISHED, "", count)
    assert job.items.count() == job.seen == count
    unexplained = job.items.filter(verdict__in=("failed", "skipped"), reason="")
    assert list(unexplained) == []

    other = User.objects.create_user("other")
    verdicts = {item.path.rpartition("/")[2]: item.verdict for item in job.items.all()}
    for name, content in files.items():
        with watchdog(MAX_SECONDS):
            result = try_upload(BytesIO(content), owner=other, filename=name)
        assert (result.arrival == Arrival.REFUSED) == (verdicts[name] in ("failed", "skipped")), (name, result)
        assert result.detail or result.photo

    ids = list(Photo.objects.filter(owner=owner).values_list("pk", flat=True))
    assert ids
    for begin in range(0, len(ids), BATCH):
        with watchdog(MAX_SECONDS * BATCH):
            tasks.make_thumbnails(ids[begin : begin + BATCH])
            tasks.read_metadata(ids[begin : begin + BATCH])
    undone = Photo.objects.filter(owner=owner, thumbnail_version=0, defect="", step_attempts=None)
    assert [photo.filename for photo in undone] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 200))])
def test_reads_or_refuses_damaged_archives(begin: Callable[..., ImportJob], tmp_path: Path, seed: int) -> None:
    for name, content in archives_of(dict(damaged_files(25, seed=seed)), seed=seed).items():
        path = tmp_path / name
        path.write_bytes(content)
        try:
            job = begin(path)
        except ImportRefused:
            continue
        with watchdog(MAX_SECONDS):
            finish_import(job)
        if job.state == ImportJob.State.FAILED:
            assert job.error
        else:
            assert (job.error, job.items.count()) == ("", job.expected_files)
        assert not job.items.filter(verdict=ImportItem.Verdict.FAILED, reason="").exists()
