"""The timeline: photos by date in months, each with its place known before it is loaded."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.access.fields import MAX_NUMBER
from gallery.models import Album, AlbumPhoto, Photo
from gallery.photos.scopes import Scope, View
from gallery.photos.timeline import (
    CONSTANTS,
    NARROWEST,
    OUTLINE,
    SHAPES,
    SHAPES_OF_PART,
    WIDEST,
    Month,
    Portion,
    Shapes,
    neighbours_of,
    outline_of,
    portion_of,
    shapes_of,
)
from gallery.views.timeline import PAGE_SIZE
from tests.factories import make_photos


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def dated(owner: User, *dates: datetime) -> list[Photo]:
    photos = make_photos(owner, len(dates))
    for photo, date in zip(photos, dates, strict=True):
        Photo.objects.filter(pk=photo.pk).update(taken_at=date)
    return photos


def portion(first: datetime, *, user: User, begin: int = 0, size: int = PAGE_SIZE, newest: int = MAX_NUMBER) -> Portion:
    return portion_of(first, begin=begin, size=size, newest=newest, scope=Scope(), user=user)


def shapes(first: datetime, *, user: User, begin: int = 0, size: int = 2000, newest: int = MAX_NUMBER) -> Shapes:
    return shapes_of(first, begin=begin, size=size, newest=newest, scope=Scope(), user=user)


def counts(months: list[Month]) -> list[tuple[str, int]]:
    return [(month.key, month.count) for month in months]


def ratio_of(shape: str) -> float:
    return NARROWEST * (WIDEST / NARROWEST) ** (SHAPES.index(shape) / (len(SHAPES) - 1))


def test_counts_months_by_date_taken_or_uploaded(owner):
    dated(owner, datetime(2023, 5, 31, 23, 59, 59), datetime(2023, 6, 1), datetime(2023, 6, 30), datetime(1890, 1, 1))
    Photo.objects.filter(pk=make_photos(owner, 1)[0].pk).update(uploaded_at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    outline = outline_of(Scope(), user=owner)
    assert counts(outline.months) == [("2024-02", 1), ("2023-06", 2), ("2023-05", 1), ("1890-01", 1)]


def test_orders_shapes_like_photos(owner):
    sizes = [(4000, 3000), (3000, 4000), (1000, 1000), (9000, 100), (100, 9000), (1920, 1080)]
    photos = dated(owner, *(datetime(2023, 5, day + 1) for day in range(len(sizes))))
    for photo, (width, height) in zip(photos, sizes, strict=True):
        Photo.objects.filter(pk=photo.pk).update(width=width, height=height)
    for shape, (width, height) in zip(shapes(datetime(2023, 5, 1), user=owner).shapes, reversed(sizes), strict=True):
        ratio = min(max(width / height, NARROWEST), WIDEST)
        assert ratio_of(shape) == pytest.approx(ratio, rel=0.012)


def test_omits_trash_and_other_users(owner):
    photos = dated(owner, datetime(2023, 5, 1), datetime(2023, 5, 2))
    dated(User.objects.create_superuser("root"), datetime(2023, 5, 1))
    Photo.objects.filter(pk=photos[0].pk).update(trashed_at=datetime(2024, 1, 1, tzinfo=UTC))
    (month,) = outline_of(Scope(), user=owner).months
    assert month.count == 1
    assert portion(month.first, user=owner).photos == [photos[1]]


def test_december_ends_with_year(owner):
    photos = dated(owner, datetime(2023, 12, 31, 23), datetime(2024, 1, 1))
    assert portion(datetime(2023, 12, 1), user=owner).photos == [photos[0]]


def test_portion_spans_small_months(owner):
    photos = dated(owner, *(datetime(2023 - number // 12, 12 - number % 12, 9) for number in range(30)))
    found = portion(datetime(2023, 12, 1), user=owner, begin=2, size=20)
    assert found.photos == photos[2:22]
    assert counts(found.months) == counts(outline_of(Scope(), user=owner).months)[2:22]


def test_portion_counts_its_months_whole(owner):
    photos = dated(owner, *[datetime(2023, 5, 31, 23, 59)] * 7, *[datetime(2023, 4, 1)] * 5, datetime(2023, 3, 31))
    newest_first = photos[6::-1] + photos[11:6:-1]
    found = portion(datetime(2023, 5, 1), user=owner, begin=5, size=4)
    assert found.photos == newest_first[5:9]
    assert counts(found.months) == [("2023-05", 7), ("2023-04", 5)]


def test_portion_omits_photos_stored_after_outline(owner):
    early = dated(owner, datetime(2023, 5, 1), datetime(2023, 5, 2))
    outline = outline_of(Scope(), user=owner)
    dated(owner, datetime(2023, 5, 3), datetime(2023, 5, 1, 12))
    found = portion(outline.months[0].first, user=owner, newest=outline.newest)
    assert found.photos == early[::-1]
    assert found.months == outline.months


def test_portion_beyond_end_is_empty(owner):
    dated(owner, datetime(2023, 5, 1))
    for first, begin in ((datetime(2023, 5, 1), 1), (datetime(2023, 4, 1), 0)):
        assert portion(first, user=owner, begin=begin) == Portion([], [])


@pytest.mark.parametrize("months", [1, 30])
def test_portion_takes_constant_number_of_queries(owner, months, django_assert_num_queries):
    dated(owner, *(datetime(2023 - number % months // 12, 12 - number % months % 12, 9) for number in range(60)))
    with django_assert_num_queries(2):
        portion(datetime(2023, 12, 1), user=owner)


def test_skips_earlier_photos_in_index(owner):
    make_photos(owner, 300)
    with CaptureQueriesContext(connection) as queries:
        portion(timezone.now().replace(tzinfo=None), user=owner, begin=200)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        assert "Index Only Scan using photo_timeline" in "\n".join(line for (line,) in cursor.fetchall())


def test_neighbours_follow_timeline_order(owner):
    late, early, middle, same = dated(
        owner, datetime(2024, 1, 1), datetime(2022, 1, 1), datetime(2023, 1, 1), datetime(2023, 1, 1)
    )
    for photo in (late, early, middle, same):
        photo.refresh_from_db()
    assert neighbours_of(middle, scope=Scope(), user=owner) == (same.pk, early.pk)
    assert neighbours_of(same, scope=Scope(), user=owner) == (late.pk, middle.pk)
    assert neighbours_of(late, scope=Scope(), user=owner) == (None, same.pk)
    assert neighbours_of(early, scope=Scope(), user=owner) == (middle.pk, None)


def test_shapes_have_days_and_a_place(owner):
    photos = dated(
        owner, *[datetime(2023, 5, 14)] * 3, datetime(2023, 5, 2), datetime(2023, 4, 30), datetime(2023, 6, 1)
    )
    newest = photos[-1].pk
    dated(owner, datetime(2023, 5, 13))
    for begin, size, days in (
        (0, 9, [("2023-05-14", 3), ("2023-05-02", 1), ("2023-04-30", 1)]),
        (2, 2, [("2023-05-14", 1), ("2023-05-02", 1)]),
        (5, 9, []),
    ):
        found = shapes(datetime(2023, 5, 1), user=owner, begin=begin, size=size, newest=newest)
        assert found.days == days
        assert len(found.shapes) == sum(count for _day, count in days)


OTHER_INDEXES = """
    SELECT format('DROP INDEX %I', indexname) FROM pg_indexes
    WHERE tablename = 'gallery_photo' AND indexdef LIKE '%(owner_id%' AND indexdef NOT LIKE '%UNIQUE%'
        AND indexname <> 'photo_timeline'
"""


@pytest.mark.parametrize("scope", [Scope(view) for view in View], ids=[view.name for view in View])
@pytest.mark.parametrize("statement", [OUTLINE, SHAPES_OF_PART], ids=["outline", "shapes"])
def test_reads_outline_and_shapes_from_index(owner, scope, statement):
    make_photos(owner, 300)
    part = {"newest": MAX_NUMBER, "end": datetime(9999, 1, 1), "begin": 0, "size": 100}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        # Of so few photos, any index of the owner's is as good.
        cursor.execute(OTHER_INDEXES)
        for (drop,) in cursor.fetchall():
            cursor.execute(drop)
        cursor.execute(
            f"EXPLAIN {statement.format(condition=scope.condition)}", {"owner": owner.pk, **CONSTANTS, **part}
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using photo_timeline" in plan


@pytest.mark.parametrize("count", [1, 3 * PAGE_SIZE])
def test_gallery_takes_constant_number_of_queries(client, owner, count, django_assert_num_queries):
    make_photos(owner, count)
    # session, user, outline, photos, counts of their months, shapes, failures, import of samples
    with django_assert_num_queries(8):
        client.get("/")


def test_page_contains_outline_and_first_photos(client, owner):
    photos = dated(owner, *[datetime(2023, 5, 1)] * (PAGE_SIZE + 3), datetime(2022, 1, 1))
    context = client.get("/").context
    assert context["outline"]["months"] == [["2023-05", PAGE_SIZE + 3, [1, PAGE_SIZE + 3]], ["2022-01", 1, [1, 1]]]
    newest = [photo.pk for photo in reversed(photos[:-1])]
    first = context["outline"]["portion"]
    assert [photo["id"] for photo in first["photos"]] == newest[:PAGE_SIZE]
    assert first["months"] == [["2023-05", PAGE_SIZE + 3]]

    rest = client.get(f"/timeline/2023-05?begin={PAGE_SIZE}&newest={context['outline']['newest']}").json()
    assert [photo["id"] for photo in rest["photos"]] == [*newest[PAGE_SIZE:], photos[-1].pk]
    assert rest["months"] == [["2023-05", PAGE_SIZE + 3], ["2022-01", 1]]
    assert client.get("/timeline").json()["months"] == context["outline"]["months"]


@pytest.mark.parametrize(
    ("query", "begin", "days"),
    [
        ("", 0, [["2023-05-02", 4]]),
        ("?month=2023-05&place=4", 2, [["2023-05-02", 3], ["2023-04-09", 1]]),
        ("?month=2023-04&place=1", 4, [["2023-05-02", 1], ["2023-04-09", 3]]),
        ("?month=1999-01", 3, [["2023-05-02", 2], ["2023-04-09", 2]]),
        ("?month=2023-04&place=99", 5, [["2023-04-09", 3]]),
    ],
)
def test_outline_has_shapes_around_a_place(client, owner, monkeypatch, query, begin, days):
    monkeypatch.setattr("gallery.views.timeline.SHAPES_WITH_OUTLINE", 4)
    dated(owner, *[datetime(2023, 5, 2)] * 5, *[datetime(2023, 4, 9)] * 3)
    outline = client.get(f"/timeline{query}").json()
    assert (outline["begin"], outline["days"]) == (begin, days)
    assert len(outline["shapes"]) == sum(count for _day, count in days)


def test_page_has_shapes_around_its_month_or_photo(client, owner, monkeypatch):
    monkeypatch.setattr("gallery.views.timeline.SHAPES_WITH_OUTLINE", 4)
    photos = dated(owner, *[datetime(2023, 5, 2)] * 5, *[datetime(2023, 4, 9)] * 3)
    for query, begin in (("", 0), ("month=2023-04", 3), (f"photo={photos[1].pk}", 1), (f"photo={photos[7].pk}", 3)):
        assert client.get(f"/?{query}").context["outline"]["begin"] == begin, query


def test_page_of_earlier_month_shows_photos_without_scripts(client, owner):
    photos = dated(owner, datetime(2023, 5, 1), datetime(2022, 1, 1), datetime(2021, 1, 1))
    context = client.get("/?month=2022-01").context
    assert context["photos"] == [photos[1]]
    assert context["outline"]["portion"] is None


def test_links_months_and_pages_without_scripts(client, owner):
    dated(owner, *[datetime(2023, 5, 1)] * (PAGE_SIZE + 3), datetime(2022, 1, 1))
    page = client.get("/?month=2023-05").content.decode()
    assert 'href="?month=2022-01"' in page
    assert 'href="?month=2023-05&amp;page=2"' in page
    second = client.get("/?month=2023-05&page=2")
    assert len(second.context["photos"]) == 3
    assert 'href="?month=2023-05&amp;page=1"' in second.content.decode()


def test_empty_month_shows_earlier_month(client, owner):
    dated(owner, datetime(2023, 5, 1), datetime(2021, 5, 1))
    for asked, shown in (("2022-12", "2021-05"), ("2024-01", "2023-05"), ("2000-01", "2021-05")):
        assert client.get(f"/?month={asked}").context["month"].key == shown


@pytest.mark.parametrize("query", ["month=2023-13", "month=x", "month=0999-01", "page=0", "page=x", "month=2023-05%00"])
def test_refuses_invalid_month_or_page(client, query):
    response = client.get(f"/?{query}")
    assert response.status_code == 400
    assert "Invalid month or page." in response.content.decode()


@pytest.mark.parametrize(
    "path",
    ["2023-13", "x", "9-05", "9999-12", "2023-05?begin=-1", "2023-05?begin=x", "2023-05?newest=x", "2023-05/shapes"]
    + [f"2023-05/shapes?size={size}" for size in ("0", "x", "2001")],
)
def test_invalid_portion_is_not_found(client, path):
    assert client.get(f"/timeline/{path}").status_code == 404


def test_empty_gallery_explains_uploads(client):
    assert "No photos yet" in client.get("/").content.decode()


def test_counts_days_of_each_month(owner):
    dated(
        owner,
        datetime(2023, 5, 31, 23, 59, 59),
        datetime(2023, 5, 2),
        datetime(2023, 5, 2, 9),
        datetime(2023, 4, 30),
        datetime(1890, 2, 28),
    )
    days = [month.days for month in outline_of(Scope(), user=owner).months]
    assert days == [((31, 1), (2, 2)), ((30, 1),), ((28, 1),)]


@pytest.fixture
def sets(owner) -> dict[str, list[int]]:
    """Photos of May 2023 in each scope, latest first: the default timeline has the second and the third."""
    photos = dated(owner, *(datetime(2023, 5, day) for day in range(4, 0, -1)))
    ids = [photo.pk for photo in photos]
    Photo.objects.filter(pk__in=[ids[0], ids[3]]).update(is_archived=True)
    Photo.objects.filter(pk__in=ids[2:]).update(importance=4)
    album = Album.objects.create(owner=owner, name="Lake")
    for photo, by_hand in ((photos[0], True), (photos[1], False), (photos[2], True)):
        AlbumPhoto.objects.create(album=album, photo=photo, is_stated=True, by_hand=by_hand)
    return {
        "": ids[1:3],
        "?view=starred": ids[2:],
        "?view=archive": [ids[0], ids[3]],
        f"?album={album.pk}": [ids[0], ids[2]],
    }


def test_scopes_have_their_photos(client, owner, sets):
    for query, expected in sets.items():
        outline = client.get(f"/timeline{query}").json()
        assert [outline["months"][0][1], len(outline["shapes"])] == [2, 2], query
        assert client.get(f"/timeline/2023-05/shapes{query or '?'}&size=9").json()["shapes"] == outline["shapes"], query
        portion = client.get(f"/timeline/2023-05{query}").json()
        assert [photo["id"] for photo in portion["photos"]] == expected, query
        assert portion["months"] == [["2023-05", 2]], query


def test_neighbours_follow_scope(client, sets):
    for query, (first, last) in sets.items():
        context = client.get(f"/photos/{last}{query}").context
        assert (context["later"], context["earlier"]) == (first, None), query


@pytest.mark.parametrize("query", ["view=trash", "album=x", "album=0", "album=999999999"])
@pytest.mark.parametrize("path", ["/timeline?", "/timeline/2023-05?", "/timeline/2023-05/shapes?size=9&"])
def test_invalid_scope_is_not_found(client, path, query):
    assert client.get(path + query).status_code == 404


def test_album_of_other_user_is_not_found(client):
    album = Album.objects.create(owner=User.objects.create_user("stranger"), name="Theirs")
    for path in ("/timeline?", "/timeline/2023-05?", "/timeline/2023-05/shapes?size=9&"):
        assert client.get(f"{path}album={album.pk}").status_code == 404


def test_tiles_have_stars(client, owner):
    (photo,) = dated(owner, datetime(2023, 5, 1))
    Photo.objects.filter(pk=photo.pk).update(importance=3)
    page = client.get("/")
    assert page.context["outline"]["portion"]["photos"][0]["stars"] == 3
    assert "Importance 3 of 5" in page.content.decode()


def test_opens_at_photo(client, owner):
    photos = dated(owner, *(datetime(2023, 5, 31 - number % 31, number // 31) for number in range(70)))
    newest_first = list(Photo.objects.order_by("-dated_at", "-pk"))
    for place in (0, 5, 65):
        context = client.get(f"/?photo={newest_first[place].pk}").context
        assert context["outline"]["target"] == {"photo": newest_first[place].pk, "month": "2023-05", "place": place}
        assert newest_first[place] in context["photos"]
    Photo.objects.filter(pk=photos[0].pk).update(trashed_at=timezone.now())
    assert client.get(f"/?photo={photos[0].pk}").status_code == 404
    assert client.get("/?photo=x").status_code == 400


def test_does_not_open_at_photo_of_other_user(client):
    photos = dated(User.objects.create_user("stranger"), datetime(2023, 5, 1), datetime(2023, 5, 2))
    Photo.objects.filter(pk=photos[1].pk).update(is_archived=True)
    for photo in photos:
        assert client.get(f"/?photo={photo.pk}").status_code == 404


def test_leads_to_archived_photo(client, owner):
    shown, archived = dated(owner, datetime(2023, 5, 1), datetime(2022, 5, 1))
    Photo.objects.filter(pk=archived.pk).update(is_archived=True)
    response = client.get(f"/?photo={archived.pk}")
    assert response.context["photos"] == [shown]
    address = f"/archive?photo={archived.pk}"
    assert "This photo is archived." in response.content.decode()
    assert f'href="{address}"' in response.content.decode()
    assert client.get(address).context["outline"]["target"]["photo"] == archived.pk
    assert "This photo is archived." not in client.get(f"/?photo={shown.pk}").content.decode()
