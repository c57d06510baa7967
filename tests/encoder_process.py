"""Runs a real encoder process (`manage.py encoder`) on its own socket."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from search.encoders.client import EncoderInfo, EncoderUnavailable, _describe, describe_encoders

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120


class EncoderProcess:
    """`manage.py encoder` with its own environment; inside `running`, clients connect to it."""

    def __init__(self, **environment: str) -> None:
        # A short path: socket paths are limited to 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="encoder-"))
        self.socket = self._folder / "socket"
        self._environment = {**os.environ, **environment, "ENCODER_SOCKET": str(self.socket)}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process and wait until it has looked for the weights of all encoders."""
        self._process = self.popen()
        deadline = time.monotonic() + PATIENCE
        while not self._has_looked():
            assert self._process.poll() is None, "the encoder process has ended"
            assert time.monotonic() < deadline, "the encoder process does not answer"
            time.sleep(0.1)

    def popen(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "encoder"], cwd=ROOT, env=self._environment, stderr=subprocess.PIPE, text=True
        )

    def _has_looked(self) -> bool:
        _describe.cache_clear()
        try:
            return all("being loaded" not in info.reason for info in describe_encoders())
        except EncoderUnavailable:
            return False

    @property
    def cpu_seconds(self) -> float:
        """CPU time used so far, user and system."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for_work(self) -> None:
        """Wait until it has used another 0.2 s of CPU time."""
        before = self.cpu_seconds
        while self.cpu_seconds < before + 0.2:
            time.sleep(0.01)

    def wait_for_decoder(self) -> int:
        """Wait for a child process that decodes a huge picture; return its process id."""
        while True:
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                    is_decoder = b"gallery.pictures.huge_images" in (folder / "cmdline").read_bytes()
                    if is_decoder and int(parent) == self._process.pid:
                        return int(folder.name)
            time.sleep(0.01)

    def stop(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, wait for the process to end and return its exit status."""
        self._process.send_signal(signal_number)
        return self._process.wait(PATIENCE)

    @contextmanager
    def running(self) -> Iterator["EncoderProcess"]:
        """Start the process and kill it at the end."""
        with override_settings(ENCODER_SOCKET=self.socket):
            try:
                self.start()
                yield self
            finally:
                self._process.kill()
                self._process.communicate()
                shutil.rmtree(self._folder)


def ready_encoder(name: str) -> EncoderInfo:
    """Return the description of an encoder, which must be ready."""
    info = next(info for info in describe_encoders() if info.name == name)
    assert info.state == "ready", (info.reason, settings.ENCODER_SOCKET)
    return info
