"""The embedded PostgreSQL requires a password and keeps its data after crashes."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from photosearch.embedded import StartFailed, postgres
from photosearch.embedded.account import server_account
from photosearch.embedded.program import EmbeddedServer
from tests.photosearch.embedded.running import Running
from tests.servers import PROGRAMS


@pytest.fixture(scope="module")
def server(running: Running) -> EmbeddedServer:
    return running.start(running.folder.postgres())


@pytest.fixture
def connection(server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url) as connection:
        yield connection


@pytest.mark.parametrize("password", ["", ":wrong"])
def test_requires_the_password(server, password):
    address = urlsplit(server.url)
    host = address.netloc.rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://{address.username}{password}@{host}{address.path}")


def test_opens_no_port(connection):
    assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_server_is_not_root(running, server):
    process = Path(f"/proc/{running.pid('postgres')}")
    assert process.stat().st_uid == server_account().uid != 0


def test_trigrams_support_chinese(connection):
    connection.execute("CREATE EXTENSION pg_trgm")
    assert connection.execute("SELECT cardinality(show_trgm('五一调休'))").fetchone() > (0,)


def test_keeps_data_after_kill_and_restart(running, server):
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    running.kill("postgres")
    running.wait(server.answers, "postgres")
    assert count_kept(server) == 1000

    running.supervisor.stop()
    assert not server.answers()
    running.supervisor.start()
    again = running.start(running.folder.postgres())
    assert again.url == server.url
    assert count_kept(again) == 1000


def count_kept(server: EmbeddedServer) -> int:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_keeps_data_of_another_version(running, tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartFailed, match="made by PostgreSQL 9, and PostgreSQL 18"):
        postgres.prepare(
            data.parent, home=postgres.provide(PROGRAMS), sockets=running.folder.sockets, account=server_account()
        )
    assert [file.name for file in data.iterdir()] == ["PG_VERSION"]
