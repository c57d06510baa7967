"""Endless work ends the process, whether or not it lets other threads run."""

import subprocess
import sys
import time

import pytest

from gallery.pictures.watchdog import watchdog

SCRIPT = """
import re, time
from gallery.pictures.watchdog import watchdog
for _ in range(3):
    with watchdog(2):
        time.sleep(0.8)
with watchdog(2):
    # Other work that ends in time does not stop the timer.
    with watchdog(60):
        pass
    {work}
print("survived")
"""


def run(work: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(work=work)], capture_output=True, text=True, check=False, timeout=60
    )


def test_survives_work_that_ends_in_time() -> None:
    assert run("pass").stdout == "survived\n"


@pytest.mark.parametrize(
    "work",
    ["while True: time.sleep(1)", "re.match('(a+)+$', 'a' * 60 + 'b')", "(10**9) ** (10**9)"],
    ids=["waiting", "regular expression", "power"],
)
def test_ends_process_with_endless_work(work: str) -> None:
    result = run(work)
    assert result.returncode == 1
    assert "Timeout (0:00:0" in result.stderr
    assert "most recent call first" in result.stderr
    assert "survived" not in result.stdout


def test_cancels_timer_after_work() -> None:
    with watchdog(1):
        pass
    time.sleep(1.2)
