"""Find the stored vectors nearest to a query's: exactly among few, through the model's HNSW index among very many."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from gallery.models import Photo
from search.models import PhotoEmbedding
from search.vector_index import has_vector_index

# Up to so many candidate rows the exact answer is at hand sooner than HNSW's (benchmarks/vector_search.py).
EXACT_ROWS = 30_000
EF_SEARCH = 400
# Rows asked for at first for each photo wanted, and how often that is doubled before the exact search.
ROWS_PER_PHOTO = 2
WIDENINGS = 2


@dataclass(frozen=True)
class VectorHit:
    """A photo and the cosine between the query and the nearest of its views."""

    photo_id: int
    cosine: float


def vector_search(
    vector: np.ndarray,
    *,
    model: str,
    user: AbstractBaseUser | AnonymousUser,
    photos: QuerySet[Photo] | None = None,
    limit: int,
) -> list[VectorHit]:
    """The `limit` photos of `user` nearest to `vector`, nearest first, of those among `photos` if these are given."""
    candidates = PhotoEmbedding.objects.filter(owner_id=user.pk, model=model).order_by()
    # EXISTS, not a join: a join would keep the planner from the vector index.
    allowed = (Photo.objects.all() if photos is None else photos).filter(pk=OuterRef("photo_id"), defect="")
    candidates = candidates.filter(Exists(allowed))
    query = f"[{','.join(f'{number:.7g}' for number in vector)}]"
    is_large = candidates[: EXACT_ROWS + 1].count() > EXACT_ROWS
    if is_large and has_vector_index(model):
        rows = limit * ROWS_PER_PHOTO
        for _widening in range(WIDENINGS):
            with _index_scan():
                nearest = _nearest(candidates, query, cast=f"halfvec({len(vector)})", rows=rows)
            hits = _best_views(nearest)
            if len(hits) >= limit:
                return hits[:limit]
            rows *= 2
    return _best_views(_nearest(candidates, query, cast="halfvec", rows=None))[:limit]


def _nearest(
    candidates: QuerySet[PhotoEmbedding], query: str, *, cast: str, rows: int | None
) -> list[tuple[int, float]]:
    """(photo, cosine distance) of the nearest `rows` views, or of all; ordered outside, by distance alone inside."""
    sql, parameters = candidates.values("photo_id", "vector").query.sql_with_params()
    limit = "" if rows is None else f"ORDER BY distance LIMIT {rows:d}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH nearest AS MATERIALIZED (SELECT photo_id, vector::{cast} <=> %s::{cast} AS distance"  # noqa: S608
            f" FROM ({sql}) AS candidates {limit})"
            " SELECT photo_id, min(distance) FROM nearest GROUP BY photo_id ORDER BY 2, 1 DESC",
            [query, *parameters],
        )
        return cursor.fetchall()


def _best_views(nearest: list[tuple[int, float]]) -> list[VectorHit]:
    return [VectorHit(photo_id, 1 - distance) for photo_id, distance in nearest]


@contextmanager
def _index_scan() -> Iterator[None]:
    """A transaction in which HNSW goes on until the filters have left enough (pgvector 0.8)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        cursor.execute(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}")
        cursor.execute("SET LOCAL enable_sort = off")
        yield
