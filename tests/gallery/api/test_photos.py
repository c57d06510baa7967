"""Photos over the API: lists, changes, processing and files."""

from datetime import datetime

import pytest

from gallery.models import MAX_ATTEMPTS, Account, ImportJob, Photo, PhotoSource, Step, StepAttempt
from gallery.photos.editing import edit_photos
from gallery.photos.trash import move_to_trash
from gallery.pictures.images import THUMBNAIL_VERSION
from tests.drawing import picture


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [photo["id"] for photo in response.json()["results"]]


def test_returns_photo_with_all_fields(program, store):
    photo = store(picture(1), filename="红.png")
    Photo.objects.update(taken_at=datetime(2024, 2, 29, 18, 30), date_source="exif", metadata={"make": "Ricoh"})
    answer = program.get(f"/api/v1/photos/{photo.pk}/").json()
    assert answer["filename"] == "红.png"
    assert answer["content_type"] == "image/png"
    assert (answer["width"], answer["height"]) == (64, 48)
    assert answer["taken_at"] == "2024-02-29T18:30:00"
    assert answer["metadata"] == {"make": "Ricoh"}
    assert answer["sha256"] == photo.sha256
    assert program.get(answer["links"]["self"]).json() == answer
    assert program.get(answer["links"]["original"]).getvalue() == picture(1)


def test_lists_each_photo_once_while_others_are_uploaded(program, store):
    photos = [store() for _number in range(5)]
    first = program.get("/api/v1/photos/", {"page_size": 2}).json()
    newer = store()
    second = program.get("/api/v1/photos/", {"page_size": 2, "cursor": first["next_cursor"]}).json()
    last = program.get("/api/v1/photos/", {"page_size": 2, "cursor": second["next_cursor"]}).json()
    shown = [photo["id"] for page in (first, second, last) for photo in page["results"]]
    assert shown == [photo.pk for photo in reversed(photos)]
    assert newer.pk not in shown
    assert last["next_cursor"] is None


def test_lists_photos_in_order_of_timeline(program, store):
    photos = [store() for _number in range(7)]
    before_1970, *same, undated = datetime(1955, 1, 2), *[datetime(2020, 5, 1, 12, 0, 0, 250)] * 4, None
    for photo, taken_at in zip(photos, (same[0], undated, before_1970, *same[1:], undated), strict=True):
        Photo.objects.filter(pk=photo.pk).update(taken_at=taken_at)
    expected = [photos[number].pk for number in (6, 1, 5, 4, 3, 0, 2)]
    for order, numbers in (("newest", expected), ("oldest", expected[::-1])):
        shown, cursor = [], {}
        while cursor is not None:
            page = program.get("/api/v1/photos/", {"order": order, "page_size": 2} | cursor)
            shown += ids(page)
            cursor = {"cursor": following} if (following := page.json()["next_cursor"]) else None
        assert shown == numbers
    assert ids(program.get("/api/v1/photos/", {"is_dated": "false"})) == [photos[6].pk, photos[1].pk]
    assert len(ids(program.get("/api/v1/photos/", {"is_dated": "true", "order": "oldest"}))) == 5


@pytest.mark.parametrize(
    "query",
    [{"cursor": "5", "order": "newest"}, {"cursor": "5.5"}, {"cursor": f"{10**17 * 9}.1", "order": "oldest"}],
)
def test_refuses_cursor_of_another_order(program, query):
    response = program.get("/api/v1/photos/", query)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


def test_lists_without_counting(program, store, django_assert_num_queries):
    for _number in range(3):
        store()
    program.get("/api/v1/photos/")  # records the use of the token
    with django_assert_num_queries(3):  # token, photos, albums
        program.get("/api/v1/photos/", {"page_size": 2})


def test_combines_filters(program, store):
    small = store(picture(1, size=(10, 10)), filename="small.png")
    large = store(picture(2, size=(90, 80)), filename="large.png")
    jpeg = store(picture(3, size=(90, 80), kind="JPEG"), filename="large.jpg")
    Photo.objects.filter(pk=large.pk).update(importance=4, taken_at=datetime(2024, 5, 1), kind="meme")
    Photo.objects.filter(pk=jpeg.pk).update(metadata={"make": "Ricoh", "model": "GR III"})
    small.sources.update(path="/old phone/small.png")
    for query, found in (
        ({}, [jpeg, large, small]),
        ({"min_width": 50}, [jpeg, large]),
        ({"max_height": 50}, [small]),
        ({"min_width": 50, "extension": "png"}, [large]),
        ({"min_importance": 3}, [large]),
        ({"filename": "LARGE"}, [jpeg, large]),
        ({"taken_from": "2024-05-01T00:00:00", "taken_before": "2024-05-01T00:00:01"}, [large]),
        ({"taken_before": "2024-05-01T00:00:00"}, []),
        ({"kind": "meme"}, [large]),
        ({"camera": "ricoh gr"}, [jpeg]),
        ({"source": "Old Phone"}, [small]),
        ({"checksum": small.md5}, [small]),
        ({"checksum": small.sha1.upper()}, [small]),
        ({"checksum": small.sha256}, [small]),
        ({"checksum": "0" * 40}, []),
    ):
        assert ids(program.get("/api/v1/photos/", query)) == [photo.pk for photo in found], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"min_width": "wide"}, "min_width"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "1000000"}, "page_size"),
        ({"cursor": "yesterday"}, "cursor"),
        ({"checksum": "0" * 39}, "checksum"),
        ({"taken_from": "2024-02-30T00:00:00"}, "taken_from"),
        ({"taken_from": "2024-02-29T00:00:00Z"}, "taken_from"),
        ({"extension": "exe"}, "extension"),
        ({"filename": "a\0b"}, "filename"),
        ({"camera": ""}, "camera"),
        ({"kind": "poem"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_names_field_of_invalid_filter(program, query, field):
    response = program.get("/api/v1/photos/", query)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert response.json()["errors"][0]["detail"]


def test_keeps_omitted_fields(program, store):
    photo = store()
    before = photo.revision
    path = f"/api/v1/photos/{photo.pk}/"
    answer = program.patch(path, {"description": "Tea\n茶"}, "application/json").json()
    assert (answer["description"], answer["importance"]) == ("Tea\n茶", 0)
    answer = program.patch(path, {"importance": 5}, "application/json").json()
    assert (answer["description"], answer["importance"]) == ("Tea\n茶", 5)
    answer = program.patch(path, {"taken_at": "2020-01-02T03:04:05"}, "application/json").json()
    assert (answer["taken_at"], answer["date_source"]) == ("2020-01-02T03:04:05", "person")
    answer = program.patch(path, {"taken_at": None}, "application/json").json()
    assert (answer["taken_at"], answer["date_source"]) == (None, "person")
    photo.refresh_from_db()
    assert photo.revision == before + 4  # so that the index learns of each


def test_keeps_concurrent_change_of_another_field(program, store, owner, monkeypatch):
    photo = store()
    meanwhile = [{"description": "said meanwhile"}]

    def found(_photos: object, photo_id: int, *, user: object) -> Photo:
        known = Photo.objects.get(pk=photo_id)
        for changes in meanwhile:
            edit_photos(Photo.objects.filter(pk=photo_id), user=owner, **changes)
        meanwhile.clear()
        return known

    monkeypatch.setattr("gallery.models.photo.PhotoQuerySet.get_visible_or_404", found)
    program.patch(f"/api/v1/photos/{photo.pk}/", {"importance": 4}, "application/json")
    photo.refresh_from_db()
    assert (photo.importance, photo.description) == (4, "said meanwhile")


@pytest.mark.parametrize(
    "change",
    [
        {"importance": 6},
        {"importance": "3"},
        {"importance": True},
        {"importance": None},
        {"description": 5},
        {"description": "x" * 5001},
        {"description": "\0"},
        {"taken_at": "2020-01-02"},
        {"taken_at": 5},
    ],
)
def test_changes_nothing_when_change_is_invalid(program, store, change):
    photo = store()
    response = program.patch(f"/api/v1/photos/{photo.pk}/", change | {"importance": 9}, "application/json")
    assert response.status_code == 400
    response = program.patch(f"/api/v1/photos/{photo.pk}/", change, "application/json")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == list(change)
    assert list(Photo.objects.values_list("importance", "description", "taken_at")) == [(0, "", None)]


def test_moves_deleted_photo_to_trash(program, store):
    photo = store()
    assert program.delete(f"/api/v1/photos/{photo.pk}/").status_code == 204
    assert program.get(f"/api/v1/photos/{photo.pk}/").status_code == 404
    assert list(Photo.objects.trashed_by(photo.owner)) == [photo]


def test_reports_failed_step_and_retries_it(program, store):
    photo = store()
    StepAttempt.objects.create(
        photo=photo, step=Step.THUMBNAILS, version=str(THUMBNAIL_VERSION), attempts=MAX_ATTEMPTS, error="Out of order."
    )
    path = f"/api/v1/photos/{photo.pk}"
    (state,) = [step for step in program.get(f"{path}/processing/").json() if step["step"] == "thumbnails"]
    assert (state["state"], state["reason"]) == ("failed", "Out of order.")
    response = program.post(f"{path}/retry/", {"step": "thumbnails"}, "application/json")
    assert response.status_code == 202
    (state,) = [step for step in response.json() if step["step"] == "thumbnails"]
    assert state["state"] == "waiting"
    assert program.post(f"{path}/retry/", {"step": "cooking"}, "application/json").status_code == 400


def test_resumes_original_and_answers_304_for_known_copy(program, store):
    photo = store()
    path = f"/api/v1/photos/{photo.pk}/original/"
    whole = program.get(path)
    rest = program.get(path, headers={"Range": "bytes=10-"})
    assert rest.status_code == 206
    assert rest.getvalue() == whole.getvalue()[10:]
    assert program.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    beyond = program.get(path, headers={"Range": "bytes=99999-"})
    assert beyond.status_code == 416
    assert beyond["Content-Type"] == "application/problem+json"
    assert beyond["Content-Range"] == f"bytes */{photo.file_size}"


def test_counts_months_in_local_time_of_pictures(program, store, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    for taken_at in (datetime(2024, 5, 31, 23, 59, 59), datetime(2024, 6, 1), datetime(2024, 6, 30), None):
        photo = store()
        Photo.objects.filter(pk=photo.pk).update(taken_at=taken_at)
    assert program.get("/api/v1/timeline/buckets/").json() == [
        {"month": "2024-06", "count": 2},
        {"month": "2024-05", "count": 1},
        {"month": None, "count": 1},
    ]


def test_returns_account_with_storage_and_scopes(program, store, owner):
    photo = store()
    account = program.get("/api/v1/account/").json()
    assert account["username"] == owner.username
    assert (account["photos"], account["bytes"]) == (1, photo.file_size)
    assert "photo:read" in account["scopes"]
    assert (account["stored_bytes"], account["quota"]) == (photo.file_size, None)
    move_to_trash(Photo.objects.all(), user=owner)
    Account.objects.update(quota=5)
    account = program.get("/api/v1/account/").json()
    assert [account[name] for name in ("bytes", "stored_bytes", "quota")] == [0, photo.file_size, 5]


def test_lists_sources_of_photo(program, store, owner):
    photo = store()
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=["/a"])
    PhotoSource.objects.create(photo=photo, path="/a/b.png", is_copy=False, job=job, albums=["Tea"], conversation="C2C")
    first, second = program.get(f"/api/v1/photos/{photo.pk}/sources/").json()
    assert (first["path"], first["import_id"], first["is_copy"]) == ("upload", None, True)
    assert (second["path"], second["import_id"], second["is_copy"]) == ("a/b.png", job.pk, False)
    assert (second["albums"], second["conversation"]) == (["Tea"], "C2C")
