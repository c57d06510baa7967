"""The lowest rate at which a client may send or take bytes: slower ones lose their connection, and free a thread.

A thread waits for the client inside of gunicorn. Each portion that it waits for has a deadline, and a watching thread
shuts the sockets of those that miss it: reading then ends as if the client had gone, which every view copes with.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connections

# A portion must be through in time: 1 KiB a second at least.
PORTION = 32 * 1024
SECONDS = 32.0
# How long a client may go on sending what nobody reads, so that it gets to the answer.
SECONDS_TO_DRAIN = 10.0
DRAINED = 1 << 16


class Watch:
    """Shuts the sockets whose portion takes too long."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._deadlines: dict[socket.socket, float] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="pace", daemon=True).start()

    @contextmanager
    def portion(self, connection: socket.socket) -> Iterator[None]:
        """One portion, begun now."""
        self.begin(connection)
        try:
            yield
        finally:
            self.end(connection)

    def begin(self, connection: socket.socket) -> None:
        """From now on the connection's portion has its time."""
        with self._changed:
            self._deadlines[connection] = time.monotonic() + self._seconds
            self._changed.notify()

    def end(self, connection: socket.socket) -> None:
        """The portion is through."""
        with self._changed:
            self._deadlines.pop(connection, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._deadlines)
                now = time.monotonic()
                for connection in [late for late, deadline in self._deadlines.items() if deadline <= now]:
                    del self._deadlines[connection]
                    with suppress(OSError):  # it has ended by itself
                        connection.shutdown(socket.SHUT_RDWR)
            time.sleep(min(1.0, self._seconds / 4))


class PacedInput:
    """The body of a request, whose portions come in time or end it."""

    def __init__(self, body: Any, connection: socket.socket, watch: Watch, *, length: int) -> None:
        self._body = body
        self._connection = connection
        self._watch = watch
        self.left = length

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer only at the end."""
        parts = []
        wanted = self.left if size < 0 else min(size, self.left)
        while wanted and (part := self._portion(self._body.read, min(wanted, PORTION))):
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """Return the bytes to the end of the line, at most `size` of them."""
        return self._portion(self._body.readline, min(PORTION, size if size >= 0 else PORTION))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _portion(self, read: Callable[[int], bytes], size: int) -> bytes:
        release_database()
        with self._watch.portion(self._connection):
            part = read(size)
        self.left -= len(part)
        return part


class PacedOutput:
    """The body of an answer, whose portions are taken in time; then what the client still sends is passed over."""

    def __init__(self, body: Iterable[bytes], given: PacedInput, connection: socket.socket, watch: Watch) -> None:
        self._body = body
        self._given = given
        self._connection = connection
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            # Large parts get their time piece by piece.
            for begin in range(0, len(part), PORTION):
                with self._watch.portion(self._connection):
                    yield part[begin : begin + PORTION]

    def close(self) -> None:
        """End the answer."""
        if hasattr(self._body, "close"):
            self._body.close()
        if self._given.left > 0:
            self._drain()

    def _drain(self) -> None:
        """Read on until nginx has the answer and closes: closed under its hands, it would say 502 instead."""
        deadline = time.monotonic() + SECONDS_TO_DRAIN
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while (seconds := deadline - time.monotonic()) > 0:
                self._connection.settimeout(seconds)
                if not self._connection.recv(DRAINED):
                    return


class Paced:
    """A WSGI application behind gunicorn, whose clients keep to the lowest rate."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.watch = Watch()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        connection = environ["gunicorn.socket"]
        length = environ.get("CONTENT_LENGTH") or "0"
        given = PacedInput(environ["wsgi.input"], connection, self.watch, length=int(length) if length.isdigit() else 0)
        environ["wsgi.input"] = given
        return PacedOutput(self.application(environ, start_response), given, connection, self.watch)


def release_database() -> None:
    """Give the database's connection back while a client is waited for, unless a transaction is open."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
