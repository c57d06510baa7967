"""Files that kill or hang their reader are skipped after three attempts; all others are imported."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery.bulk_import.read_attempts import ReadAttempts
from gallery.models import MAX_ATTEMPTS, ImportJob
from gallery.processing.unfinished import withdraw_unfinished
from gallery.storage.identities import identity_of, location_of
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import write_file
from tests.processes import process_environment

# The width of a picture selects the fault: 13 kills the process, 17 hangs.
PROGRAM = """
import django
django.setup()
import os, signal
from PIL import Image
from gallery.bulk_import import import_pass, reading, run
from gallery.models import ImportJob
import_pass.BATCH_SIZE = 4
reading.MAX_HEADER_SECONDS = 2
describe = reading.describe_header
Image.init()  # or the first header would have to wait for that, and be blamed

def describe_or_die(file, *, filename):
    fields = describe(file, filename=filename)
    if fields["width"] == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    while fields["width"] == 17:
        (10**9) ** (10**9)
    return fields

reading.describe_header = describe_or_die
while not run.run_job(ImportJob.objects.get().pk):
    pass
"""


@pytest.mark.django_db(transaction=True)
def test_skips_deadly_files_and_imports_the_others(
    begin: Callable[..., ImportJob], tmp_path: Path, media_root: Path
) -> None:
    names = [f"{number:02}.png" for number in range(11)]
    for number, name in enumerate(names):
        width = {2: 13, 6: 17}.get(number, 40)
        write_file(tmp_path / "pictures" / name, picture(number, size=(width, 30)))
    job = begin(tmp_path / "pictures")
    command = [sys.executable, "-c", PROGRAM]
    deaths = 0
    while subprocess.run(command, env=process_environment(media_root), capture_output=True, timeout=120).returncode:
        deaths += 1
        assert deaths < 3 * MAX_ATTEMPTS
    job.refresh_from_db()
    assert job.state == ImportJob.State.FINISHED
    assert {name for name, verdict in verdicts(job).items() if verdict == "failed"} == {"02.png", "06.png"}
    assert job.import_counts["new"] == len(names) - 2
    assert set(job.items.filter(verdict="failed").values_list("reason", flat=True)) == {
        "Skipped: reading this file crashed the importer three times."
    }
    assert job.unfinished_reads == {}
    # Both may be read at the same time when one of them kills the process.
    assert MAX_ATTEMPTS * 2 - 1 <= deaths <= MAX_ATTEMPTS * 2


def test_withdraws_attempts_when_worker_is_stopped(begin: Callable[..., ImportJob], folder: Path) -> None:
    from gallery import sources

    job = begin(folder)
    found = [one for one in sources.scan(folder) if hasattr(one, "open")]
    attempts = ReadAttempts(job)
    attempts.begin(found)
    job.refresh_from_db()
    assert set(job.unfinished_reads.values()) == {1}
    withdraw_unfinished()
    job.refresh_from_db()
    assert job.unfinished_reads == {}


def test_keeps_only_attempts_of_dead_passes(begin: Callable[..., ImportJob], folder: Path) -> None:
    job = begin(folder)
    away, found = (str(identity_of(location_of(str(folder / name)))) for name in ("unplugged.png", "a.png"))
    ImportJob.objects.update(unfinished_reads={found: 1, away: 2})
    job = finish_import(job)
    assert verdicts(job)["a.png"] == "new"
    assert job.unfinished_reads == {away: 2}
