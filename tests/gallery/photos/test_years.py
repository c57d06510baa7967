"""The overview of years, against Python."""

from datetime import datetime
from itertools import groupby

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from gallery.models import Photo
from gallery.photos.scopes import Scope, View
from gallery.photos.years import MAX_COVERS, years_of
from tests.factories import make_photos

DATES = [
    *(datetime(2023, 12, 31, 23, 59, 59), datetime(2023, 12, 1), datetime(2023, 2, 28)),
    *(datetime(2021, 5, 3, 12, minute) for minute in range(9)),
    *(datetime(2021, 1, 1), datetime(1999, 7, 9), datetime(1999, 6, 9)),
]


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def dated(owner: User, dates: list[datetime], **fields: object) -> list[Photo]:
    photos = make_photos(owner, len(dates))
    for photo, date in zip(photos, dates, strict=True):
        Photo.objects.filter(pk=photo.pk).update(taken_at=date, thumbnail_version=1, **fields)
    return photos


@pytest.fixture
def photos(owner: User) -> list[Photo]:
    """Photos with DATES; others of a stranger, the trash and the archive in months of their own."""
    dated(User.objects.create_user("stranger"), [datetime(2022, 3, 1), datetime(2021, 5, 3)])
    dated(owner, [datetime(2020, 3, 1), datetime(2021, 5, 31)], trashed_at=timezone.now())
    dated(owner, [datetime(2019, 3, 1), datetime(2021, 5, 31)], is_archived=True)
    return dated(owner, DATES)


def test_counts_months_of_years(photos, owner):
    found = [[(month.key, month.count) for month in year.months] for year in years_of(Scope(), user=owner)]
    assert found == [
        [(key, len(list(same))) for key, same in groupby(f"{date:%Y-%m}" for date in sorted(year, reverse=True))]
        for _year, year in groupby(DATES, key=lambda date: date.year)
    ]
    archived = [(year.first.year, year.count) for year in years_of(Scope(View.ARCHIVE), user=owner)]
    assert archived == [(2021, 1), (2019, 1)]


def test_covers_come_from_different_months_stars_first(photos, owner):
    starred, best, pending = photos[4], photos[5], photos[3 + 8]
    Photo.objects.filter(pk=starred.pk).update(importance=3)
    Photo.objects.filter(pk=best.pk).update(importance=5)
    Photo.objects.filter(pk=pending.pk).update(thumbnail_version=0)
    covers = {year.first.year: [photo.pk for photo in year.covers] for year in years_of(Scope(), user=owner)}
    assert covers[2023] == [photos[0].pk, photos[2].pk, photos[1].pk]
    # The latest of May 2021 has no thumbnail yet.
    assert covers[2021] == [best.pk, photos[12].pk, photos[10].pk, photos[9].pk, photos[8].pk]
    assert max(map(len, covers.values())) == MAX_COVERS


def test_page_leads_to_months(client, photos, owner, django_assert_num_queries):
    with django_assert_num_queries(4):
        page = client.get("/years").content.decode()
    for text in ('href="/?month=2021-05"', 'href="/?month=1999-07"', 'id="year-2023"', "10 photos"):
        assert text in page
    for other in ("2022", "2020", "2019"):
        assert f"month={other}" not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM gallery_photo WHERE owner_id != %s OR trashed_at IS NOT NULL", [owner.pk])
        assert not [pk for (pk,) in cursor.fetchall() if f"/photos/{pk}/" in page]
    Photo.objects.all().delete()
    with django_assert_num_queries(3):
        assert "No photos yet" in client.get("/years").content.decode()
