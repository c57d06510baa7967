"""A pytest plugin that starts PostgreSQL, Valkey and Elasticsearch unless environment variables name running ones.

It starts the embedded servers of `make run` in a temporary data folder. Elasticsearch starts in the background; tests
wait for it through the fixture `elasticsearch`. The processes of pytest-xdist share the servers, each with its own
database in PostgreSQL (by pytest-django) and in Valkey.
"""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from photosearch.embedded import StartFailed, exiftool
from photosearch.embedded import elasticsearch as elasticsearch_server
from photosearch.embedded.account import server_account
from photosearch.embedded.provision import DataFolder, free_port
from photosearch.embedded.supervisor import Supervisor

SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
SECONDS_TO_START = 120
# Fixtures through which tests use a server or a browser.
SERVER_FIXTURES = {"db", "transactional_db", "elasticsearch", "broker", "site", "browser", "live_server"}
# Folders and modules of tests that start programs or load models.
SLOW_TESTS = {"e2e", "clients", "encoders", "ocr", "embedded", "management", "test_huge_images", "test_watchdog"}
# Valkey's default.
DATABASES_IN_VALKEY = 16
# Shared with `make run`, so that Elasticsearch is built once.
PROGRAMS = Path("/var/lib/photosearch" if os.geteuid() == 0 else Path.home() / ".local/share/photosearch") / "servers"


class TestServers:
    """The servers of one test run, in a temporary data folder."""

    __test__ = False

    def __init__(self) -> None:
        # Socket paths must be short, and the servers' account must be able to reach them.
        self.folder = DataFolder(
            Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp")), account=server_account(), programs=PROGRAMS
        )
        self.supervisor = Supervisor(run_folder=self.folder.run, log_folder=self.folder.logs)

    def start(self) -> None:
        """Start the servers that no environment variable names, and wait for all but Elasticsearch."""
        progress = logging.getLogger("photosearch.embedded")
        progress.setLevel(logging.INFO)
        progress.addHandler(logging.StreamHandler())
        PROGRAMS.parent.mkdir(parents=True, exist_ok=True)
        self.folder.make()
        if "EXIFTOOL" not in os.environ:
            os.environ["EXIFTOOL"] = str(exiftool.provide(PROGRAMS, downloads=self.folder.path / "downloads"))
        self.supervisor.start()
        if "ELASTICSEARCH_URL" not in os.environ:
            server = self.folder.elasticsearch(port=free_port())
            os.environ["ELASTICSEARCH_URL"] = server.url
            self.supervisor.run([server.program], group=server.program.name)
        for variable, prepare in (("DATABASE_URL", self.folder.postgres), ("REDIS_URL", self.folder.valkey)):
            if variable not in os.environ:
                server = prepare()
                os.environ[variable] = server.url
                self.supervisor.run([server.program], group=server.program.name)
                self.supervisor.wait_until(
                    server.answers, what=server.title, log=server.program.name, seconds=SECONDS_TO_START
                )
                if variable == "DATABASE_URL":
                    _write_to_memory_only(server.url)

    def stop(self) -> None:
        """Stop the servers and remove their data."""
        self.supervisor.stop()
        shutil.rmtree(self.folder.path)


def _write_to_memory_only(url: str) -> None:
    """Let PostgreSQL skip every wait for the disk: the data live as long as the tests, and a crash loses the run."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers before pytest-django imports the settings."""
    if not all(name in os.environ for name in (*SERVERS, "DATA_DIR")):
        servers = TestServers()
        early_config.add_cleanup(servers.stop)
        # Also replaces a DATA_DIR of the environment: tests never touch a real data folder.
        os.environ["DATA_DIR"] = str(servers.folder.path)
        try:
            servers.start()
        except StartFailed as error:
            raise pytest.UsageError(f"The tests' servers could not be started. {error}") from error
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _keep_apart(int(worker.removeprefix("gw")))
    os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-pass-the-deployment-checks-0123456789")
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process run all tests of a module, and one those that share a whole site; these come first.

    Quick tests that use no server and no browser are marked `unit`, for `make check`.
    """
    items.sort(key=_uses_site, reverse=True)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("site" if _uses_site(item) else item.nodeid.partition("::")[0]))
        if _is_unit_test(item):
            item.add_marker(pytest.mark.unit)


@pytest.fixture(scope="session")
def elasticsearch() -> str:
    """URL of Elasticsearch, which answers by now."""
    url = os.environ["ELASTICSEARCH_URL"]
    deadline = time.monotonic() + SECONDS_TO_START
    while not elasticsearch_server.answers(url):
        assert time.monotonic() < deadline, f"Elasticsearch does not answer after {SECONDS_TO_START} s"
        time.sleep(0.25)
    return url


def _keep_apart(number: int) -> None:
    """Give this xdist process its own data folder and Valkey database."""
    if number >= DATABASES_IN_VALKEY:
        raise pytest.UsageError(
            f"At most {DATABASES_IN_VALKEY} processes can test at once, each with a Valkey database."
        )
    os.environ["DATA_DIR"] += f"/{number}"
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"


def _uses_site(item: pytest.Item) -> bool:
    return "e2e" in item.path.parts


def _is_unit_test(item: pytest.Item) -> bool:
    uses_server = SERVER_FIXTURES & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
    return not uses_server and not SLOW_TESTS & {*item.path.parts, item.path.stem}
