"""A server program that a test starts and stops."""

import os
import signal
from collections.abc import Callable
from typing import Any

from photosearch.embedded.program import EmbeddedServer
from photosearch.embedded.provision import DataFolder
from photosearch.embedded.supervisor import Supervisor


class Running:
    """A data folder, its supervisor, and the servers that were started there."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.supervisor = Supervisor(run_folder=folder.run, log_folder=folder.logs)

    def start(self, server: EmbeddedServer) -> EmbeddedServer:
        """Start a server and wait until it answers."""
        self.supervisor.run([server.program], group=server.program.name)
        self.wait(server.answers, server.program.name)
        return server

    def pid(self, name: str) -> int:
        """The process id of a running program; 0 when it does not run."""
        processes: list[dict[str, Any]] = self.supervisor._api().getAllProcessInfo()
        return next(process["pid"] for process in processes if process["name"] == name)

    def kill(self, name: str) -> int:
        """Kill a program as the kernel does when memory runs out, and wait for the next one; its process id."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        self.wait(lambda: self.pid(name) not in {0, old}, name)
        return self.pid(name)

    def wait(self, condition: Callable[[], bool], name: str) -> None:
        """Wait for a condition."""
        self.supervisor.wait_until(condition, what=name, log=name, seconds=60)
