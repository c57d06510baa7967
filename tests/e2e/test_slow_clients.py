"""Slow clients delay no other client, broken uploads keep the received part, and nginx sends problem documents."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from gallery.access.transfers import TRANSFERS_AT_ONCE
from tests.e2e.drawing import png
from tests.e2e.site import Site, wait_until

SLOW = 24  # three times the threads that answer
RECEIVE_BUFFER = 2048
NGINX_BUFFER = 64 * 1024  # client_body_buffer_size
TUS = {"Tus-Resumable": "1.0.0"}
# Status, headers, body.
Answer = tuple[int, dict[str, str], bytes]


class Caller:
    """Sends requests with an API token, whole or only in part."""

    def __init__(self, site: Site, username: str) -> None:
        self.port = urlsplit(site.url).port or 80
        token = site.inside("issue_api_token", username, "photo:read", "upload", "search")
        self.headers = {"Host": f"localhost:{self.port}", "Authorization": f"Bearer {token}"}

    def request(self, method: str, address: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, address, body, self.headers | headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def open(self, head: str, body: bytes = b"", *, is_reader: bool = False) -> socket.socket:
        """Send only the beginning of a request and return the open connection."""
        connection = socket.socket()
        if is_reader:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(head.encode() + body)
        return connection

    def head(self, method: str, address: str, **headers: str) -> str:
        lines = "".join(f"{name}: {value}\r\n" for name, value in (self.headers | headers).items())
        return f"{method} {address} HTTP/1.1\r\n{lines}\r\n"

    def begin_upload(self, size: int) -> str:
        status, headers, _body = self.request("POST", "/api/v1/photos/uploads/", **TUS, **{"Upload-Length": str(size)})
        assert status == 201
        return urlsplit(headers["Location"]).path


@pytest.fixture
def caller(site: Site) -> Caller:
    return Caller(site, site.username)


@pytest.fixture(scope="module")
def large(site: Site) -> Iterator[int]:
    """A photo of 12 MB, much larger than the buffers of the sockets."""
    pixels = np.random.default_rng(5).integers(0, 256, (2000, 2000, 3), dtype=np.uint8)
    picture = png(Image.fromarray(pixels))
    caller = Caller(site, site.username)
    name = {"X-Filename": "large-noise.png", "Content-Type": "application/octet-stream"}
    status, _headers, body = caller.request("POST", "/api/v1/photos/upload/", picture, **name)
    assert status in {200, 201}
    yield json.loads(body)["photo"]["id"]
    site.inside("remove_photos", "large-noise")


@contextmanager
def held_open(open_one: Callable[[], socket.socket], count: int = SLOW) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_one()) for _ in range(count)]


def slow_pieces(caller: Caller, count: int) -> Callable[[], socket.socket]:
    """Begin uploads and return a function that sends three bytes of the next one."""
    addresses = [caller.begin_upload(100_000) for _ in range(count)]
    piece = {"Upload-Offset": "0", "Content-Length": "100000", "Content-Type": "application/offset+octet-stream"}
    return lambda: caller.open(caller.head("PATCH", addresses.pop(), **TUS, **piece), b"abc")


def is_answered(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False


def answers(caller: Caller) -> bool:
    statuses = [
        caller.request("GET", address)[0]
        for _ in range(4)
        for address in ("/api/v1/health/live/", "/api/v1/timeline/buckets/")
    ]
    return set(statuses) == {200}


def test_answers_while_headers_do_not_end(caller):
    with held_open(lambda: caller.open("GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ")):
        assert answers(caller)


def test_answers_while_bodies_do_not_end(caller):
    form = {"Content-Length": "100000", "Content-Type": "application/x-www-form-urlencoded"}
    with held_open(lambda: caller.open(caller.head("POST", "/login/", **form), b"a=b")):
        assert answers(caller)


def test_answers_while_pieces_do_not_end(caller):
    with held_open(slow_pieces(caller, SLOW)):
        assert answers(caller)


def test_answers_while_downloads_are_not_read(caller, large):
    address = f"/api/v1/photos/{large}/original/"
    with held_open(lambda: caller.open(caller.head("GET", address), is_reader=True)) as sockets:
        assert all(connection.recv(1) == b"H" for connection in sockets)
        assert answers(caller)


def test_answers_while_zips_are_not_read(caller, large):
    body = json.dumps({"photos": [large]}).encode()
    head = caller.head(
        "POST", "/api/v1/photos/download/", **{"Content-Length": str(len(body)), "Content-Type": "application/json"}
    )
    with held_open(lambda: caller.open(head, body, is_reader=True)) as sockets:
        assert all(connection.recv(1) == b"H" for connection in sockets)
        assert answers(caller)


def test_lets_another_person_upload_while_one_fills_their_share(site, caller):
    site.inside("add_user", "quick", "the password of the quick", False)
    other = Caller(site, "quick")
    with held_open(slow_pieces(caller, TRANSFERS_AT_ONCE + 4), TRANSFERS_AT_ONCE + 4) as sockets:
        # Uploads beyond the limit are refused, whichever they are.
        wait_until(lambda: sum(map(is_answered, sockets)) == 4, "the last ones are refused", seconds=60)
        assert caller.request("POST", "/api/v1/photos/uploads/", **TUS, **{"Upload-Length": "10"})[0] == 429
        assert other.begin_upload(10)


def test_keeps_received_part_of_piece_when_connection_breaks(caller):
    def begin() -> str:
        status, headers, _body = caller.request(
            "POST", "/api/v1/photos/uploads/", **TUS, **{"Upload-Length": "3000000"}
        )
        return urlsplit(headers["Location"]).path if status == 201 else ""

    # Broken connections of the tests before may still count as transfers for a moment.
    address, sent = wait_until(begin, "an upload begins", seconds=60), bytes(2_000_000)
    piece = {"Upload-Offset": "0", "Content-Length": "3000000", "Content-Type": "application/offset+octet-stream"}
    caller.open(caller.head("PATCH", address, **TUS, **piece), sent).close()

    def is_kept() -> bool:
        # Bytes that nginx had read but not yet passed on are lost.
        return (
            len(sent) - 2 * NGINX_BUFFER <= int(caller.request("HEAD", address, **TUS)[1]["Upload-Offset"]) <= len(sent)
        )

    wait_until(is_kept, "the piece is kept", seconds=60)


@pytest.mark.parametrize(
    ("method", "address", "size", "status"),
    [
        ("GET", "/api/v1/search/?q=" + "a" * 200_000, 0, 414),
        ("POST", "/api/v1/photos/change/", 3_000_000, 413),
        ("POST", "/api/v1/photos/upload/", 120 << 20, 413),
    ],
)
def test_answers_program_with_problem_for_long_address(caller, method, address, size, status):
    answer, headers, body = caller.request(method, address, bytes(size), **{"Content-Type": "application/octet-stream"})
    assert (answer, headers["Content-Type"]) == (status, "application/problem+json")
    assert headers["Connection"] == "close"
    assert json.loads(body)["status"] == status


def test_answers_person_in_their_language_for_long_address(caller):
    status, headers, body = caller.request("POST", "/login/", bytes(3_000_000), **{"Accept-Language": "zh-CN"})
    assert (status, headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "请求内容过大" in body.decode()


def test_accepts_addresses_with_long_chinese_names(caller):
    folder = "%E7%85%A7" * 4096
    assert caller.request("GET", f"/api/v1/imports/folders/?folder={folder}")[0] in {400, 403}


def test_sends_part_of_original_with_our_own_headers(caller, large):
    address = f"/api/v1/photos/{large}/original/"
    _status, headers, whole = caller.request("GET", address)
    etag = headers["ETag"]
    assert len(etag) == 66
    assert "Last-Modified" not in headers
    status, headers, part = caller.request("GET", address, Range="bytes=1000-1999", **{"If-Range": etag})
    assert (status, part) == (206, whole[1000:2000])
    assert headers["Content-Range"] == f"bytes 1000-1999/{len(whole)}"
    assert headers["ETag"] == etag
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert caller.request("GET", address, Range="bytes=0-9", **{"If-Range": '"other"'})[0] == 200
    assert caller.request("GET", address, **{"If-None-Match": etag})[0] == 304
    assert caller.request("GET", address, **{"If-Match": etag})[2] == whole
    assert caller.request("GET", address, **{"If-Match": '"other"'})[0] == 412
    assert caller.request("GET", address, Range=f"bytes={len(whole)}-")[0] == 416


@pytest.mark.parametrize("name", ["front", "web", "transfers"])
def test_answers_again_after_kill(site, caller, name):
    old = site.programs()[name]["pid"]
    site.kill(name)
    wait_until(lambda: site.programs()[name]["pid"] not in (0, old), f"{name} runs again", seconds=60)

    def is_whole() -> bool:
        try:
            return answers(caller) and bool(caller.begin_upload(10))
        except (OSError, AssertionError):
            return False

    wait_until(is_whole, "the site answers", seconds=60)
