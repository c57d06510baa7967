"""Find the photos whose stored vectors are nearest to a query's."""

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

from gallery.models import Photo
from photosearch.caching import remember
from search.models import PhotoEmbedding
from search.vectors.index import has_vector_index

# Up to here all candidates are compared: always right, and hardly slower than the index.
EXACT_ROWS = 30_000
# How many candidates the walk through the index keeps in view. Queries in words lie away from all pictures, where an
# index finds its way badly: for pictures 200 would do (benchmarks/vector_search.py).
EF_SEARCH = 800
# The walk goes on until it has met enough of the candidates, which may be few of all vectors. PostgreSQL would rather
# sort, or compile, than walk, because it does not know what comparing costs.
INDEX_PARAMETERS = {
    "hnsw.ef_search": str(EF_SEARCH),
    "hnsw.iterative_scan": "relaxed_order",
    "enable_sort": "off",
    "jit": "off",
}
COMPARING_PARAMETERS = {"jit": "off"}

# Enough for a median and a spread.
SAMPLE_SIZE = 500
SAMPLE_SECONDS = 600


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

    `vector` is a unit vector of `model`, (dimensions,). Photos that are broken or in the bin are never found.
    """
    candidates = PhotoEmbedding.objects.filter(owner_id=user.pk, model=model)
    if photos is not None:
        candidates = candidates.filter(Exists(photos.filter(owner_id=user.pk, pk=OuterRef("photo_id"))))
    has_index = is_large(candidates) and has_vector_index(model)
    for rows, by_index in _widening(limit, has_index=has_index):
        found = _nearest(candidates, vector, rows=rows, by_index=by_index)
        hits = _fold(found, user=user)
        if len(hits) >= limit or (len(found) < rows and not by_index):
            break
    return hits[:limit]


@dataclass(frozen=True)
class Sample:
    """Some of a person's photos by chance, (sample, dimensions) float32, and how many they were drawn from."""

    vectors: np.ndarray
    photos: int


def sample_vectors(model: str, *, dimensions: int, user: AbstractBaseUser | AnonymousUser) -> Sample:
    """At most SAMPLE_SIZE vectors (view 0) of photos of `user`; the same ones for some minutes."""

    def draw() -> dict[str, Any]:
        vectors = PhotoEmbedding.objects.filter(owner_id=user.pk, model=model, view=0)
        ids = list(vectors.values_list("pk", flat=True))
        chosen = random.sample(ids, min(SAMPLE_SIZE, len(ids)))
        rows = vectors.filter(pk__in=chosen).values_list("vector", flat=True)
        sample = np.array(list(rows), dtype=np.float32).tobytes()
        return {"vectors": b64encode(sample).decode(), "photos": len(ids)}

    def read(stored: dict[str, Any]) -> Sample:
        vectors = np.frombuffer(b64decode(stored["vectors"]), dtype=np.float32)
        return Sample(vectors.reshape(-1, dimensions), int(stored["photos"]))

    return remember(f"vector-sample-{user.pk}-{model}", draw, seconds=SAMPLE_SECONDS, read=read)


def is_large(candidates: QuerySet[PhotoEmbedding]) -> bool:
    """Whether there are too many of `candidates` to compare them all; counts no further than that."""
    # By a column of the index, where the rows themselves need not be read.
    return candidates.values("owner_id")[: EXACT_ROWS + 1].count() > EXACT_ROWS


def _widening(limit: int, *, has_index: bool) -> Iterator[tuple[int, bool]]:
    """How many rows to ask for, and whether of the index: more and more, for views of one photo fold together.

    The index may meet too few of the candidates; comparing all finds what there is.
    """
    if has_index:
        yield from ((2 * limit, True), (8 * limit, True))
    for power in count():
        yield 2 * limit * 4**power, False


def _nearest(
    candidates: QuerySet[PhotoEmbedding], vector: np.ndarray, *, rows: int, by_index: bool
) -> list[tuple[int, float]]:
    """Photo and distance (1 − cosine) of the nearest views, in no strict order."""
    # The expression decides: only this cast is indexed (search.vectors.index). A second one to order by would make
    # PostgreSQL sort all rows.
    column = Cast("vector", HalfVectorField(dimensions=len(vector))) if by_index else F("vector")
    nearest = candidates.annotate(distance=CosineDistance(column, vector)).order_by("distance")
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in (INDEX_PARAMETERS if by_index else COMPARING_PARAMETERS).items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        found = list(nearest.values_list("photo_id", "distance")[:rows])
        # Takes the parameters back, inside a larger transaction too.
        transaction.set_rollback(True)
    return found


def _fold(found: list[tuple[int, float]], *, user: AbstractBaseUser | AnonymousUser) -> list[VectorHit]:
    """One hit for each whole photo that `user` sees, by its nearest view; nearest first."""
    distances: dict[int, float] = {}
    for photo_id, distance in found:
        distances[photo_id] = min(distance, distances.get(photo_id, distance))
    # Looked up here, a few: joined before, it would take as long as the search itself.
    whole = Photo.objects.visible_to(user).filter(pk__in=distances, defect="").values_list("pk", flat=True)
    ranked = sorted(whole, key=lambda photo_id: (distances[photo_id], photo_id))
    return [VectorHit(photo_id, 1 - distances[photo_id]) for photo_id in ranked]
