"""The data folder, below which every embedded server is provided and prepared."""

import os
import random
import socket
from pathlib import Path

from photosearch.embedded import StartFailed, elasticsearch, elasticsearch_build, postgres, valkey
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.program import EmbeddedServer

LONGEST_SOCKET = 107
# supervisord binds this name with its process id behind it, and PostgreSQL's and Valkey's sockets are shorter.
LONGEST_NAME = "run/supervisor.sock.4194304"
UNUSABLE = set("\"'\\;#$%`\n")


class DataFolder:
    """The folders that the embedded servers need: their data and sockets below `path`, their programs in `programs`."""

    def __init__(self, path: Path, *, account: UnixAccount, programs: Path | None = None) -> None:
        self.path = path
        self.account = account
        self.programs = programs or path / "servers"
        self.run = path / "run"
        self.logs = path / "logs"
        self.sockets = self.run / "sockets"

    def make(self) -> None:
        """Make the folders.

        Raises:
            StartFailed: they cannot be made, or their path cannot be used.
        """
        check_path(self.path)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.account.uid != os.geteuid():
                # The servers' account must be able to pass through; the folders inside are closed.
                self.path.chmod(self.path.stat().st_mode | 0o111)
            for folder, mode in ((self.run, 0o711), (self.logs, 0o700)):
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)
            self.account.make_folder(self.programs, mode=0o755)
            self.account.make_folder(self.sockets)
            self.account.make_folder(self.path / "home")
        except OSError as error:
            raise StartFailed(
                f"The data folder {self.path} cannot be written ({error.strerror}). Name another one in DATA_DIR."
            ) from error
        try:
            self.account.run(["test", "-w", self.sockets])
        except StartFailed as error:
            raise StartFailed(
                f"The servers run as the user {self.account.name}, who cannot enter {self.path}: let others walk "
                "through the folders above it (chmod o+x), or name another one in DATA_DIR."
            ) from error

    def postgres(self) -> EmbeddedServer:
        home = postgres.provide(self.programs)
        return postgres.prepare(self.path / "postgres", home=home, sockets=self.sockets, account=self.account)

    def valkey(self) -> EmbeddedServer:
        home = valkey.provide(self.programs)
        return valkey.prepare(self.path / "valkey", home=home, sockets=self.sockets, account=self.account)

    def build_elasticsearch(self) -> Path:
        """Download and build Elasticsearch if missing, which takes minutes; return its folder."""
        return elasticsearch_build.provide(self.programs, downloads=self.path / "downloads", account=self.account)

    def elasticsearch(self, *, port: int) -> EmbeddedServer:
        """Prepare Elasticsearch; build it first if missing."""
        home = self.build_elasticsearch()
        version = elasticsearch_build.version_of(home)
        return elasticsearch.prepare(
            self.path / "elasticsearch", home=home, version=version, port=port, account=self.account
        )


def check_path(path: Path) -> None:
    """Raise StartFailed if the path is too long for sockets, or unsuitable for configuration files."""
    if UNUSABLE & set(str(path)):
        raise StartFailed(f"DATA_DIR must not hold quotes or any of \\ ; # $ % `: {path}")
    too_long = len(bytes(path / LONGEST_NAME)) - LONGEST_SOCKET
    if too_long > 0:
        raise StartFailed(
            f"The path of the data folder is {too_long} bytes too long for the sockets in it: {path}. "
            "Name a shorter one in DATA_DIR."
        )


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen on `host`:`port` now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a free port of the loopback interface, below the range of outgoing connections."""
    return next(port for port in random.sample(range(20_000, 32_000), 1_000) if is_free("127.0.0.1", port))
