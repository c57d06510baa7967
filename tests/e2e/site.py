"""Runs a whole site in its own data folder: starts, inspects, kills and stops its programs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from photosearch.embedded.account import server_account

ROOT = Path(__file__).resolve().parents[2]
# Adds a picture that kills the process that decodes it (tests/e2e/poison.py).
SETTINGS = "tests.e2e.settings"
SERVER_VARIABLES = (
    "DATABASE_URL",
    "REDIS_URL",
    "ELASTICSEARCH_URL",
    "ELASTICSEARCH_INDEX",
    "SECRET_KEY",
    "ENCODER_SOCKET",
)
SECONDS_TO_START = 400


class Site:
    """`manage.py up` with its own servers; `url` answers between `start()` and `stop()`."""

    username, password = "lin", "correct horse battery staple"

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.url = f"http://localhost:{port}"
        # The import root.
        self.pictures = folder / "pictures"
        self.environment = {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES} | {
            "DATA_DIR": str(folder),
            "PUBLIC_URL": self.url,
            "IMPORT_ROOTS": str(self.pictures),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "ADMIN_USERNAME": self.username,
            "ADMIN_PASSWORD": self.password,
        }
        self.output: list[str] = []
        # Browser cookies of logged-in users, by username.
        self.sessions: dict[str, Any] = {}
        self.process: subprocess.Popen[str] | None = None
        self._inside: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the site and wait until it prints its address."""
        self.pictures.mkdir(exist_ok=True)
        command = [sys.executable, "manage.py", "up"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._read_output, daemon=True).start()
        wait_until(self._is_up, "the site answers", seconds=SECONDS_TO_START, otherwise=lambda: "".join(self.output))
        # Files that it creates must belong to the account that the site runs as.
        command = server_account().command([sys.executable, "-m", "tests.e2e.inside"])
        self._inside = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def stop(self) -> None:
        """Stop the site as Ctrl-C does."""
        if self._inside:
            self._inside.communicate()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=120)

    def inside(self, function: str, *arguments: Any) -> Any:
        """Call a function of tests/e2e/inside.py in a process of the site and return its result."""
        assert self._inside
        assert self._inside.stdin
        assert self._inside.stdout
        self._inside.stdin.write(json.dumps([function, arguments]) + "\n")
        self._inside.stdin.flush()
        answer = json.loads(self._inside.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def wait_until_settled(self, *, seconds: float, prefix: str = "") -> None:
        """Wait until every step is done or has finally failed for all photos whose name starts with `prefix`."""
        wait_until(
            lambda: not any(self.inside("unfinished", prefix).values()),
            "all photos are processed",
            seconds=seconds,
            otherwise=lambda: f"Unfinished: {self.inside('unfinished', prefix)}",
        )

    def programs(self) -> dict[str, dict[str, Any]]:
        """Return the supervisor's process info by program name."""
        return {program["name"]: program for program in self._supervisor().getAllProcessInfo()}

    def kill(self, name: str) -> None:
        """Kill a program and all its descendants with SIGKILL."""
        for process in _with_descendants(self.programs()[name]["pid"]):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop_program(self, name: str) -> None:
        """Stop a program; the supervisor does not restart it."""
        self._supervisor().stopProcess(self._full_name(name))

    def start_program(self, name: str) -> None:
        self._supervisor().startProcess(self._full_name(name))

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")

    def _full_name(self, name: str) -> str:
        return f"{self.programs()[name]['group']}:{name}"

    def _supervisor(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.folder / 'run' / 'supervisor.sock'}")
        return ServerProxy("http://localhost", transport=transport).supervisor

    def _read_output(self) -> None:
        assert self.process
        assert self.process.stdout
        self.output.extend(self.process.stdout)

    def _is_up(self) -> bool:
        assert self.process
        assert self.process.poll() is None, "".join(self.output)
        return any(self.url in line for line in self.output)


def wait_until(
    condition: Callable[[], Any], what: str, *, seconds: float, otherwise: Callable[[], Any] = lambda: ""
) -> Any:
    """Wait until `condition()` is true and return its value; fail after `seconds` with `otherwise()` in the message."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}. {otherwise()}"
        time.sleep(0.25)
    return value


def _with_descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(below for child in children for below in _with_descendants(int(child)))]
