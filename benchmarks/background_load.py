"""Latency for users while workers are busy: `python -m benchmarks.background_load`.

Starts a site of its own (or uses the one at --url, with a person's name and password). 20 clients open the timeline
(the page, a month, thumbnails), first alone and then while two others upload pictures of 1600 × 1200 one after the
other and all workers process them. Target: a p95 of at most 2.5 times that without load.
"""

import argparse
import json
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count

from benchmarks.site import Person, address_of, log_in, noise, own_site, wait_for_rest

PEOPLE = 2
# Requests of each kind per request for the page.
MONTHS, THUMBNAILS = 1, 8
Taken = dict[str, list[float]]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running site (default: one of its own)")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", default="")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--uploaders", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=40, help="how long each half takes (default: 40)")
    arguments = parser.parse_args()
    if arguments.url:
        person = log_in(*address_of(arguments.url), arguments.username, arguments.password)
        measure(person, [person] * arguments.uploaders, arguments.clients, arguments.seconds)
    else:
        with own_site(people=PEOPLE) as people:
            wait_for_rest(people[0])
            uploaders = (people[1:] * arguments.uploaders)[: arguments.uploaders]
            measure(people[0], uploaders, arguments.clients, arguments.seconds)


def measure(person: Person, uploaders: list[Person], clients: int, seconds: float) -> None:
    """Print the latencies alone and beside uploaders, and their ratio."""
    alone = _look(person, clients, seconds)
    with _uploading(uploaders) as uploaded:
        time.sleep(10)  # until every worker has something to do
        beside = _look(person, clients, seconds)
    again = _look(person, clients, seconds)
    print(f"{clients} clients, milliseconds; {len(uploaders)} uploaders sent {next(uploaded)} pictures")
    print(f"{'':12}{'alone':>20}{'beside uploaders':>24}{'ratio':>8}{'working off':>24}{'ratio':>8}")
    for name in [*alone, "all"]:
        first, second, third = (_quantiles(taken, name) for taken in (alone, beside, again))
        line = f"{name:12}{first[0]:>10.0f}{first[1]:>10.0f}"
        for cuts in (second, third):
            line += f"{cuts[0]:>14.0f}{cuts[1]:>10.0f}{cuts[1] / first[1]:>8.2f}"
        print(line)


def _quantiles(taken: Taken, name: str) -> tuple[float, float]:
    values = [value for values in taken.values() for value in values] if name == "all" else taken[name]
    cuts = statistics.quantiles(values, n=20)
    return cuts[9], cuts[18]


def _look(person: Person, clients: int, seconds: float) -> Taken:
    """Return the milliseconds of each request by kind, for `clients` clients that send requests without a pause."""
    addresses = _addresses(person)
    taken: Taken = defaultdict(list)
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        for client in [pool.submit(_client, person, addresses, taken, end) for _ in range(clients)]:
            client.result()
    return taken


def _addresses(person: Person) -> list[tuple[str, str]]:
    month = json.loads(person.ask("GET", "/timeline")[1])["months"][0][0]
    photos = [photo for photo in json.loads(person.ask("GET", f"/timeline/{month}")[1])["photos"] if photo["version"]]
    if len(photos) < THUMBNAILS:
        raise SystemExit(f"the latest month has {len(photos)} photos with thumbnails; {THUMBNAILS} are needed")
    thumbnails = [("thumbnail", f"/photos/{photo['id']}/thumbnail") for photo in photos[:THUMBNAILS]]
    return [("page", "/"), *[("month", f"/timeline/{month}")] * MONTHS, *thumbnails]


def _client(person: Person, addresses: list[tuple[str, str]], taken: Taken, end: float) -> None:
    connection = HTTPConnection(person.host, person.port, timeout=60)
    while time.monotonic() < end:
        for name, address in addresses:
            started = time.perf_counter()
            connection.request("GET", address, headers=person.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address} was answered with {answer.status}")
            taken[name].append((time.perf_counter() - started) * 1000)
    connection.close()


@contextmanager
def _uploading(people: list[Person]) -> Iterator[Iterator[int]]:
    """Upload distinct pictures; yield a counter of the uploads."""
    is_over, counted = threading.Event(), count()

    def upload(person: Person, first: int) -> None:
        for seed in count(first):
            if is_over.is_set():
                return
            person.upload(noise(1600, 1200, seed=seed), f"load-{seed}.png")
            next(counted)

    threads = [threading.Thread(target=upload, args=(person, 1_000_000 * n)) for n, person in enumerate(people)]
    for thread in threads:
        thread.start()
    try:
        yield counted
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
