"""Albums over the API: made, changed and deleted, their photos in order, and nothing of other users."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.access.tokens import Scope
from gallery.albums import making
from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Album, AlbumPhoto, Photo
from gallery.photos.trash import move_to_trash
from tests.factories import ApiClient, make_photos

pytestmark = pytest.mark.django_db
ALBUMS = "/api/v1/albums/"


@pytest.fixture
def photos(owner: User) -> list[Photo]:
    return make_photos(owner, 5)


@pytest.fixture
def stranger() -> User:
    return User.objects.create_user("stranger")


def send(program: ApiClient, path: str, body: Any, method: str = "post", **headers: str) -> Any:
    return getattr(program, method)(path, body, content_type="application/json", headers=headers)


def results(response: Any) -> dict[int, str]:
    assert response.status_code == 200, response.content
    return {verdict["id"]: verdict["result"] for verdict in response.json()["results"]}


def listed(program: ApiClient, album: str, *, page_size: int = 2) -> list[int]:
    """Return the ids of the photos on all pages."""
    found, query = [], {"page_size": str(page_size)}
    while True:
        page = program.get(f"{album}photos/", query).json()
        found += [photo["id"] for photo in page["results"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_makes_changes_and_deletes_album(program: ApiClient, owner: User, photos: list[Photo]) -> None:
    response = send(program, ALBUMS, {"name": " 成都\u200b ", "order": "oldest"})
    assert response.status_code == 201
    path, album = response["Location"], response.json()
    assert (album["name"], album["order"], album["photo_count"], album["cover"]) == ("成都", "oldest", 0, None)
    assert album["links"] == {"self": path, "photos": f"{path}photos/", "page": f"/albums/{album['id']}"}
    send(program, f"{path}photos/", {"photos": [photo.pk for photo in photos[:2]]})
    changed = send(program, path, {"description": "two\nlines", "cover": photos[0].pk}, "patch").json()
    assert (changed["description"], changed["cover"], changed["photo_count"]) == ("two\nlines", photos[0].pk, 2)
    assert send(program, path, {"cover": photos[4].pk}, "patch").json()["errors"][0]["field"] == "cover"
    assert program.get(ALBUMS).json()["results"] == [program.get(path).json()]
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404
    assert Photo.objects.visible_to(owner).count() == 5


def test_refuses_change_of_other_state(program: ApiClient, owner: User) -> None:
    path = f"{ALBUMS}{make_album('One', owner=owner).pk}/"
    tag = program.get(path)["ETag"]
    assert program.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert send(program, path, {"name": "Two"}, "patch", **{"If-Match": tag}).status_code == 200
    for method, body in (("patch", {"name": "Three"}), ("delete", {})):
        response = send(program, path, body, method, **{"If-Match": tag})
        assert response.status_code == 412
        assert response["Content-Type"] == "application/problem+json"
    assert Album.objects.get().name == "Two"


@pytest.mark.parametrize(
    "body",
    [{}, {"name": " "}, {"name": 5}, {"name": "x" * 201}, {"name": "a", "order": "x"}, {"name": "a", "cover": 1}],
    ids=["none", "blank", "number", "long", "order", "unknown field"],
)
def test_refuses_invalid_album(program: ApiClient, body: dict[str, Any]) -> None:
    assert send(program, ALBUMS, body).status_code == 400
    assert not Album.objects.exists()


def test_limits_number_of_albums(program: ApiClient, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MAX_ALBUMS", 1)
    make_album("One", owner=owner)
    assert send(program, ALBUMS, {"name": "Two"}).status_code == 409


def test_adds_removes_and_moves_photos(program: ApiClient, owner: User, photos: list[Photo], stranger: User) -> None:
    a, b, c, d, _e = (photo.pk for photo in photos)
    theirs, gone = make_photos(stranger, 1)[0].pk, 10**9
    path = f"{ALBUMS}{make_album('By hand', owner=owner, order='by_hand').pk}/"
    assert results(send(program, f"{path}photos/", {"photos": [b, a, theirs, gone]})) == {
        a: "added",
        b: "added",
        theirs: "unknown",
        gone: "unknown",
    }
    assert results(send(program, f"{path}photos/", {"photos": [a, c, d]})) == {
        a: "unchanged",
        c: "added",
        d: "added",
    }
    assert listed(program, path) == [a, b, c, d]
    moved = send(program, f"{path}photos/move/", {"photos": [d, c, theirs], "before": a})
    assert (moved.json()["count"], results(moved)) == (2, {d: "moved", c: "moved", theirs: "unknown"})
    assert listed(program, path) == [d, c, a, b]
    send(program, f"{path}photos/move/", {"photos": [c, d], "before": d})
    assert listed(program, path, page_size=1) == [c, d, a, b]
    send(program, f"{path}photos/move/", {"photos": [c, d]})
    assert listed(program, path) == [a, b, c, d]
    for before in (theirs, gone, photos[4].pk):
        refused = send(program, f"{path}photos/move/", {"photos": [c], "before": before})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "before")
    assert results(send(program, f"{path}photos/remove/", {"photos": [b, b, theirs, photos[4].pk]})) == {
        b: "removed",
        theirs: "unknown",
        photos[4].pk: "unchanged",
    }
    move_to_trash(Photo.objects.filter(pk=d), user=owner)
    assert listed(program, path) == [a, c]
    assert program.get(path).json()["photo_count"] == 2


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_lists_photos_by_date(program: ApiClient, owner: User, photos: list[Photo], order: str) -> None:
    album = make_album("By date", owner=owner, order=order)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    in_order = list(Photo.objects.order_by("dated_at", "pk").values_list("pk", flat=True))
    assert listed(program, f"{ALBUMS}{album.pk}/") == (in_order if order == "oldest" else in_order[::-1])


def test_photos_name_their_albums_by_one_query(
    program: ApiClient, owner: User, photos: list[Photo], stranger: User
) -> None:
    program.get("/api/v1/photos/")
    counts = []
    for size in (1, 5):
        for name in ("Tea", "Bee"):
            album = Album.objects.filter(name=name).first() or make_album(name, owner=owner)
            add_photos(album.pk, Photo.objects.filter(pk__in=[photo.pk for photo in photos[:size]]), user=owner)
        with CaptureQueriesContext(connection) as queries:
            page = program.get("/api/v1/photos/").json()
        counts.append(len(queries))
        assert [len(photo["albums"]) for photo in page["results"]] == [0] * (5 - size) + [2] * size
    assert counts[0] == counts[1]
    # No code adds a photo of one user to an album of another; if one did, it would not show.
    theirs = make_album("Secret", owner=stranger)
    AlbumPhoto.objects.create(album=theirs, photo=photos[0], by_hand=True)
    shown = program.get(f"/api/v1/photos/{photos[0].pk}/").json()["albums"]
    assert [album["name"] for album in shown] == ["Bee", "Tea"]


def test_hides_albums_of_others(program: ApiClient, owner: User, photos: list[Photo], stranger: User) -> None:
    theirs = make_album("Secret", owner=stranger)
    body = {"photos": [photos[0].pk]}
    requests = [("get", "", {}), ("patch", "", {"name": "x"}), ("delete", "", {}), ("get", "photos/", {})]
    requests += [("post", f"photos/{end}", body) for end in ("", "remove/", "move/")]
    for method, end, sent in requests:
        answers = [
            send(program, f"{ALBUMS}{number}/{end}", sent, method)
            if method != "get"
            else program.get(f"{ALBUMS}{number}/{end}")
            for number in (theirs.pk, theirs.pk + 1)
        ]
        assert [answer.status_code for answer in answers] == [404, 404], (method, end)
        assert answers[0].content == answers[1].content
    assert program.get(ALBUMS).json()["results"] == []
    assert not AlbumPhoto.objects.exists()


def test_needs_scopes(owner: User) -> None:
    path = f"{ALBUMS}{make_album('One', owner=owner).pk}/"
    reader = ApiClient(owner, Scope.PHOTO_READ)
    assert reader.get(path).status_code == 200
    assert send(reader, path, {"name": "x"}, "patch").status_code == 403
    assert ApiClient(owner, Scope.SEARCH).get(path).status_code == 403
