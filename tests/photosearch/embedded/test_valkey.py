"""The embedded Valkey admits only its account and keeps messages after crashes."""

import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis import Redis

from photosearch.embedded.account import server_account
from photosearch.embedded.program import EmbeddedServer
from tests.photosearch.embedded.running import Running


@pytest.fixture(scope="module")
def server(running: Running) -> EmbeddedServer:
    return running.start(running.folder.valkey())


def test_only_its_account_can_open_the_socket(server):
    socket = Path(unquote(urlsplit(server.url).path))
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert socket.stat().st_uid == server_account().uid != 0


def test_opens_no_port(server):
    with Redis.from_url(server.url) as connection:
        assert connection.config_get("port") == {"port": "0"}


def test_keeps_messages_after_a_kill(running, server):
    with Redis.from_url(server.url) as connection:
        connection.rpush("queue", "first", "second")
    running.kill("valkey")
    running.wait(server.answers, "valkey")
    with Redis.from_url(server.url) as connection:
        assert connection.lrange("queue", 0, -1) == [b"first", b"second"]
