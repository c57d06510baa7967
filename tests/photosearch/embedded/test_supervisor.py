"""The supervisor restarts each program separately, and all programs end with their parent."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed, supervisor
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.program import Program

ACCOUNT = UnixAccount.of(pwd.getpwuid(os.geteuid()))


def sleeper(name: str) -> Program:
    return Program(name, ["sleep", "1000"], ACCOUNT)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_restarts_only_a_killed_program(running):
    running.supervisor.run([sleeper("first"), sleeper("second")], group="sleepers")
    running.wait(lambda: running.pid("first") > 0 and running.pid("second") > 0, "first")
    second = running.pid("second")
    running.kill("first")
    assert running.pid("second") == second


def test_sets_environment_and_folder_of_programs(running):
    command = ["sh", "-c", 'echo "$(pwd) says $GREETING"; exec sleep 1000']
    greeter = Program("greeter", command, ACCOUNT, environment={"GREETING": "100% 好"}, folder=running.folder.path)
    running.supervisor.run([greeter], group="greeter")
    log = running.folder.logs / "greeter.log"
    running.wait(lambda: log.exists() and log.read_text() != "", "greeter")
    assert log.read_text() == f"{running.folder.path} says 100% 好\n"


def test_shows_the_end_of_the_log_of_a_failed_program(running):
    command = ["sh", "-c", "echo the disk is full; exec sleep 1000"]
    running.supervisor.run([Program("silent", command, ACCOUNT)], group="silent")
    running.wait(lambda: "full" in running.supervisor.end_of_log("silent"), "silent")
    with pytest.raises(StartFailed, match=r"Silence does not answer after 0 seconds\.\n.*\nthe disk is full"):
        running.supervisor.wait_until(lambda: False, what="Silence", log="silent", seconds=0)


def test_programs_end_when_their_parent_is_killed(tmp_path):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert starter.stdout
    assert starter.stdout.readline() == "started\n"
    wait_until(lambda: len(supervisor._processes_of(tmp_path)) == 2)
    starter.kill()
    starter.wait()
    wait_until(lambda: supervisor._processes_of(tmp_path) == [])


STARTER = """
import sys, time
from pathlib import Path
from photosearch.embedded.supervisor import Supervisor
from tests.photosearch.embedded.test_supervisor import sleeper
folder = Path(sys.argv[1])
supervisor = Supervisor(run_folder=folder, log_folder=folder)
supervisor.start()
supervisor.run([sleeper("sleeper")], group="sleeper")
print("started", flush=True)
time.sleep(1000)
"""


def test_ends_programs_of_a_killed_supervisor(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SECONDS_TO_END", ((0, signal.SIGTERM), (0.5, signal.SIGKILL)))
    mark = {supervisor.MARK: str(tmp_path)}
    deaf = ["sh", "-c", "trap '' TERM; touch deaf; while :; do sleep 1; done"]
    environment = {**os.environ, **mark}
    leftovers = [subprocess.Popen(command, env=environment, cwd=tmp_path) for command in (["sleep", "1000"], deaf)]
    stranger = subprocess.Popen(["sleep", "1000"], env={**os.environ, supervisor.MARK: f"{tmp_path}-other"})
    wait_until(lambda: len(supervisor._processes_of(tmp_path)) >= 2 and (tmp_path / "deaf").exists())
    supervisor.end_leftovers(tmp_path)
    assert [process.wait() for process in leftovers] == [-signal.SIGTERM, -signal.SIGKILL]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_background_programs_have_low_priority(running):
    shows = Program("yielding", ["sh", "-c", "nice; ionice; exec sleep 1000"], ACCOUNT, is_background=True)
    running.supervisor.run([shows], group="yielding")
    running.wait(lambda: running.supervisor.states().get("yielding") == "RUNNING", "yielding")
    assert running.supervisor.end_of_log("yielding").splitlines()[1:] == ["10", "idle"]
