"""Examples for a search by picture: an uploaded picture, a stored photo, or a part of a photo."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from gallery.models import Photo
from search.encoders.client import EncoderInfo, QueryVector, encode_region
from search.models import PhotoEmbedding, SearchExample

LIFETIME = timedelta(hours=24)

Region = tuple[float, float, float, float]
"""Left, top, right and bottom, in 0–1 of a photo's width and height as seen."""


class ExampleGone(LookupError):
    """The example has expired, or belongs to another user."""


class Example(Protocol):
    """A picture to search with.

    `model` is the only model with its vector, or empty for any model; `sha256` that of an uploaded file, or empty.
    """

    @property
    def model(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        """Return its query vector; None if it has none yet."""


@dataclass(frozen=True)
class SentPicture:
    """An uploaded picture. Its vector is stored for a day, so that the search has a link."""

    key: str
    model: str
    vector: np.ndarray
    sha256: str = ""

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        return QueryVector(self.vector) if encoder.model == self.model else None


@dataclass(frozen=True)
class StoredPhoto:
    """A stored photo, searched by its embedding (view 0)."""

    photo: Photo
    model: str = ""
    sha256: str = ""

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        embedding = PhotoEmbedding.objects.filter(photo=self.photo, model=encoder.model, view=0).first()
        return QueryVector.from_stored(embedding.vector) if embedding else None


@dataclass(frozen=True)
class PartOfPhoto:
    """A selected part of a stored photo, which the encoder process crops from the original."""

    photo: Photo
    region: Region
    model: str = ""
    sha256: str = ""

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        # Photos are visible only to their owners, so the owner is the asker.
        photo = self.photo
        return encode_region(
            photo.path, self.region, model=encoder.model, asker=photo.owner_id, rotation=photo.rotation
        )


def keep_picture(query_vector: QueryVector, *, model: str, sha256: str, user: AbstractBaseUser) -> SentPicture:
    """Store the vector of an uploaded picture, and delete expired ones."""
    SearchExample.objects.filter(created_at__lt=timezone.now() - LIFETIME).delete()
    kept = SearchExample.objects.create(owner_id=user.pk, model=model, vector=query_vector.vector, sha256=sha256)
    return SentPicture(str(kept.pk), model, query_vector.vector, sha256)


def read_picture(key: UUID | str, *, user: AbstractBaseUser) -> SentPicture:
    """Return the picture that `user` uploaded with this key.

    Raises:
        ExampleGone: it has expired, or belongs to another user.
    """
    kept = SearchExample.objects.filter(pk=key, owner_id=user.pk, created_at__gte=timezone.now() - LIFETIME).first()
    if kept is None:
        raise ExampleGone
    return SentPicture(str(kept.pk), kept.model, QueryVector.from_stored(kept.vector).vector, kept.sha256)
