"""Clients below the lowest rate lose their connection; the received part of a body is kept."""

import socket
import threading
from collections import deque
from collections.abc import Iterator
from io import BytesIO

import pytest

from photosearch.front.pace import PORTION, Paced, PacedInput, PacedOutput, Watch


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return two ends of a connection, ours and nginx's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def body_of(connection: socket.socket, *, seconds: float, length: int) -> PacedInput:
    # Like gunicorn's, it waits for the full requested size.
    return PacedInput(connection.makefile("rb"), connection, Watch(seconds=seconds), length=length)


def test_keeps_received_part_of_slow_body(pair):
    ours, theirs = pair
    theirs.sendall(b"abc")
    assert body_of(ours, seconds=0.2, length=1000).read(1000) == b"abc"


def test_ends_body_that_arrives_byte_by_byte(pair):
    ours, theirs = pair
    is_over = threading.Event()

    def drip() -> None:
        while not is_over.wait(0.05):
            try:
                theirs.sendall(b"a")
            except OSError:
                return

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        assert len(body_of(ours, seconds=0.5, length=1 << 20).read()) < 1 << 20
    finally:
        is_over.set()
        dripping.join()


def test_reads_large_body_whole_when_each_portion_is_in_time(pair):
    ours, theirs = pair
    content = bytes(range(256)) * (PORTION // 64)
    sending = threading.Thread(target=theirs.sendall, args=(content,))
    sending.start()
    body = body_of(ours, seconds=30, length=len(content))
    assert body.read(100) + body.read() == content
    assert body.left == 0
    sending.join()


def test_ends_answer_that_client_does_not_read(pair):
    ours, theirs = pair
    watch = Watch(seconds=0.2)
    answer = PacedOutput([bytes(8 << 20)], PacedInput(BytesIO(), ours, watch, length=0), ours, watch)
    with pytest.raises(OSError, match="Broken pipe"):
        deque(map(ours.sendall, answer))
    assert theirs.recv(1)


def test_discards_rest_of_refused_body(pair):
    ours, theirs = pair
    environ = {"gunicorn.socket": ours, "wsgi.input": BytesIO(), "CONTENT_LENGTH": str(4 << 20)}
    answer = Paced(lambda _environ, _start: [b"no"])(environ, None)
    assert b"".join(answer) == b"no"
    closing = threading.Thread(target=answer.close)
    closing.start()
    # More than fits into the buffers without a reader.
    theirs.sendall(bytes(4 << 20))
    theirs.shutdown(socket.SHUT_WR)
    closing.join()
