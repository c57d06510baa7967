"""Uploads over the API: new, known and refused files, and bodies that are not read."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.albums.making import make_album
from gallery.api.uploads import UploadAnswer
from gallery.models import AlbumPhoto, Photo, PhotoSource
from gallery.photos.trash import move_to_trash
from tests.drawing import picture
from tests.factories import ApiClient

UPLOAD = "/api/v1/photos/upload/"
CHECK = "/api/v1/photos/upload-check/"
HEADERS = {"X-Checksum-MD5": "md5", "X-Checksum-SHA1": "sha1", "X-Checksum-SHA256": "sha256"}


class Unread(BytesIO):
    """Body that fails the test when it is read."""

    def read(self, *_args: int) -> bytes:
        raise AssertionError("the body was read")


def send(program, data: bytes, content_type: str = "application/octet-stream", **headers: str):
    return program.generic("POST", UPLOAD, data, content_type=content_type, headers=headers)


def digest(name: str, data: bytes) -> str:
    return hashlib.new(name, data).hexdigest()


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/png", "image/heic"])
def test_stores_bare_body_under_name_in_header(program, owner, content_type):
    response = send(program, picture(1), content_type, **{"X-Filename": quote("红 1.png")})
    assert response.status_code == 201, response.content
    photo = Photo.objects.get()
    assert response.json()["status"] == "created"
    assert response.json()["photo"]["id"] == photo.pk
    assert response["Location"] == f"/api/v1/photos/{photo.pk}/"
    assert (photo.owner, photo.filename, photo.path.read_bytes()) == (owner, "红 1.png", picture(1))


def test_stores_file_of_form(program):
    response = program.post(UPLOAD, {"file": SimpleUploadedFile("红.png", picture(1))})
    assert response.status_code == 201
    assert Photo.objects.get().filename == "红.png"


def test_stores_modification_time(program):
    sent = {"file": SimpleUploadedFile("a.png", picture(1)), "modified_at": "2010-05-01T18:30:00+08:00"}
    assert program.post(UPLOAD, sent).status_code == 201
    assert send(program, picture(2), **{"X-Modified-At": "2011-05-01T18:30:00Z"}).status_code == 201
    assert list(PhotoSource.objects.order_by("pk").values_list("modified_at", flat=True)) == [
        datetime(2010, 5, 1, 10, 30, tzinfo=UTC),
        datetime(2011, 5, 1, 18, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize("text", ["yesterday", "2010-05-01", "1e9"])
def test_refuses_unreadable_modification_time(program, text):
    sent = {"file": SimpleUploadedFile("a.png", picture(1)), "modified_at": text}
    response = program.post(UPLOAD, sent)
    assert response.status_code == 400
    assert "2024-05-01T18:30:00Z" in str(response.json()["errors"])
    assert send(program, picture(1), **{"X-Modified-At": text}).status_code == 400
    assert not Photo.objects.exists()


def test_answers_same_bytes_with_duplicate(program):
    first = send(program, picture(1)).json()
    response = send(program, picture(1), **{"X-Filename": "other.png"})
    assert response.status_code == 200
    assert response.json() == first | {"status": "duplicate"}
    assert Photo.objects.count() == 1


def test_restores_photo_from_trash_for_same_bytes(program, store, owner):
    photo = store(picture(1))
    move_to_trash(Photo.objects.all(), user=owner)
    response = send(program, picture(1), **{"X-Checksum-SHA256": photo.sha256})
    assert (response.status_code, response.json()["status"]) == (200, "restored")
    assert UploadAnswer(data=response.json()).is_valid()
    assert Photo.objects.visible_to(owner).get().pk == response.json()["photo"]["id"] == photo.pk


@pytest.mark.parametrize(("header", "name"), HEADERS.items())
def test_reads_no_byte_of_known_checksum(program, store, header, name):
    photo = store(picture(1))
    response = program.generic(
        "POST", UPLOAD, content_type="application/octet-stream", CONTENT_LENGTH="1000",
        headers={header: digest(name, picture(1)).upper()}, **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert response.status_code == 200
    assert response.json()["photo"]["id"] == photo.pk


def test_accepts_known_bytes_when_file_is_lost(program, store):
    photo = store(picture(1))
    photo.path.unlink()
    response = send(program, picture(1), **{"X-Checksum-SHA256": photo.sha256})
    assert response.status_code == 200
    assert photo.path.read_bytes() == picture(1)


def test_hides_bytes_of_other_users(program, store, django_user_model):
    other = django_user_model.objects.create_user("other")
    photo = store(picture(1), owner=other)
    assert send(program, picture(1), **{"X-Checksum-MD5": photo.md5}).status_code == 201


@pytest.mark.parametrize(("header", "name"), HEADERS.items())
def test_refuses_bytes_that_differ_from_checksum(program, header, name):
    response = send(program, picture(1), **{header: digest(name, picture(2))})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:photosearch:problem:checksum-mismatch"
    assert not Photo.objects.exists()
    assert send(program, picture(1), **{header: digest(name, picture(1))}).status_code == 201


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", "application/octet-stream", 400),
        (b"words", "application/octet-stream", 415),
        (b"<svg/>", "image/svg+xml", 415),
        (b"{}", "application/json", 415),
        (picture(size=(300, 200)), "image/png", 413),
        (picture(size=(10, 10)) + b"\0" * 2000, "image/png", 413),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400),
        (b"nonsense", "multipart/form-data", 400),
    ],
    ids=["empty", "words", "svg", "json", "pixels", "bytes", "no file", "no boundary"],
)
def test_distinguishes_too_large_from_unsupported(program, settings, media_root, data, content_type, status):
    settings.MAX_IMAGE_PIXELS, settings.MAX_UPLOAD_BYTES = 50_000, 2000
    response = send(program, data, content_type)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    assert not Photo.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_refuses_large_body_without_reading_it(program, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = program.generic(
        "POST", UPLOAD, content_type="application/octet-stream", CONTENT_LENGTH=str(10**9), **{"wsgi.input": Unread()}
    )
    assert response.status_code == 413


def test_refuses_large_file_in_form(program, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = program.post(UPLOAD, {"file": SimpleUploadedFile("big.png", b"x" * 5000)})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "headers", [{"X-Checksum-MD5": "0" * 31}, {"X-Checksum-SHA1": "x" * 40}, {"X-Filename": "a\x7fb"}]
)
def test_names_invalid_header(program, headers):
    response = send(program, picture(1), **headers)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == list(headers)


def test_checks_many_checksums_at_once(program, store, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    photo = store(picture(1))
    files = [
        {"id": "a", "checksum": photo.md5},
        {"id": "b", "checksum": photo.sha1.upper()},
        {"id": "c", "checksum": photo.sha256, "file_size": 10**6},
        {"id": "d", "checksum": "0" * 64},
        {"id": " e", "checksum": "0" * 32, "file_size": 1001},
    ]
    response = program.post(CHECK, {"files": files}, "application/json")
    assert response.status_code == 200
    known = {"action": "reject", "reason": "duplicate", "photo_id": photo.pk}
    assert response.json()["results"] == [
        {"id": "a", **known},
        {"id": "b", **known},
        {"id": "c", **known},
        {"id": "d", "action": "accept", "reason": None, "photo_id": None},
        {"id": " e", "action": "reject", "reason": "too-large", "photo_id": None},
    ]


def test_names_position_of_invalid_check(program):
    response = program.post(CHECK, {"files": [{"id": "a", "checksum": "0" * 32}, {"id": 5}]}, "application/json")
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"files.1.id", "files.1.checksum"}
    checked = program.post(CHECK, {"files": [{"id": "a", "checksum": "0" * 32, "size": 5}]}, "application/json")
    assert [error["field"] for error in checked.json()["errors"]] == ["files.0.size"]
    many = [{"id": "a", "checksum": "0" * 32}] * 1001
    assert program.post(CHECK, {"files": many}, "application/json").status_code == 400


@pytest.mark.parametrize("scopes", [["upload"], ["upload", "search"], ["upload", "photo:write"]])
def test_hides_known_photo_from_token_without_read_scope(owner, store, scopes):
    photo = store(picture(1), filename="secret party.png")
    Photo.objects.update(description="nightingale", metadata={"artist": "nightingale", "latitude": 1.5})
    sha256 = Photo.objects.get().sha256
    for body in (b"", picture(1), picture(2)):
        headers = {"X-Checksum-SHA256": sha256} if body != picture(2) else {}
        response = ApiClient(owner, *scopes).post(
            "/api/v1/photos/upload/", body, content_type="application/octet-stream", headers=headers
        )
        assert response.status_code == (200 if headers else 201)
        answer = response.json()
        assert set(answer) == {"status", "id", "photo"}
        assert answer["photo"] is None
        assert (answer["id"] == photo.pk) == bool(headers)
        assert response["Location"] == f"/api/v1/photos/{answer['id']}/"
        assert "nightingale" not in str(response.headers) + response.content.decode()
    shown = ApiClient(owner, "upload", "photo:read").post(
        "/api/v1/photos/upload/", b"", content_type="application/octet-stream", headers={"X-Checksum-SHA256": sha256}
    )
    assert shown.json()["photo"]["description"] == "nightingale"


def test_adds_new_and_known_photo_to_own_album(program, owner, media_root, broker):
    album = make_album("Trip", owner=owner)
    theirs = make_album("Secret", owner=User.objects.create_user("stranger"))
    address, data = f"{UPLOAD}?album={album.pk}", picture(5)
    known = {"X-Checksum-SHA256": hashlib.sha256(data).hexdigest()}
    photo = program.post(UPLOAD, data, content_type="image/png").json()["id"]
    assert program.post(f"{UPLOAD}?album={theirs.pk}", data, content_type="image/png").status_code == 404
    assert program.post(f"{UPLOAD}?album={theirs.pk}", data, content_type="image/png", headers=known).status_code == 404
    assert program.post(f"{UPLOAD}?album=x", data, content_type="image/png").status_code == 400
    assert not AlbumPhoto.objects.exists()
    answer = program.post(address, data, content_type="image/png", headers=known).json()
    assert (answer["status"], answer["photo"]["albums"]) == ("duplicate", [{"id": album.pk, "name": "Trip"}])
    new = program.post(address, picture(6), content_type="image/png").json()["id"]
    assert set(album.memberships.values_list("photo", flat=True)) == {photo, new}
