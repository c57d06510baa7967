"""Recall and latency of vector search: `python -m benchmarks.vector_search`.

Measured in the synthetic library, for the owner of half of it and the owner of a hundredth; recall of the 64 nearest
photos against exact search. Queries are new pictures, and texts, which are far from all pictures and therefore hard for
an index. The last lines give the time of exact search by number of candidates.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.library import Library, open_library, query_vectors
from gallery.models import Photo
from search.vectors.index import build_vector_index
from search.vectors.search import vector_search

LIMIT = 64
CANDIDATES = (5_000, 10_000, 20_000, 30_000, 50_000, 100_000)


def main() -> None:
    """Build what is missing, search, and print a line for each size, owner and kind of query."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--dimensions", type=int, nargs="*", default=[512, 768])
    parser.add_argument("--queries", type=int, default=100, help="queries of each kind (default: 100)")
    arguments = parser.parse_args()
    for dimensions in arguments.dimensions:
        model = f"synthetic-{dimensions}@000000000000.1"
        library = open_library(photos=arguments.photos, model=model, dimensions=dimensions)
        started = time.perf_counter()
        build_vector_index(model, dimensions)
        print(f"{dimensions} dimensions, index built in {time.perf_counter() - started:.0f} s")
        for owner in ("half", "hundredth"):
            for like in ("pictures", "texts"):
                queries = query_vectors(library, count=arguments.queries, like=like)
                _print_recall(library, owner, like, queries)
        _print_exact_times(library, query_vectors(library, count=10))


def _print_recall(library: Library, owner: str, like: str, queries: np.ndarray) -> None:
    user = library.owner(owner)
    recalls, times, exact_times = [], [], []
    for query in queries:
        search = {"model": library.model, "user": user, "limit": LIMIT}
        hits, milliseconds = _timed(vector_search, query, **search)
        with patch("search.vectors.search.has_vector_index", return_value=False):
            nearest, exact_milliseconds = _timed(vector_search, query, **search)
        recalls.append(len({hit.photo_id for hit in hits} & {hit.photo_id for hit in nearest}) / LIMIT)
        times.append(milliseconds)
        exact_times.append(exact_milliseconds)
    print(
        f"  owner of a {owner}, queries like {like}: recall@{LIMIT} {statistics.mean(recalls):.3f} "
        f"(worst {min(recalls):.2f}), {_quantiles(times)}; exact {_quantiles(exact_times)}"
    )


def _print_exact_times(library: Library, queries: np.ndarray) -> None:
    user = library.owner("half")
    numbers = list(Photo.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True))
    for size in CANDIDATES:
        some = Photo.objects.filter(pk__lte=numbers[min(size, len(numbers)) - 1])
        with patch("search.vectors.search.has_vector_index", return_value=False):
            times = [
                _timed(vector_search, query, model=library.model, user=user, photos=some, limit=LIMIT)[1]
                for query in queries
            ]
        print(f"  exact, {size:,} candidates: {_quantiles(times)}")


def _timed(function: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    started = time.perf_counter()
    result = function(*arguments, **options)
    return result, (time.perf_counter() - started) * 1000


def _quantiles(milliseconds: list[float]) -> str:
    cuts = statistics.quantiles(milliseconds, n=20)
    return f"p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms"


if __name__ == "__main__":
    main()
