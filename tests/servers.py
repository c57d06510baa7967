"""A pytest plugin that starts the servers the tests need, where no environment variable names one.

They are the product's own embedded servers, in a data folder that lives as long as the tests. Elasticsearch starts in
the background; what needs it asks for the fixture `elasticsearch`.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed
from photosearch.embedded.account import server_account
from photosearch.embedded.provision import DataFolder, free_port
from photosearch.embedded.supervisor import Supervisor

SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
SECONDS_TO_START = 120
# Where `make run` keeps the servers' programs too, so that Elasticsearch is built once.
PROGRAMS = Path("/var/lib/photosearch" if os.geteuid() == 0 else Path.home() / ".local/share/photosearch") / "servers"


class TestServers:
    """The servers of one run of the tests."""

    __test__ = False

    def __init__(self) -> None:
        # Sockets want a short path, and the servers' account must be able to walk there.
        self.folder = DataFolder(
            Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp")), account=server_account(), programs=PROGRAMS
        )
        self.supervisor = Supervisor(run_folder=self.folder.run, log_folder=self.folder.logs)
        self.background = ThreadPoolExecutor(max_workers=1)
        self.elasticsearch: Future[None] | None = None

    def start(self) -> None:
        """Start what the environment does not name, and name it there; wait for all but Elasticsearch."""
        progress = logging.getLogger("photosearch.embedded")
        progress.setLevel(logging.INFO)
        progress.addHandler(logging.StreamHandler())
        PROGRAMS.parent.mkdir(parents=True, exist_ok=True)
        self.folder.make()
        self.supervisor.start()
        if "ELASTICSEARCH_URL" not in os.environ:
            # Not in the background: no test's time limit is meant for a download.
            self.folder.build_elasticsearch()
            port = free_port()
            os.environ["ELASTICSEARCH_URL"] = self.folder.elasticsearch_url(port=port)
            self.elasticsearch = self.background.submit(self._start_elasticsearch, port)
        for variable, prepare in (("DATABASE_URL", self.folder.postgres), ("REDIS_URL", self.folder.valkey)):
            if variable not in os.environ:
                server = prepare()
                os.environ[variable] = server.url
                self.supervisor.run([server.program], group=server.program.name)
                self.supervisor.wait_until(
                    server.answers, what=server.title, log=server.program.name, seconds=SECONDS_TO_START
                )

    def stop(self) -> None:
        """Stop them and remove their data."""
        self.background.shutdown(cancel_futures=True)
        self.supervisor.stop()
        shutil.rmtree(self.folder.path)

    def _start_elasticsearch(self, port: int) -> None:
        server = self.folder.elasticsearch(port=port)
        self.supervisor.run([server.program], group=server.program.name)
        self.supervisor.wait_until(server.answers, what=server.title, log=server.program.name, seconds=SECONDS_TO_START)


SERVERS_KEY = pytest.StashKey[TestServers]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers before pytest-django imports the settings."""
    if not all(name in os.environ for name in (*SERVERS, "DATA_DIR")):
        servers = early_config.stash[SERVERS_KEY] = TestServers()
        early_config.add_cleanup(servers.stop)
        # Whatever the environment says: no test touches the data folder that people use.
        os.environ["DATA_DIR"] = str(servers.folder.path)
        try:
            servers.start()
        except StartFailed as error:
            raise pytest.UsageError(f"The tests' servers could not be started. {error}") from error
    os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-pass-the-deployment-checks-0123456789")
    return (yield)


@pytest.fixture(scope="session")
def elasticsearch(request: pytest.FixtureRequest) -> str:
    """Elasticsearch's address, once it answers."""
    servers = request.config.stash.get(SERVERS_KEY, None)
    if servers and servers.elasticsearch:
        servers.elasticsearch.result()
    return os.environ["ELASTICSEARCH_URL"]
