"""Photos and vectors of tests that search, without files behind them."""

from hashlib import sha256
from itertools import count

import numpy as np
from django.contrib.auth.models import User
from django.db import connection

from gallery.models import Photo
from search.models import PhotoEmbedding

_numbers = count()


def make_photos(owner: User, size: int) -> list[Photo]:
    """Rows as uploads leave them."""
    digests = [sha256(f"{next(_numbers)}".encode()).hexdigest() for _number in range(size)]
    return Photo.objects.bulk_create(
        Photo(
            owner=owner,
            file=f"originals/{digest}.jpg",
            filename="photo.jpg",
            extension="jpg",
            width=40,
            height=30,
            file_size=1,
            sha256=digest,
            md5=digest[:32],
            sha1=digest[:40],
        )
        for digest in digests
    )


def embed(photos: list[Photo], vectors: np.ndarray, *, model: str, view: int = 0) -> None:
    """Store a vector for each photo."""
    PhotoEmbedding.objects.bulk_create(
        PhotoEmbedding(photo=photo, owner_id=photo.owner_id, model=model, view=view, vector=vector)
        for photo, vector in zip(photos, vectors, strict=True)
    )


def unit_vectors(size: int, dimensions: int, *, seed: int = 0) -> np.ndarray:
    """(size, dimensions) float32, in all directions."""
    vectors = np.random.default_rng(seed).normal(size=(size, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def vector_indexes() -> list[str]:
    """Names of the HNSW indexes that are there."""
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT indexname FROM pg_indexes WHERE indexname LIKE 'embedding\_hnsw\_%'")
        return [name for (name,) in cursor.fetchall()]


def drop_vector_indexes() -> None:
    """Unlike rows, indexes outlive a test."""
    with connection.cursor() as cursor:
        for name in vector_indexes():
            cursor.execute(f"DROP INDEX {name}")
