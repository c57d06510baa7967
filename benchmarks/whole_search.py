"""How long a search takes over 200,000 photos, and which part of it: `python -m benchmarks.whole_search`.

Needs PostgreSQL and Elasticsearch: those that DATABASE_URL and ELASTICSEARCH_URL name, or those of a running
`make run`. The encoder is CLIP with random weights in a process of its own. Each query is asked once uncounted.
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

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from benchmarks.encoder_process import encoder_process
from benchmarks.library import Library, open_library
from gallery.models import Photo
from search import documents, hybrid, vector_index
from search.views import search as views

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
# As they appear in the table; the rest of `search_by_text` is fusing, the rest of the request is rendering.
PARTS = {"encode_text": "encode", "vector_search": "vector", "keyword_search": "keyword"}


def main() -> None:
    """Build what is missing, search, and print a table for each owner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--model", default="ViT-L/14", help="the size of CLIP (default: ViT-L/14)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each query is asked (default: 20)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, encoder_process(arguments.model, Path(name)) as (_process, encoder):
        library = open_library(photos=arguments.photos, model=encoder.model, dimensions=encoder.dimensions)
        vector_index.build_vector_index(encoder.model, encoder.dimensions)
        if not documents.count():
            documents.rebuild_index()
        for owner in ("half", "hundredth"):
            _print_table(_measure(library.owner(owner), arguments.rounds), library, owner)


def _measure(user: User, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each part, search by search."""
    client = Client()
    client.force_login(user)
    seconds: dict[str, float] = defaultdict(float)
    table: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        for function in PARTS:
            stack.enter_context(patch.object(hybrid, function, _timed(getattr(hybrid, function), seconds)))
        stack.enter_context(patch.object(views, "search_by_text", _timed(hybrid.search_by_text, seconds)))
        for number in range(rounds + 1):
            for words in WORDS:
                seconds.clear()
                started = time.perf_counter()
                client.get(reverse("search:search"), {"q": words})
                whole = time.perf_counter() - started
                if number:
                    parts = {title: seconds[function] for function, title in PARTS.items()}
                    search = seconds["search_by_text"]
                    parts |= {"fuse": search - sum(parts.values()), "render": whole - search, "whole": whole}
                    for title, value in parts.items():
                        table[title].append(value * 1000)
    return table


def _timed(function: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            seconds[function.__name__] += time.perf_counter() - started

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
