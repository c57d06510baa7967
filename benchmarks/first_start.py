"""Seconds from a clone to a running site: `python -m benchmarks.first_start` on an idle machine.

Clones the last commit, runs `make run` with an empty data folder, waits until the samples are processed, stops it with
Ctrl-C and starts it again. pip and npm use their caches, so that downloads are not measured.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = re.compile(r"photosearch answers at (\S+)")
# Settings of this checkout, which must not reach the clone.
OWN_SETTINGS = (
    "DATABASE_URL",
    "REDIS_URL",
    "ELASTICSEARCH_URL",
    "SECRET_KEY",
    "DATA_DIR",
    "VIRTUAL_ENV",
    "DJANGO_SETTINGS_MODULE",
)
# The steps that lack photos, and the attempts in progress.
UNFINISHED = (
    "from gallery.models import StepAttempt; from gallery.processing.steps import CurrentStep, current_steps;"
    "steps = [step for step in current_steps() if isinstance(step, CurrentStep)];"
    "print(sum(step.missing().exists() for step in steps) + StepAttempt.objects.count())"
)
PROCESSING_SECONDS = 900


def main() -> None:
    """Start twice, and print the seconds of each part."""
    # Short, because sockets are in it; and accessible to the servers' user.
    folder = Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp"))
    folder.chmod(0o711)
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    environment["DATA_DIR"] = str(folder / "data")
    clone = folder / "photosearch"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    try:
        for title in ("first start", "second start"):
            print(f"{title}:")
            _start(clone, environment)
    finally:
        shutil.rmtree(folder)


def _start(clone: Path, environment: dict[str, str]) -> None:
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        for line in process.stdout or ():
            print(f"{time.monotonic() - started:8.1f} s  {line.rstrip()}")
            if ANSWERS.search(line):
                break
        else:
            raise SystemExit("The site did not start; see the lines above.")
        _wait_for_samples(clone, environment, started)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=180)
    print(f"{time.monotonic() - started:8.1f} s  everything has stopped")


def _wait_for_samples(clone: Path, environment: dict[str, str], started: float) -> None:
    command = [clone / ".venv/bin/python", "manage.py", "shell", "--verbosity", "0", "--command", UNFINISHED]
    while time.monotonic() - started < PROCESSING_SECONDS:
        unfinished = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        if unfinished.stdout.strip() == "0":
            print(f"{time.monotonic() - started:8.1f} s  nothing is left to process")
            return
        time.sleep(1)
    raise SystemExit(f"The samples were not processed within {PROCESSING_SECONDS} seconds.")


if __name__ == "__main__":
    main()
