"""Servers of these tests' own, to be hurt without hurting other tests."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosearch.embedded.account import server_account
from photosearch.embedded.provision import DataFolder
from tests.photosearch.embedded.running import Running
from tests.servers import PROGRAMS


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    """A supervisor without programs, in a folder whose name configuration files must quote."""
    path = Path(tempfile.mkdtemp(prefix="ps-照片 ", dir="/tmp"))
    running = Running(DataFolder(path, account=server_account(), programs=PROGRAMS))
    running.folder.make()
    running.supervisor.start()
    yield running
    running.supervisor.stop()
    shutil.rmtree(path)


@pytest.fixture
def listening_port() -> Iterator[int]:
    """A port of the loopback interface that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
