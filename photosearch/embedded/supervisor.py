"""One supervisord that keeps every program running: each restarts alone, and all end when their starter does."""

import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from photosearch.embedded import StartFailed
from photosearch.embedded.program import Program

log = logging.getLogger(__name__)

# Environment variable of all supervised processes, by which those of a killed supervisor are found.
MARK = "PHOTOSEARCH_RUN_DIR"
SOCKET = "supervisor.sock"
# A tenth of the other programs' share of busy processors, and idle disk time only, if the kernel supports it.
IN_BACKGROUND = ("nice", "--adjustment=10", "ionice", "--class=idle", "--ignore")
SECONDS_TO_END = ((20, signal.SIGTERM), (30, signal.SIGKILL))

CONFIGURATION = """\
[unix_http_server]
file={run}/{socket}
chmod=0600
[supervisord]
nodaemon=true
silent=true
{user}logfile={logs}/supervisord.log
logfile_maxbytes=10MB
logfile_backups=3
pidfile={run}/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[include]
files=programs/*.conf
"""
PROGRAM = """\
[program:{name}]
command={command}
directory={folder}
environment={environment}
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
redirect_stderr=true
startsecs=4
startretries=1000
autorestart=true
stopsignal={stop_signal}
stopwaitsecs={stop_seconds}
killasgroup=true
"""


class Supervisor:
    """A supervisord with its files in `run_folder` and its programs' logs in `log_folder`."""

    def __init__(self, *, run_folder: Path, log_folder: Path) -> None:
        self.run_folder = run_folder
        self.log_folder = log_folder
        self.programs_folder = run_folder / "programs"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start supervisord without any program; it gets SIGTERM, and so ends cleanly, when this process dies."""
        self.programs_folder.mkdir(parents=True, exist_ok=True)
        self.log_folder.mkdir(parents=True, exist_ok=True)
        for old in self.programs_folder.iterdir():
            old.unlink()
        configuration = self.run_folder / "supervisord.conf"
        user = "user=root\n" if os.geteuid() == 0 else ""
        configuration.write_text(
            CONFIGURATION.format(run=_value(self.run_folder), logs=_value(self.log_folder), socket=SOCKET, user=user)
        )
        supervisord = [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", str(configuration)]
        # A session of its own: Ctrl-C and a closing terminal reach only the starter, which then ends it in order.
        self.process = subprocess.Popen(  # noqa: S603
            ["setpriv", "--pdeathsig=TERM", "--", *supervisord],  # noqa: S607
            env={**os.environ, MARK: str(self.run_folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_until(self._is_listening, what="The supervisor", log="supervisord", seconds=30)

    def run(self, programs: Sequence[Program], *, group: str) -> None:
        """Start `programs` together; they also stop together, and later groups stop before earlier ones."""
        sections = [self._section(program) for program in programs]
        position = len(list(self.programs_folder.iterdir()))
        names = ",".join(program.name for program in programs)
        sections.append(f"[group:{group}]\nprograms={names}\npriority={position}\n")
        (self.programs_folder / f"{group}.conf").write_text("\n".join(sections))
        self._api().reloadConfig()
        self._api().addProcessGroup(group)

    def states(self) -> dict[str, str]:
        """Return the state of every program by its name: STARTING, RUNNING, BACKOFF …; nothing without supervisord."""
        try:
            return {program["name"]: program["statename"] for program in self._api().getAllProcessInfo()}
        except OSError:
            return {}

    def wait_until(self, condition: Callable[[], bool], *, what: str, log: str, seconds: float) -> None:
        """Wait for `condition`; StartFailed with the end of the log when it does not come true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.process is None or self.process.poll() is not None:
                raise StartFailed(f"The supervisor ended. See {self.log_folder / 'supervisord.log'}.")
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} does not answer after {seconds:.0f} seconds.\n{self.end_of_log(log)}")
            time.sleep(0.1)

    def end_of_log(self, name: str, *, lines: int = 10) -> str:
        """Return where a program logs and its last lines, for an error message."""
        file = self.log_folder / f"{name}.log"
        content = file.read_text(errors="replace").splitlines() if file.exists() else []
        return "\n".join([f"The end of {file}:", *content[-lines:]])

    def has_ended(self, *, within: float) -> bool:
        """Wait so many seconds for supervisord to end by itself, which it should not; say whether it did."""
        try:
            return self.process is None or self.process.wait(within) is not None
        except subprocess.TimeoutExpired:
            return False

    def stop(self) -> None:
        """Stop all programs in the reverse order of their start, and then the supervisor."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def _section(self, program: Program) -> str:
        environment = {"HOME": "/nonexistent"} if program.account.uid != os.geteuid() else {}
        command = [*IN_BACKGROUND, *program.command] if program.is_background else program.command
        return PROGRAM.format(
            name=program.name,
            command=_value(shlex.join(program.account.command(command, death_signal=program.stop_signal))),
            folder=_value(program.folder),
            environment=",".join(
                f'{name}="{_value(value)}"' for name, value in {**environment, **program.environment}.items()
            ),
            logs=_value(self.log_folder),
            stop_signal=program.stop_signal,
            stop_seconds=program.stop_seconds,
        )

    def _api(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.run_folder / SOCKET}")
        return ServerProxy("http://localhost", transport=transport).supervisor

    def _is_listening(self) -> bool:
        try:
            return bool(self._api().getState())
        except (OSError, Fault):
            return False


def end_leftovers(run_folder: Path) -> None:
    """End processes that an earlier supervisor of `run_folder` left running: wait, then terminate, then kill them.

    A supervisor and its programs get a signal when their parent dies, so waiting usually suffices.
    """
    if _processes_of(run_folder):
        log.info("Waiting for processes of an earlier start to end …")
    for seconds, number in SECONDS_TO_END:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and _processes_of(run_folder):
            time.sleep(0.1)
        for process in _processes_of(run_folder):
            with suppress(ProcessLookupError):
                os.kill(process, number)


def _processes_of(run_folder: Path) -> list[int]:
    mark = f"{MARK}={run_folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:  # ended meanwhile, or of another user
            continue
        if mark in environment.split(b"\0"):
            found.append(int(process.name))
    return found


def _value(text: str | Path) -> str:
    """Return `text` for supervisor's configuration files, which expand percent signs."""
    return str(text).replace("%", "%%")
