"""A start that cannot work ends with a sentence that says what to do."""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty data folder that the servers' account can reach."""
    with tempfile.TemporaryDirectory(prefix="ps-", dir="/tmp") as name:
        yield Path(name)


def fail_to_start(folder: Path, **environment: str) -> str:
    """Run `manage.py up`, which must end by itself, and return what it wrote."""
    finished = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    return finished.stderr


def test_two_sites_never_share_a_data_folder(folder):
    (folder / "run").mkdir()
    with (folder / "run/up.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already runs with the data folder" in (said := fail_to_start(folder))
        assert "(process 4711)" in said


def test_a_database_that_does_not_answer_is_named(folder):
    said = fail_to_start(
        folder,
        DATABASE_URL="postgresql://photosearch@127.0.0.1:1/photosearch",
        REDIS_URL="redis://127.0.0.1:1/0",
        ELASTICSEARCH_URL="",
    )
    assert "DATABASE_URL" in said
