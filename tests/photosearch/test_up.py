"""A start that cannot work ends with a sentence that says what to do."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def fail_to_start(folder: Path, **environment: str) -> str:
    """Run `manage.py up`, which must end by itself, and return what it wrote."""
    finished = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    return finished.stderr


def test_two_sites_never_share_a_data_folder(tmp_path):
    (tmp_path / "run").mkdir()
    with (tmp_path / "run/up.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already runs with the data folder" in (said := fail_to_start(tmp_path))
        assert "(process 4711)" in said


def test_a_data_folder_with_too_long_a_path_is_refused(tmp_path):
    folder = tmp_path / ("x" * 100)
    assert "Name a shorter one in DATA_DIR." in fail_to_start(folder)
    assert not folder.exists()


def test_a_senseless_address_to_listen_on_is_refused(tmp_path):
    assert "BIND must be an address and a port" in fail_to_start(tmp_path, BIND="somewhere")


def test_a_database_that_does_not_answer_is_named(tmp_path):
    said = fail_to_start(
        tmp_path,
        DATABASE_URL="postgresql://photosearch@127.0.0.1:1/photosearch",
        REDIS_URL="redis://127.0.0.1:1/0",
        ELASTICSEARCH_URL="",
    )
    assert "DATABASE_URL" in said
