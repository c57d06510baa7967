"""Hanging work ends the process, in Python and in C code."""

import subprocess
import sys

import pytest

SCRIPT = """
import re, time
from search.encoders.watchdog import Watchdog
watchdog = Watchdog(limit=2)
for _ in range(3):
    with watchdog.step():
        time.sleep(0.8)
with watchdog.step():
    {work}
print("survived")
"""


def run(work: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(work=work)], capture_output=True, text=True, check=False, timeout=60
    )


def test_steps_within_the_limit_continue():
    assert run("pass").stdout == "survived\n"


@pytest.mark.parametrize(
    "work",
    ["while True: time.sleep(1)", "re.match('(a+)+$', 'a' * 60 + 'b')"],
    ids=["waiting", "in C, holding the interpreter's lock"],
)
def test_a_hanging_step_ends_the_process(work):
    result = run(work)
    assert result.returncode not in (0, None)
    assert "most recent call first" in result.stderr
    assert "survived" not in result.stdout
