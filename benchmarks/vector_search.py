"""How rightly and how fast the nearest photos are found: `python -m benchmarks.vector_search`.

In the synthetic library, for the owner of half of it and that of a hundredth; recall of the 64 nearest against
comparing all. Queries are new pictures, and texts, which lie away from all pictures, where an index finds its way
badly. The last lines tell how long comparing all takes with how many candidates.
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
COMPARED = (5_000, 10_000, 20_000, 30_000, 50_000, 100_000)


def main() -> None:
    """Build what is missing, search, and print a line for each size, owner and kind of query."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--dimensions", type=int, nargs="*", default=[512, 768])
    parser.add_argument("--queries", type=int, default=100, help="of each kind (default: 100)")
    arguments = parser.parse_args()
    for dimensions in arguments.dimensions:
        model = f"synthetic-{dimensions}@000000000000.1"
        library = open_library(photos=arguments.photos, model=model, dimensions=dimensions)
        started = time.perf_counter()
        build_vector_index(model, dimensions)
        print(f"{dimensions} dimensions, index there after {time.perf_counter() - started:.0f} s")
        for owner in ("half", "hundredth"):
            for like in ("pictures", "texts"):
                queries = query_vectors(library, count=arguments.queries, like=like)
                _print_recall(library, owner, like, queries)
        _print_times_of_comparing(library, query_vectors(library, count=10))


def _print_recall(library: Library, owner: str, like: str, queries: np.ndarray) -> None:
    user = library.owner(owner)
    recalls, times, times_of_comparing = [], [], []
    for query in queries:
        search = {"model": library.model, "user": user, "limit": LIMIT}
        hits, milliseconds = _timed(vector_search, query, **search)
        with patch("search.vectors.search.has_vector_index", return_value=False):
            nearest, milliseconds_of_comparing = _timed(vector_search, query, **search)
        recalls.append(len({hit.photo_id for hit in hits} & {hit.photo_id for hit in nearest}) / LIMIT)
        times.append(milliseconds)
        times_of_comparing.append(milliseconds_of_comparing)
    print(
        f"  owner of a {owner}, queries like {like}: recall@{LIMIT} {statistics.mean(recalls):.3f} "
        f"(worst {min(recalls):.2f}), {_quantiles(times)}; comparing all {_quantiles(times_of_comparing)}"
    )


def _print_times_of_comparing(library: Library, queries: np.ndarray) -> None:
    user = library.owner("half")
    numbers = list(Photo.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True))
    for size in COMPARED:
        some = Photo.objects.filter(pk__lte=numbers[min(size, len(numbers)) - 1])
        with patch("search.vectors.search.has_vector_index", return_value=False):
            times = [
                _timed(vector_search, query, model=library.model, user=user, photos=some, limit=LIMIT)[1]
                for query in queries
            ]
        print(f"  comparing {size:,}: {_quantiles(times)}")


def _timed(function: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    started = time.perf_counter()
    result = function(*arguments, **options)
    return result, (time.perf_counter() - started) * 1000


def _quantiles(milliseconds: list[float]) -> str:
    cuts = statistics.quantiles(milliseconds, n=20)
    return f"p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms"


if __name__ == "__main__":
    main()
