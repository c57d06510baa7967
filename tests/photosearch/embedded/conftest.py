"""Separate servers, which these tests may damage, and accounts and folders."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosearch.embedded.account import UnixAccount, server_account
from photosearch.embedded.provision import DataFolder
from tests.photosearch.embedded.running import Running
from tests.servers import PROGRAMS


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    """Run a supervisor without programs, in a folder whose name needs quoting in configuration files."""
    path = Path(tempfile.mkdtemp(prefix="ps-照片 ", dir="/tmp"))
    running = Running(DataFolder(path, account=server_account(), programs=PROGRAMS))
    running.folder.make()
    running.supervisor.start()
    yield running
    running.supervisor.stop()
    shutil.rmtree(path)


@pytest.fixture
def account() -> UnixAccount:
    """Return the account that photosearch runs as when root starts it."""
    return server_account()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make an empty folder that any account can enter."""
    with tempfile.TemporaryDirectory(prefix="ps-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def listening_port() -> Iterator[int]:
    """Listen on a port of the loopback interface and return it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
