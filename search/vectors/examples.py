"""What a search by picture starts from: a picture that was sent, a stored photo, or a part of one."""

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
    """There is no such example any more, or it is somebody else's."""


class Example(Protocol):
    """A picture to search with; `model` is the only one that knows its vector, or empty."""

    @property
    def model(self) -> str: ...

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        """Its vector; None if there is none yet."""


@dataclass(frozen=True)
class SentPicture:
    """A picture that was sent; its vector is kept for a day, so that the search is a link as long."""

    key: str
    model: str
    vector: np.ndarray

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        return QueryVector(self.vector) if encoder.model == self.model else None


@dataclass(frozen=True)
class StoredPhoto:
    """A photo of the gallery, by its stored vector (view 0)."""

    photo: Photo
    model: str = ""

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        whole = PhotoEmbedding.objects.filter(photo=self.photo, model=encoder.model, view=0).first()
        return QueryVector.from_stored(whole.vector) if whole else None


@dataclass(frozen=True)
class PartOfPhoto:
    """A marked part of a photo of the gallery, which the encoder process cuts out of the original."""

    photo: Photo
    region: Region
    model: str = ""

    def vector_for(self, encoder: EncoderInfo) -> QueryVector | None:
        # Photos are visible only to their owners, so the owner is the asker.
        return encode_region(self.photo.path, self.region, model=encoder.model, asker=self.photo.owner_id)


def keep_picture(query_vector: QueryVector, *, model: str, user: AbstractBaseUser) -> SentPicture:
    """Keep the vector of a picture that was sent; what is too old goes."""
    SearchExample.objects.filter(created_at__lt=timezone.now() - LIFETIME).delete()
    kept = SearchExample.objects.create(owner_id=user.pk, model=model, vector=query_vector.vector)
    return SentPicture(str(kept.pk), model, query_vector.vector)


def read_picture(key: UUID | str, *, user: AbstractBaseUser) -> SentPicture:
    """The picture of `user` that was kept under `key`.

    Raises:
        ExampleGone: it is there no more.
    """
    kept = SearchExample.objects.filter(pk=key, owner_id=user.pk, created_at__gte=timezone.now() - LIFETIME).first()
    if kept is None:
        raise ExampleGone
    return SentPicture(str(kept.pk), kept.model, QueryVector.from_stored(kept.vector).vector)
