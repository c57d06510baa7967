"""`manage.py up` ends with a sentence that says what to do if it cannot start."""

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
    """Make an empty data folder that the servers' account can reach."""
    with tempfile.TemporaryDirectory(prefix="ps-", dir="/tmp") as name:
        yield Path(name)


def fail_to_start(folder: Path, **environment: str) -> str:
    """Run `manage.py up` until it fails, and return its error output."""
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


def test_refuses_a_data_folder_in_use(folder):
    (folder / "run").mkdir()
    with (folder / "run/up.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already runs with the data folder" in (output := fail_to_start(folder))
        assert "(process 4711)" in output


def test_names_the_setting_of_an_unreachable_database(folder):
    output = fail_to_start(
        folder,
        DATABASE_URL="postgresql://photosearch@127.0.0.1:1/photosearch",
        REDIS_URL="redis://127.0.0.1:1/0",
        ELASTICSEARCH_URL="",
    )
    assert "DATABASE_URL" in output
