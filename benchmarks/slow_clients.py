"""Response times while slow clients hold connections: `python -m benchmarks.slow_clients`.

Starts a site of its own (or uses the one at --url, with a person's name and password), measures it at rest, and then
with 64 open connections of each kind: endless headers, a body that comes byte by byte, pieces of pictures (tus), and
barely read downloads and zip files of 24 MB. Each probe uses a new connection. Target: a p95 of at most twice that at
rest. Several people upload and download, because one person may have 16 transfers at once.
"""

import argparse
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from benchmarks.site import Person, address_of, log_in, noise, own_site, wait_for_rest

PROBES = ("/api/v1/health/live/", "/", "/timeline")
TIMEOUT = 15.0
RECEIVE_BUFFER = 2048
PIECE = 100_000
PEOPLE = 8
SECONDS_TO_SETTLE = 3


@dataclass(frozen=True)
class Held:
    """A connection that sends one byte per second, or reads one."""

    connection: socket.socket
    is_reader: bool = False


# Milliseconds by address; None for no answer.
Taken = dict[str, list[float | None]]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running site (default: one of its own)")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", default="")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=12, help="how long each kind is measured (default: 12)")
    arguments = parser.parse_args()
    if arguments.url:
        people = [log_in(*address_of(arguments.url), arguments.username, arguments.password)]
        measure(people, arguments.connections, arguments.seconds)
    else:
        with own_site(people=PEOPLE) as people:
            measure(people[1:], arguments.connections, arguments.seconds)


def measure(people: list[Person], connections: int, seconds: float) -> None:
    """Print the latencies at rest, with each kind, and with all of them."""
    photos = [
        person.upload(noise(2800, 2900, seed=number), f"noise-{number}.png") for number, person in enumerate(people)
    ]
    wait_for_rest(people[0])
    kinds = {
        "headers without end": lambda number: _header(people[number % len(people)]),
        "slow bodies": lambda number: _body(people[number % len(people)]),
        "slow tus pieces": lambda number: _piece(people[number % len(people)]),
        "slow downloads": lambda number: _download(people[number % len(people)], photos[number % len(people)]),
        "slow zips": lambda number: _zip(people[number % len(people)], photos[number % len(people)]),
    }
    prober = people[0]
    rest = _probe(prober, seconds)
    print(f"{'':24}" + "".join(f"{address:>34}" for address in PROBES))
    print(f"{connections} × each{'':14}" + f"{'probes failed  p50  p95 ms ratio':>34}" * len(PROBES) + "  open")
    _print("at rest", rest, rest, "")
    for title, kind in kinds.items():
        with _held([kind], connections) as all_held:
            _print(title, _probe(prober, seconds), rest, f"{_open(all_held)}")
    with _held(list(kinds.values()), connections) as all_held:
        _print("all of them", _probe(prober, seconds), rest, f"{_open(all_held)}")
    _print("at rest again", _probe(prober, seconds), rest, "")


def _probe(person: Person, seconds: float) -> Taken:
    """Return the milliseconds of each request, None for no answer."""
    taken: Taken = {address: [] for address in PROBES}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for address in PROBES:
            connection = HTTPConnection(person.host, person.port, timeout=TIMEOUT)
            started = time.perf_counter()
            try:
                connection.request("GET", address, headers=person.headers)
                answer = connection.getresponse()
                answer.read()
                taken[address].append((time.perf_counter() - started) * 1000 if answer.status == 200 else None)
            except (OSError, HTTPException):
                taken[address].append(None)
            finally:
                connection.close()
        time.sleep(0.02)
    return taken


def _print(title: str, taken: Taken, rest: Taken, still_open: str) -> None:
    line = f"{title:24}"
    for address, values in taken.items():
        answered = [value for value in values if value is not None]
        p50, p95 = _quantiles(answered)
        ratio = p95 / _quantiles([value for value in rest[address] if value is not None])[1]
        line += f"{len(values):>13}{len(values) - len(answered):>4}{p50:>6.1f}{p95:>6.1f}{ratio:>5.2f}"
    print(f"{line}  {still_open}", flush=True)


def _quantiles(values: list[float]) -> tuple[float, float]:
    if len(values) < 2:
        return float("nan"), float("nan")
    cuts = statistics.quantiles(values, n=20)
    return cuts[9], cuts[18]


@contextmanager
def _held(kinds: list[Callable[[int], Held]], count: int) -> Iterator[list[Held]]:
    """Hold `count` connections of each kind."""
    all_held = [kind(number) for kind in kinds for number in range(count)]
    for held in all_held:
        held.connection.setblocking(False)
    is_over = threading.Event()
    dripping = threading.Thread(target=_drip, args=(all_held, is_over))
    dripping.start()
    # Count held connections, not the requests needed to open them.
    time.sleep(SECONDS_TO_SETTLE)
    try:
        yield all_held
    finally:
        is_over.set()
        dripping.join()
        for held in all_held:
            held.connection.close()


def _drip(all_held: list[Held], is_over: threading.Event) -> None:
    while not is_over.wait(1):
        for held in all_held:
            with suppress(OSError):
                if held.is_reader:
                    held.connection.recv(1)
                else:
                    held.connection.send(b"a")


def _open(all_held: list[Held]) -> int:
    """Count the connections that the site still holds: senders without an answer, readers not yet closed."""
    count = 0
    for held in all_held:
        try:
            is_waiting = bool(held.connection.recv(1, socket.MSG_PEEK)) and held.is_reader
        except BlockingIOError:
            is_waiting = True
        except OSError:
            is_waiting = False
        count += is_waiting
    return count


def _connect(person: Person, *, receive_buffer: int | None = None) -> socket.socket:
    held = socket.socket()
    if receive_buffer:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    held.settimeout(TIMEOUT)
    held.connect(("127.0.0.1", person.port))
    return held


def _head(person: Person, method: str, address: str, **headers: str) -> bytes:
    named = {"Host": f"{person.host}:{person.port}", **person.headers}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {address} HTTP/1.1\r\n{lines}\r\n".encode()


def _header(person: Person) -> Held:
    held = _connect(person)
    held.sendall(f"GET /health HTTP/1.1\r\nHost: {person.host}:{person.port}\r\nX-A: ".encode())
    return Held(held)


def _body(person: Person) -> Held:
    held = _connect(person)
    form = "application/x-www-form-urlencoded"
    held.sendall(_head(person, "POST", "/login/", Content_Length=str(PIECE), Content_Type=form) + b"a=b")
    return Held(held)


def _piece(person: Person) -> Held:
    answer, content = person.ask("POST", "/uploads", Tus_Resumable="1.0.0", Upload_Length=str(PIECE))
    if answer.status != 201:
        raise SystemExit(f"an upload was answered with {answer.status}: {content[:200]!r}")
    held = _connect(person)
    head = _head(
        person,
        "PATCH",
        answer.headers["Location"].partition(f":{person.port}")[2],
        Tus_Resumable="1.0.0",
        Upload_Offset="0",
        Content_Length=str(PIECE),
        Content_Type="application/offset+octet-stream",
    )
    held.sendall(head + b"abc")
    return Held(held)


def _download(person: Person, photo: int) -> Held:
    held = _connect(person, receive_buffer=RECEIVE_BUFFER)
    held.sendall(_head(person, "GET", f"/photos/{photo}/original"))
    return Held(held, is_reader=True)


def _zip(person: Person, photo: int) -> Held:
    held = _connect(person, receive_buffer=RECEIVE_BUFFER)
    body = f"photo={photo}".encode()
    form = "application/x-www-form-urlencoded"
    head = _head(person, "POST", "/selection/download", Content_Length=str(len(body)), Content_Type=form)
    held.sendall(head + body)
    return Held(held, is_reader=True)


if __name__ == "__main__":
    main()
