"""Search for the photos whose embeddings are nearest to a query vector."""

import random
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Cast
from pgvector.django import CosineDistance, HalfVectorField

from gallery.models import IsOneOf, Photo, PhotoQuerySet
from photosearch.caching import remember
from search.models import PhotoEmbedding
from search.vectors.index import has_vector_index

# Up to this number all candidates are compared, which is exact and hardly slower than the index.
EXACT_ROWS = 30_000
# Candidates that the search of the index keeps. For query vectors of pictures 200 would suffice, but those of texts are
# far from all pictures, where an index finds less (benchmarks/vector_search.py).
EF_SEARCH = 800
# The iterative scan continues until it has found enough candidates, which may be few of all vectors. PostgreSQL
# underestimates the cost of comparing vectors, and would sort or compile instead.
INDEX_PARAMETERS = {
    "hnsw.ef_search": str(EF_SEARCH),
    "hnsw.iterative_scan": "relaxed_order",
    "enable_sort": "off",
    "jit": "off",
}
EXACT_PARAMETERS = {"jit": "off"}

# Enough photos for a median and a spread.
SAMPLE_SIZE = 500
SAMPLE_CACHE_SECONDS = 600


@dataclass(frozen=True)
class VectorHit:
    """A photo, and the cosine between the query vector and its nearest view."""

    photo_id: int
    cosine: float


def vector_search(
    vector: np.ndarray,
    *,
    model: str,
    user: AbstractBaseUser | AnonymousUser,
    photos: PhotoQuerySet | None = None,
    limit: int,
) -> list[VectorHit]:
    """Return the `limit` photos of `user`, among `photos` if given, that are nearest to `vector`; nearest first.

    `vector` is a unit vector of `model`, (dimensions,). Broken photos and photos in the trash are never found.
    """
    candidates = PhotoEmbedding.objects.filter(owner_id=user.pk, model=model)
    has_index = is_large(candidates) and has_vector_index(model)
    wanted = (Photo.objects.all() if photos is None else photos).visible_to(user).filter(defect="")
    if photos is not None:
        if has_index:
            # Most conditions leave most photos, so that enough of the nearest ones meet them.
            hits = _group_by_photo(_nearest(candidates, vector, rows=2 * limit, by_index=True), wanted=wanted)
            if len(hits) >= limit:
                return hits[:limit]
        candidates = candidates.filter(Exists(photos.filter(owner_id=user.pk, pk=OuterRef("photo_id"))))
        has_index = has_index and is_large(candidates)
    for rows, by_index in _query_sizes(limit, has_index=has_index):
        found = _nearest(candidates, vector, rows=rows, by_index=by_index)
        hits = _group_by_photo(found, wanted=wanted)
        if len(hits) >= limit or (len(found) < rows and not by_index):
            break
    return hits[:limit]


@dataclass(frozen=True)
class Sample:
    """Vectors of randomly drawn photos, (sample, dimensions) float32, and the number of all photos."""

    vectors: np.ndarray
    photos: int


def sample_vectors(model: str, *, dimensions: int, user: AbstractBaseUser | AnonymousUser) -> Sample:
    """Return at most SAMPLE_SIZE vectors (view 0) of photos of `user`; cached for some minutes."""

    def draw() -> dict[str, Any]:
        vectors = PhotoEmbedding.objects.filter(owner_id=user.pk, model=model, view=0)
        ids = list(vectors.values_list("pk", flat=True))
        drawn = random.sample(ids, min(SAMPLE_SIZE, len(ids)))
        rows = vectors.filter(pk__in=drawn).values_list("vector", flat=True)
        # Their precision in the database.
        sample = np.array(list(rows), dtype=np.float16).tobytes()
        return {"vectors": b64encode(sample).decode(), "photos": len(ids)}

    def read(stored: dict[str, Any]) -> Sample:
        vectors = np.frombuffer(b64decode(stored["vectors"]), dtype=np.float16)
        return Sample(vectors.astype(np.float32).reshape(-1, dimensions), int(stored["photos"]))

    return remember(f"vector-sample-halves-{user.pk}-{model}", draw, seconds=SAMPLE_CACHE_SECONDS, read=read)


def is_large(candidates: QuerySet[PhotoEmbedding]) -> bool:
    """Return whether there are too many candidates to compare all of them; counts only up to the limit."""
    # A column of the index, so that the rows need not be read.
    return candidates.values("owner_id")[: EXACT_ROWS + 1].count() > EXACT_ROWS


def _query_sizes(limit: int, *, has_index: bool) -> Iterator[tuple[int, bool]]:
    """Yield growing numbers of rows to ask for, and whether to use the index.

    Views of one photo become one hit, so more rows than hits are needed. If the index finds too few candidates, all are
    compared.
    """
    if has_index:
        yield from ((2 * limit, True), (8 * limit, True))
    for power in count():
        yield 2 * limit * 4**power, False


def _nearest(
    candidates: QuerySet[PhotoEmbedding], vector: np.ndarray, *, rows: int, by_index: bool
) -> list[tuple[int, float]]:
    """Return photo ids and distances (1 − cosine) of the nearest views, roughly in order."""
    # Only this cast uses the index (search.vectors.index). A second expression to order by would make PostgreSQL sort
    # all rows.
    column = Cast("vector", HalfVectorField(dimensions=len(vector))) if by_index else F("vector")
    nearest = candidates.annotate(distance=CosineDistance(column, vector)).order_by("distance")
    with transaction.atomic(), connection.cursor() as cursor:
        parameters = INDEX_PARAMETERS if by_index else EXACT_PARAMETERS
        settings = ", ".join(["set_config(%s, %s, true)"] * len(parameters))
        cursor.execute(f"SELECT {settings}", [part for parameter in parameters.items() for part in parameter])
        found = list(nearest.values_list("photo_id", "distance")[:rows])
        # Resets the parameters, also inside a larger transaction.
        transaction.set_rollback(True)
    return found


def _group_by_photo(found: list[tuple[int, float]], *, wanted: PhotoQuerySet) -> list[VectorHit]:
    """Return one hit per photo among the `wanted` ones, by its nearest view; nearest first."""
    distances: dict[int, float] = {}
    for photo_id, distance in found:
        distances[photo_id] = min(distance, distances.get(photo_id, distance))
    # Filtered here, where few rows are left: a join in the search would double its time.
    kept = wanted.filter(IsOneOf("pk", distances)).values_list("pk", flat=True)
    ranked = sorted(kept, key=lambda photo_id: (distances[photo_id], photo_id))
    return [VectorHit(photo_id, 1 - distances[photo_id]) for photo_id in ranked]
