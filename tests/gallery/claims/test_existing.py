"""Photos stored before there were claims keep what was set by hand, and get better dates from their names."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from gallery.claims.settling import settle
from gallery.models import ImportJob, Photo, PhotoMerge, PhotoSource
from gallery.photos.merging import undo
from gallery.storage.identities import identity_of
from tests.factories import make_photos

pytestmark = pytest.mark.django_db
AT = datetime(2020, 5, 1, 12)
WRITTEN = datetime(2021, 6, 1, 10, tzinfo=UTC)
NOW = timezone.now()


@pytest.fixture
def job(owner: User) -> ImportJob:
    return ImportJob.objects.create(owner=owner, started_by=owner, roots=["/photos"], importance=2)


def existing(owner: User, *sources: PhotoSource, **fields: Any) -> Photo:
    """Create a photo as it was stored before."""
    (photo,) = make_photos(owner, 1)
    for source in sources:
        source.photo = photo
        source.identity = identity_of(source.path.encode())
        source.save()
    Photo.objects.filter(pk=photo.pk).update(**fields)
    return photo


def migrate() -> None:
    migration = import_module("gallery.migrations.0014_claims_of_existing_photos")
    migration.state_existing_claims(apps, SimpleNamespace(connection=connection))


def values(photo: Photo) -> dict[str, Any]:
    names = ("taken_at", "taken_offset", "date_source", "description", "importance", "kind", "latitude", "place_source")
    return Photo.objects.values(*names).get(pk=photo.pk)


def settled(photo: Photo) -> dict[str, Any]:
    """Return the values after the photo was settled again, which must change nothing."""
    before = values(photo)
    assert settle(Photo.objects.filter(pk=photo.pk)) == []
    return before


UPLOAD = {"path": "upload"}
IMPORTED = {"path": "/photos/2020-05/x.jpg", "modified_at": WRITTEN}
TAKEOUT = {"path": "/t.zip!/Takeout/x.jpg", "sidecar": "/t.zip!/Takeout/x.jpg.json"}


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        (UPLOAD, {"taken_at": AT, "taken_offset": 60, "date_source": "exif"}),
        (UPLOAD, {"taken_at": AT, "date_source": "person", "edited_at": NOW}),
        (UPLOAD, {"description": "mine", "importance": 4, "edited_at": NOW}),
        (UPLOAD, {"taken_at": AT, "taken_offset": 0, "date_source": "gps"}),
        (UPLOAD, {"kind": "screenshot"}),
        (IMPORTED, {"taken_at": None, "date_source": "", "edited_at": NOW}),
        (IMPORTED, {"taken_at": datetime(2020, 5, 1), "date_source": "folder", "kind": "meme"}),
        (TAKEOUT, {"taken_at": AT, "taken_offset": 0, "date_source": "sidecar", "description": "at sea"}),
        (TAKEOUT, {"description": "", "edited_at": NOW}),
    ],
    ids=[
        *("camera", "date by hand", "words by hand", "gps", "kind"),
        *("date cleared", "folder", "sidecar", "description cleared"),
    ],
)
def test_keeps_values(owner: User, source: dict[str, Any], fields: dict[str, Any]) -> None:
    photo = existing(owner, PhotoSource(**source), **fields)
    before = values(photo)
    migrate()
    after = settled(photo)
    if "taken_at" in fields and fields["taken_at"] is None:
        before["date_source"] = "person"
    assert after == before


def test_keeps_photo_without_sources(owner: User) -> None:
    photo = existing(owner, taken_at=AT, date_source="filename", importance=3)
    before = values(photo)
    migrate()
    assert settled(photo) == before


def test_improves_dates_of_names(owner: User) -> None:
    wrong = {
        "taken_at": datetime(2023, 5, 1, 2, 13, 4),
        "date_source": "filename",
        "filename": "IMG_20230501_213045.jpg",
    }
    uploaded = existing(owner, PhotoSource(**UPLOAD), **wrong)
    imported = existing(owner, PhotoSource(path="/photos/IMG_20230501_213045.jpg", modified_at=WRITTEN), **wrong)
    migrate()
    for photo in (uploaded, imported):
        assert settled(photo)["taken_at"] == datetime(2023, 5, 1, 21, 30, 45)
        assert Photo.objects.get(pk=photo.pk).revision == 2
    assert uploaded.sources.get().filename == "IMG_20230501_213045.jpg"


def test_tells_importance_of_import_from_rating(owner: User, job: ImportJob) -> None:
    untouched = existing(owner, PhotoSource(**IMPORTED, job=job), importance=2)
    rated = existing(owner, PhotoSource(**IMPORTED, job=job), importance=5, edited_at=NOW)
    unrated = existing(owner, PhotoSource(**IMPORTED, job=job), importance=0, edited_at=NOW)
    migrate()
    assert [settled(photo)["importance"] for photo in (untouched, rated, unrated)] == [2, 5, 0]
    PhotoSource.objects.all().delete()
    settle(Photo.objects.all())
    assert [values(photo)["importance"] for photo in (untouched, rated, unrated)] == [0, 5, 0]


def test_undoing_import_takes_back_its_sidecar(owner: User, job: ImportJob) -> None:
    sources = PhotoSource(**UPLOAD), PhotoSource(**TAKEOUT, job=job)
    metadata = {"latitude": 1.5, "longitude": 2.5}
    photo = existing(owner, *sources, taken_at=AT, date_source="sidecar", description="x", metadata=metadata)
    migrate()
    assert settled(photo)["latitude"] == 1.5
    sources[1].delete()
    settle(Photo.objects.all())
    after = values(photo)
    assert (after["taken_at"], after["description"], after["latitude"]) == (None, "", None)


@pytest.mark.parametrize("is_edited_since", [False, True])
def test_undoes_earlier_merge(owner: User, is_edited_since: bool) -> None:
    keeper = existing(owner, PhotoSource(**UPLOAD), description="a\nb", importance=4, taken_at=AT, date_source="exif")
    (other,) = make_photos(owner, 1)
    Photo.objects.filter(pk=other.pk).update(trashed_at=NOW)
    merged_at = NOW
    edited_at = NOW + timedelta(hours=1) if is_edited_since else NOW
    Photo.objects.filter(pk=keeper.pk).update(edited_at=edited_at)
    previous = {"description": "a", "importance": 0, "taken_at": None, "taken_offset": None, "date_source": ""}
    PhotoMerge.objects.create(
        photo=keeper, trashed_ids=[other.pk], merged_at=merged_at, previous_values=previous, edited_at_after=NOW
    )
    before = values(keeper)
    migrate()
    assert settled(keeper) == before
    undo(merged_at, user=owner)
    after = values(keeper)
    if is_edited_since:
        assert after == before
    else:
        assert (after["description"], after["importance"], after["taken_at"]) == ("a", 0, None)


def test_leaves_finished_photos_out(owner: User) -> None:
    photo = existing(owner, PhotoSource(**UPLOAD), description="mine", edited_at=NOW)
    migrate()
    revision = Photo.objects.get(pk=photo.pk).revision
    Photo.objects.filter(pk=photo.pk).update(description="")
    migrate()
    assert Photo.objects.get(pk=photo.pk).revision == revision
