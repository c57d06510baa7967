"""The lowest transfer rate of a client: slower connections are shut, which frees their threads.

A thread waits for the client inside gunicorn. Each portion it waits for has a deadline, and a watching thread shuts the
sockets of late ones: reading then ends as if the client had disconnected, which every view handles.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connections

# The deadline of a portion, for a rate of at least 1 KiB per second.
PORTION = 32 * 1024
SECONDS = 32.0
# Seconds for which data of a client is discarded, until it reads the answer.
SECONDS_TO_DRAIN = 10.0
DRAIN_CHUNK = 1 << 16


class Watch:
    """A thread that shuts the sockets of late portions."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._deadlines: dict[socket.socket, float] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="pace", daemon=True).start()

    @contextmanager
    def portion(self, connection: socket.socket) -> Iterator[None]:
        """Limit the time of the code in this context, which transfers one portion."""
        self.begin(connection)
        try:
            yield
        finally:
            self.end(connection)

    def begin(self, connection: socket.socket) -> None:
        """Start the deadline of the connection's portion."""
        with self._changed:
            self._deadlines[connection] = time.monotonic() + self._seconds
            self._changed.notify()

    def end(self, connection: socket.socket) -> None:
        """Cancel the deadline: the portion is complete."""
        with self._changed:
            self._deadlines.pop(connection, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._deadlines)
                now = time.monotonic()
                for connection in [late for late, deadline in self._deadlines.items() if deadline <= now]:
                    del self._deadlines[connection]
                    with suppress(OSError):  # it has already ended
                        connection.shutdown(socket.SHUT_RDWR)
            time.sleep(min(1.0, self._seconds / 4))


class PacedInput:
    """The body of a request, whose portions have deadlines."""

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
        """Return the bytes up to the end of the line, at most `size` of them."""
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
    """The body of an answer, whose portions have deadlines; afterwards the rest of the request is discarded."""

    def __init__(self, body: Iterable[bytes], given: PacedInput, connection: socket.socket, watch: Watch) -> None:
        self._body = body
        self._given = given
        self._connection = connection
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            # Large parts get a deadline per piece.
            for begin in range(0, len(part), PORTION):
                with self._watch.portion(self._connection):
                    yield part[begin : begin + PORTION]

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()
        if self._given.left > 0:
            self._drain()

    def _drain(self) -> None:
        """Read until nginx has the answer and closes; closing earlier would make nginx answer 502."""
        deadline = time.monotonic() + SECONDS_TO_DRAIN
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while (seconds := deadline - time.monotonic()) > 0:
                self._connection.settimeout(seconds)
                if not self._connection.recv(DRAIN_CHUNK):
                    return


class Paced:
    """A WSGI application behind gunicorn with a lowest transfer rate."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.watch = Watch()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        connection = environ["gunicorn.socket"]
        length = environ.get("CONTENT_LENGTH") or "0"
        given = PacedInput(environ["wsgi.input"], connection, self.watch, length=int(length) if length.isdigit() else 0)
        environ["wsgi.input"] = given
        return PacedOutput(self.application(environ, start_response), given, connection, self.watch)


def release_database() -> None:
    """Close the database connection while waiting for a client, unless a transaction is open."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
