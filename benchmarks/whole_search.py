"""Latency of a search over 200,000 photos, part by part: `python -m benchmarks.whole_search`.

Needs PostgreSQL and Elasticsearch: those that DATABASE_URL and ELASTICSEARCH_URL name, or those of a running
`make run`. The encoder process has CLIP with random weights. The first round of queries is not counted.
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from benchmarks.encoder_process import encoder_process
from benchmarks.library import NAME, Library, open_library
from gallery.models import Photo
from search.keywords import index
from search.ranking import ranker
from search.vectors.index import build_vector_index
from search.views import search as search_view

WORDS = (
    "garden library",
    "车站",
    "music night open",
    "发票 合计",
    "mountain river",
    "KQ",
    "seat window ext:jpg",
    "图书馆",
)
# The rest of the search is "fuse" (with the choice of the encoder and the authorisation by the database), the rest of
# the request is "render".
PARTS = {
    "encode": (ranker, "encode_text"),
    "vector": (ranker, "vector_search"),
    "keyword": (ranker, "keyword_search"),
    "search": (search_view, "search_by_text"),
}


def main() -> None:
    """Build what is missing, search, and print a table for each owner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--encoder", default="ViT-L/14", help="ViT-L/14 (default), ViT-B/32 or conse")
    parser.add_argument("--rounds", type=int, default=20, help="requests of each query (default: 20)")
    arguments = parser.parse_args()
    settings.ELASTICSEARCH_INDEX = NAME
    call_command("collectstatic", interactive=False, verbosity=0)
    with (
        tempfile.TemporaryDirectory() as folder,
        encoder_process(arguments.encoder, Path(folder)) as (_process, encoder),
    ):
        library = open_library(photos=arguments.photos, model=encoder.model, dimensions=encoder.dimensions)
        build_vector_index(encoder.model, encoder.dimensions)
        index.ensure_index()
        if index.count() != arguments.photos:
            index.rebuild_index()
        for owner in ("half", "hundredth"):
            _print_table(_measure(library.owner(owner), arguments.rounds), library, owner)


def _measure(user: User, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each part, in the order of searches."""
    client = Client(headers={"Host": settings.ALLOWED_HOSTS[0]})
    client.force_login(user)
    seconds: dict[str, float] = defaultdict(float)
    table: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        for part, (module, name) in PARTS.items():
            stack.enter_context(patch.object(module, name, _timed(getattr(module, name), part, seconds)))
        for number in range(rounds + 1):
            for words in WORDS:
                seconds.clear()
                started = time.perf_counter()
                response = client.get(reverse("search:search"), {"q": words})
                whole = time.perf_counter() - started
                if response.status_code != 200:
                    raise SystemExit(f"{words}: status {response.status_code}")
                if number:
                    _record(table, {part: seconds[part] for part in PARTS}, whole)
    return table


def _record(table: dict[str, list[float]], parts: dict[str, float], whole: float) -> None:
    search = parts.pop("search")
    parts |= {"fuse": search - sum(parts.values()), "render": whole - search, "whole": whole}
    for part, value in parts.items():
        table[part].append(value * 1000)


def _timed(function: Callable[..., Any], part: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            seconds[part] += time.perf_counter() - started

    return timed


def _print_table(table: dict[str, list[float]], library: Library, owner: str) -> None:
    photos = Photo.objects.filter(owner=library.owner(owner)).count()
    print(f"\nowner of {photos:,} among {library.photos:,} photos, {len(table['whole'])} searches, milliseconds")
    print(f"{'':10}{'p50':>8}{'p95':>8}{'most':>8}")
    for title, values in table.items():
        cuts = statistics.quantiles(values, n=20)
        print(f"{title:10}{cuts[9]:8.1f}{cuts[18]:8.1f}{max(values):8.1f}")


if __name__ == "__main__":
    main()
