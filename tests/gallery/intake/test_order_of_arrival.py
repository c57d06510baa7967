"""The order in which the same bytes arrive never matters, and removing an origin takes back what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.claims.origins import claims_of_origin
from gallery.claims.settling import settle
from gallery.intake.describing import describe_picture
from gallery.intake.storing import IncomingPicture, store_pictures
from gallery.models import Photo, PhotoSource
from gallery.photos.editing import edit_photos
from gallery.sources.source_files import SourceMetadata
from gallery.storage.identities import identity_of
from tests.drawing import picture

SETTLED = (
    *("taken_at", "taken_offset", "date_source", "latitude", "longitude", "place_source"),
    *("description", "importance", "kind", "labels"),
)
WRITTEN = datetime(2017, 3, 4, 5, 6, 7, tzinfo=UTC)


NOTHING = SourceMetadata()


@dataclass(frozen=True)
class Origin:
    """A file with the same bytes, as a door meets it."""

    path: str
    metadata: SourceMetadata = NOTHING
    modified_at: datetime | None = None
    importance: int = 0


ORIGINS = (
    Origin("/a/IMG_20200101_000000.jpg"),
    Origin("/b/Screenshot_1.png", modified_at=WRITTEN),
    Origin("/2016/Beach/1.jpg", importance=2),
    Origin("/2016/2016-05/1.jpg", importance=4),
    Origin("/c/1.jpg", SourceMetadata(taken_at=datetime(2014, 4, 4, 9, 12), taken_offset=0, description="Beach")),
    Origin("/d/1.jpg", SourceMetadata(latitude=31.2, longitude=121.5, description="A longer one", people=("Mei",))),
)


def values() -> dict[str, Any]:
    return Photo.objects.values(*SETTLED).get()


def bring(origins: Sequence[Origin], *, owner: User, batch: int = 1) -> dict[str, Any]:
    """Store the picture from all origins, in so many at a time, and return its values."""
    Photo.objects.all().delete()
    data = picture(1)
    for begin in range(0, len(origins), batch):
        pictures = []
        for origin in origins[begin : begin + batch]:
            name = Path(origin.path).name
            claims = claims_of_origin(
                origin.metadata,
                filename=name,
                path=origin.path,
                modified_at=origin.modified_at,
                importance=origin.importance,
            )
            source = PhotoSource(path=origin.path, identity=identity_of(origin.path.encode()), claims=claims)
            pictures.append(IncomingPicture(describe_picture(BytesIO(data), filename=name), source, lambda: [data]))
        store_pictures(pictures, owner=owner)
    return values()


@pytest.mark.usefixtures("media_root")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(ORIGINS),
    st.integers(1, len(ORIGINS)),
    st.integers(1, len(ORIGINS) - 1),
    st.integers(0, 5) | st.none(),
)
def test_order_of_arrival_does_not_matter(
    owner: User, origins: list[Origin], batch: int, kept: int, rating: int | None
) -> None:
    whole = bring(ORIGINS, owner=owner)
    part = bring(sorted(origins[:kept], key=lambda origin: origin.path), owner=owner)
    assert bring(origins, owner=owner, batch=batch) == whole
    if rating is not None:
        edit_photos(Photo.objects.all(), user=owner, importance=rating)
        whole["importance"] = part["importance"] = rating
        assert values() == whole
    PhotoSource.objects.filter(path__in=[origin.path for origin in origins[kept:]]).delete()
    settle(Photo.objects.all())
    assert values() == part
