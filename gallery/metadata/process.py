"""A process of exiftool that stays open, and reads one file after another without learning their names.

It is started by the first file, and again after it died or was killed for taking too long or answering too much. It
opens files through the descriptors of this process, so that neither names nor links matter.
"""

import os
import resource
import select
import signal
import subprocess
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO

from gallery.metadata.program import WITHOUT_CONFIGURATION, ExifToolUnavailable, find_program

SECONDS_PER_FILE = 60
SECONDS_TO_STOP = 5
MAX_ANSWER_BYTES = 4_000_000
# A compressed text of a hostile file may be a thousand times as large as the file.
MAX_MEMORY = 768 << 20
# Perl's modules that are found over these variables would run inside of exiftool.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
BLOCK = 1 << 16


class ReadingFailed(Exception):
    """exiftool died or was killed while it read a file."""


class ExifToolProcess:
    """exiftool with `arguments` that apply to every file; safe for threads, which take turns."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = tuple(arguments)
        self._lock = Lock()
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, file: IO[bytes], *, seconds: float = SECONDS_PER_FILE) -> bytes:
        """Return what exiftool prints about an opened file.

        Raises:
            ReadingFailed: it died, took more than `seconds`, or printed too much.
            ExifToolUnavailable: it cannot be started.
        """
        with self._lock:
            process = self._running()
            number = next(self._numbers)
            # The descriptor's own path: neither an option nor a name that a user chose.
            path = f"/proc/{os.getpid()}/fd/{file.fileno()}"
            try:
                self._send(process, f"{path}\n-execute{number}\n".encode())
                return self._answer(process, f"{{ready{number}}}\n".encode(), deadline=monotonic() + seconds)
            except BaseException:
                self._kill()
                raise

    @property
    def pid(self) -> int | None:
        """Return the id of the running process; None if none runs."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._owner != os.getpid():
            self._process = None  # of the parent of this forked process
        if self._process and self._process.poll() is not None:
            self._kill()
        if self._process is None:
            self._process, self._owner = self._start(find_program()), os.getpid()
        return self._process

    def _start(self, program: Path) -> subprocess.Popen[bytes]:
        # setpriv lets the kernel end exiftool with this process, however this process ends.
        command = ["setpriv", "--pdeathsig", "KILL", "--", str(program), *WITHOUT_CONFIGURATION]
        command += ["-stay_open", "True", "-@", "-", "-common_args", *self._arguments]
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                bufsize=0,
            )
        except OSError as error:
            raise ExifToolUnavailable(f"exiftool cannot be started: {error}") from error
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        return process

    def _send(self, process: subprocess.Popen[bytes], command: bytes) -> None:
        try:
            process.stdin.write(command)  # type: ignore[union-attr]
        except OSError as error:
            raise ReadingFailed("exiftool died") from error

    def _answer(self, process: subprocess.Popen[bytes], end: bytes, *, deadline: float) -> bytes:
        """Return the output up to `end`."""
        descriptor = process.stdout.fileno()  # type: ignore[union-attr]
        answer = bytearray()
        while not answer.endswith(end):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                raise ReadingFailed("exiftool took too long")
            block = os.read(descriptor, BLOCK)
            if not block:
                raise ReadingFailed("exiftool died")
            answer += block
            if len(answer) > MAX_ANSWER_BYTES:
                raise ReadingFailed("exiftool printed too much")
        return bytes(answer[: -len(end)])

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process and self._owner == os.getpid():
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
            process.send_signal(signal.SIGKILL)
            process.wait(SECONDS_TO_STOP)
