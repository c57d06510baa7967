"""Memory of every process of a running photosearch, at rest and at its peak while pictures are processed.

Start photosearch with `make run`, wait until it is idle, then run `python -m benchmarks.memory` with the same DATA_DIR.
PSS divides a shared page among the processes that share it; RSS counts it in each of them.
"""

import argparse
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from xmlrpc.client import ServerProxy

from django.conf import settings
from django.contrib.auth.models import User
from supervisor.xmlrpc import SupervisorTransport

from benchmarks.pictures import pictures
from gallery.intake.upload import store_upload
from gallery.models import Photo
from gallery.photos.deletion import delete_photos
from search.models import PhotoEmbedding, PhotoText

PROCESSING_SECONDS = 1800


@dataclass(frozen=True)
class Memory:
    """Memory of a program with all its processes, in MiB."""

    pss: int
    rss: int


def main() -> None:
    """Measure at rest and under load, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100, help="pictures to process for the load (default: 100)")
    count = parser.parse_args().pictures
    at_rest = measure()
    owner = User.objects.create_user(f"benchmark-{secrets.token_hex(3)}")
    try:
        under_load = _measure_while_processing(owner, count)
    finally:
        delete_photos(Photo.objects.filter(owner=owner), user=owner)
        owner.delete()
    _print_table(at_rest, under_load)


def measure() -> dict[str, Memory]:
    """Return the current memory of each supervised program."""
    transport = SupervisorTransport(None, None, f"unix://{settings.RUN_DIR / 'supervisor.sock'}")
    programs = ServerProxy("http://localhost", transport=transport).supervisor.getAllProcessInfo()
    children = _children()
    return {program["name"]: _of_tree(program["pid"], children) for program in programs if program["pid"]}


def _measure_while_processing(owner: User, count: int) -> dict[str, Memory]:
    for name, data in islice(pictures(), count):
        store_upload(BytesIO(data), owner=owner, filename=name)
    peak: dict[str, Memory] = {}
    deadline = time.monotonic() + PROCESSING_SECONDS
    while time.monotonic() < deadline:
        for name, now in measure().items():
            before = peak.get(name, now)
            peak[name] = Memory(max(before.pss, now.pss), max(before.rss, now.rss))
        embedded = PhotoEmbedding.objects.filter(owner=owner).values("photo").distinct().count()
        if embedded == PhotoText.objects.filter(owner=owner).count() == count:
            return peak
        time.sleep(1)
    raise SystemExit(f"The pictures were not processed within {PROCESSING_SECONDS} seconds: look at the status page.")


def _children() -> dict[int, list[int]]:
    children = defaultdict(list)
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # the process has ended
            continue
        children[int(fields[1])].append(int(status.parent.name))
    return children


def _of_tree(process: int, children: dict[int, list[int]]) -> Memory:
    below = [_of_tree(child, children) for child in children[process]]
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        lines = []
    sizes = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in lines}
    pss, rss = sizes.get("Pss", 0), sizes.get("Rss", 0)
    return Memory(pss + sum(part.pss for part in below), rss + sum(part.rss for part in below))


def _print_table(at_rest: dict[str, Memory], under_load: dict[str, Memory]) -> None:
    print(f"{'MiB':24}{'PSS at rest':>14}{'RSS at rest':>14}{'PSS, peak':>14}{'RSS, peak':>14}")
    rows = [(name, at_rest[name], under_load[name]) for name in sorted(at_rest)]
    for name, rest, load in rows:
        print(f"{name:24}{rest.pss:14,}{rest.rss:14,}{load.pss:14,}{load.rss:14,}")
    print(f"{'total':24}{sum(row[1].pss for row in rows):14,}{sum(row[1].rss for row in rows):14,}")


if __name__ == "__main__":
    main()
