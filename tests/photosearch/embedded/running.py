"""A running supervisor whose servers tests start, kill and await."""

import os
import signal
from collections.abc import Callable
from typing import Any

from photosearch.embedded.program import EmbeddedServer
from photosearch.embedded.provision import DataFolder
from photosearch.embedded.supervisor import Supervisor


class Running:
    """A data folder, its supervisor, and the servers started in it."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.supervisor = Supervisor(run_folder=folder.run, log_folder=folder.logs)

    def start(self, server: EmbeddedServer) -> EmbeddedServer:
        """Start a server and wait until it answers."""
        self.supervisor.run([server.program], group=server.program.name)
        self.wait(server.answers, server.program.name)
        return server

    def pid(self, name: str) -> int:
        """Return the process id of a program; 0 if it does not run."""
        processes: list[dict[str, Any]] = self.supervisor._api().getAllProcessInfo()
        return next(process["pid"] for process in processes if process["name"] == name)

    def kill(self, name: str) -> int:
        """Kill a program, wait for its restart, and return the new process id."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        self.wait(lambda: self.pid(name) not in {0, old}, name)
        return self.pid(name)

    def wait(self, condition: Callable[[], bool], name: str) -> None:
        """Wait until `condition` is true."""
        self.supervisor.wait_until(condition, what=name, log=name, seconds=60)
