"""Makes photos, embeddings, imports and API clients for tests."""

import hashlib
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gallery.access.tokens import Scope, issue_token
from gallery.bulk_import.run import run_job
from gallery.claims.settling import settle
from gallery.models import ImportItem, ImportJob, Photo
from search.encoders.client import Calibration, EncoderInfo
from search.models import PhotoEmbedding, PhotoText

_numbers = count()
ENCODER = EncoderInfo(
    name="shapes",
    title="Shapes",
    model="shapes@000000000000.1",
    dimensions=2,
    scripts=frozenset({"latin"}),
    text_calibration=Calibration(slope=10, midpoint=0.5),
    image_calibration=Calibration(slope=10, midpoint=0.5),
    floor=0.1,
    state="ready",
    reason="",
    same_picture_distance=0.04,
)
CLIP = replace(
    ENCODER,
    name="clip",
    title="CLIP",
    model="clip@0123456789ab.1",
    dimensions=4,
    text_calibration=Calibration(slope=1, midpoint=0),
    image_calibration=Calibration(slope=1, midpoint=0),
    floor=0.1,
)


class ApiClient(Client):
    """A client with an API token of `user`, with all scopes unless some are given."""

    def __init__(self, user: User, *scopes: str, expires_at: datetime | None = None, **options: Any) -> None:
        self.token, self.key = issue_token("test", user=user, scopes=scopes or Scope.values, expires_at=expires_at)
        super().__init__(**options, headers={"Authorization": f"Bearer {self.key}"})


def make_photos(owner: User, size: int) -> list[Photo]:
    """Create `size` photos without files."""
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
    """Return random unit vectors: (size, dimensions), float32."""
    vectors = np.random.default_rng(seed).normal(size=(size, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def vector_indexes() -> list[str]:
    """Return the names of the existing HNSW indexes."""
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT indexname FROM pg_indexes WHERE indexname LIKE 'embedding\_hnsw\_%'")
        return [name for (name,) in cursor.fetchall()]


def drop_vector_indexes() -> None:
    """Drop all HNSW indexes, which outlive a test unlike rows."""
    with connection.cursor() as cursor:
        for name in vector_indexes():
            cursor.execute(f"DROP INDEX {name}")


def add_photo(owner, filename: str, *, text: str = "", angle: float | None = None, **fields) -> Photo:
    """Create a photo whose embedding has this angle in degrees to the query vector of the fixture `encoder`."""
    digest = hashlib.sha256(f"{owner.pk}{filename}".encode()).hexdigest()
    fields = {"extension": "png", "width": 100, "height": 100, "file_size": 1} | fields
    photo = Photo.objects.create(
        owner=owner, filename=filename, file=f"originals/{digest}", sha256=digest, md5="", sha1="", **fields
    )
    PhotoText.objects.create(photo=photo, owner=owner, engine="drawn", text=text)
    if angle is not None:
        radians = np.deg2rad(angle)
        PhotoEmbedding.objects.create(
            photo=photo, owner=owner, model=ENCODER.model, vector=[np.cos(radians), np.sin(radians)]
        )
    return photo


def state_claims(photo: Photo, *, witness: str = "person", **values: Any) -> None:
    """Let a witness state values about a photo, and settle it."""
    fresh = Photo.objects.get(pk=photo.pk)
    for name, value in values.items():
        fresh.claims[name] = {**fresh.claims.get(name, {}), witness: value}
    fresh.save(update_fields=["claims"])
    settle([fresh])


def finish_import(job: ImportJob) -> ImportJob:
    """Run the import to its end and return it, refreshed."""
    while not run_job(job.pk):
        pass
    job.refresh_from_db()
    return job


def verdicts(job: ImportJob) -> dict[str, str]:
    """Return the verdict of each file by its name."""
    return {Path(item.path).name: item.verdict for item in ImportItem.objects.filter(job=job)}
