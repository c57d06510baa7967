"""Find the photos whose stored vectors are nearest to a query's."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Cast
from pgvector.django import CosineDistance, HalfVectorField

from gallery.models import Photo
from search.models import PhotoEmbedding
from search.vector_index import has_vector_index

# Up to here all candidates are compared: always right, and about as fast as the index.
EXACT_ROWS = 30_000
# How many candidates the walk through the index keeps in view. Queries in words lie away from all pictures, where an
# index finds its way badly: 200 would do for pictures (benchmarks/vector_search.py).
EF_SEARCH = 800
# Rows to ask the index for, in photos wanted: views of the same photo fold together. After the last, all are compared.
WIDENING = (2, 8)


@dataclass(frozen=True)
class VectorHit:
    """A photo, and the cosine between the query and the nearest of its views."""

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
    """The `limit` photos of `user`, among `photos` if these are given, that are nearest to `vector`; nearest first.

    `vector` is a unit vector of `model`, (dimensions,). Broken photos are never found.
    """
    searchable = (Photo.objects.all() if photos is None else photos).filter(defect="")
    candidates = PhotoEmbedding.objects.filter(
        Exists(searchable.filter(pk=OuterRef("photo_id"))), owner_id=user.pk, model=model
    )
    if is_large(candidates) and has_vector_index(model):
        for factor in WIDENING:
            hits = _search_index(candidates, vector, rows=factor * limit)
            if len(hits) >= limit:
                return hits[:limit]
    return _compare_all(candidates, vector, limit=limit)


def is_large(candidates: QuerySet[PhotoEmbedding]) -> bool:
    """Whether there are too many of `candidates` to compare them all; counts no further than that."""
    return candidates[: EXACT_ROWS + 1].count() > EXACT_ROWS


def _search_index(candidates: QuerySet[PhotoEmbedding], vector: np.ndarray, *, rows: int) -> list[VectorHit]:
    # The very expression that is indexed (search.vector_index). A second one to order by would make PostgreSQL sort
    # all rows, and views of one photo are folded here: so the order need not be strict.
    distance = CosineDistance(Cast("vector", HalfVectorField(dimensions=len(vector))), vector)
    nearest = candidates.annotate(distance=distance).order_by("distance").values_list("photo_id", "distance")
    # The walk through the index goes on until it has met enough of the candidates, which may be few of all vectors.
    with _planner({"hnsw.ef_search": EF_SEARCH, "hnsw.iterative_scan": "relaxed_order", "enable_sort": "off"}):
        return _fold(nearest[:rows])


def _compare_all(candidates: QuerySet[PhotoEmbedding], vector: np.ndarray, *, limit: int) -> list[VectorHit]:
    nearest = candidates.values("photo_id").annotate(distance=Min(CosineDistance("vector", vector)))
    with _planner({"jit": "off"}):
        return _fold(nearest.order_by("distance").values_list("photo_id", "distance")[:limit])


def _fold(rows: Iterable[tuple[int, float]]) -> list[VectorHit]:
    """One hit for each photo, nearest first, by its nearest view."""
    distances: dict[int, float] = {}
    for photo_id, distance in rows:
        distances[photo_id] = min(distance, distances.get(photo_id, distance))
    ranked = sorted(distances.items(), key=lambda item: (item[1], item[0]))
    return [VectorHit(photo_id, 1 - distance) for photo_id, distance in ranked]


@contextmanager
def _planner(parameters: dict[str, str | int]) -> Iterator[None]:
    """PostgreSQL's parameters for the queries inside, which only read."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in parameters.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value)])
        yield
        # Takes the parameters back, inside a larger transaction too.
        transaction.set_rollback(True)
