"""Uploads in pieces from the page, with any tus 1.0 client."""

import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.account import Account
from gallery.models import PartialUpload, Photo
from gallery.photos.trash import move_to_trash
from gallery.storage.partial_uploads import open_upload
from tests.drawing import picture
from tests.tus import PIECE, TUS, begin_upload, offset_of, send_piece


@pytest.fixture
def client(media_root, client: Client, owner: User) -> Client:
    """A client logged in as the owner, with a separate media folder."""
    client.force_login(owner)
    return client


def test_describes_supported_protocol(client):
    response = client.options("/uploads")
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert "creation" in response["Tus-Extension"].split(",")
    assert int(response["Tus-Max-Size"]) > 0


def test_stores_picture_sent_in_pieces(client, owner, media_root):
    data = picture(1)
    response = begin_upload(client, len(data), filename="红色.png")
    assert response.status_code == 201
    assert response["Upload-Expires"].endswith("GMT")
    address = response["Location"]
    assert offset_of(client, address) == "0"
    for start in range(0, len(data), 50):
        response = send_piece(client, address, start, data[start : start + 50])
        assert response.status_code == 204
        assert response["Upload-Offset"] == str(min(start + 50, len(data)))
        assert not response.content
    photo = Photo.objects.get()
    assert (photo.owner, photo.filename) == (owner, "红色.png")
    assert photo.path.read_bytes() == data
    assert not [path for path in (media_root / "partial").iterdir() if path.stat().st_size]


def test_reports_result_after_last_piece(client):
    data = picture(1)
    outcome = begin_upload(client, len(data), body=data, accept="application/json", filename="a.png")
    photo = Photo.objects.get()
    assert outcome.status_code == 201
    assert outcome.json() == {"id": photo.pk, "status": "created", "url": f"/photos/{photo.pk}"}
    # The answer may get lost: an empty piece after the last asks for it again.
    again = send_piece(client, outcome["Location"], len(data), b"", accept="application/json")
    assert again.json() == outcome.json()
    assert offset_of(client, outcome["Location"]) == str(len(data))

    address = begin_upload(client, len(data), body=data[:10], filename="b.png")["Location"]
    response = send_piece(client, address, 10, data[10:], accept="application/json")
    assert response.json() == outcome.json() | {"status": "duplicate"}

    move_to_trash(Photo.objects.all(), user=photo.owner)
    address = begin_upload(client, len(data), body=data, filename="c.png")["Location"]
    for _asked in range(2):
        answer = send_piece(client, address, len(data), b"", accept="application/json")
        assert answer.json() == outcome.json() | {"status": "restored"}


def test_keeps_bytes_before_lost_connection(client):
    data = picture(1)
    address = begin_upload(client, len(data), filename="a.png")["Location"]

    class Breaking(BytesIO):
        def read(self, *_args: int) -> bytes:
            if self.tell():
                raise OSError("connection reset")
            return super().read(40)

    response = client.generic(
        "PATCH", address, headers=TUS | {"Upload-Offset": "0"},
        **{"CONTENT_TYPE": PIECE, "CONTENT_LENGTH": str(len(data)), "wsgi.input": Breaking(data)},
    )  # fmt: skip
    assert response["Upload-Offset"] == "40"
    assert offset_of(client, address) == "40"
    send_piece(client, address, 40, data[40:])
    assert Photo.objects.get().path.read_bytes() == data


def test_finishes_upload_after_crash(client):
    data = picture(1)
    address = begin_upload(client, len(data), filename="a.png")["Location"]
    with open_upload(PartialUpload.objects.get()) as file:
        file.write(data)
    assert offset_of(client, address) == str(len(data))
    assert not Photo.objects.exists()
    assert send_piece(client, address, len(data), b"", accept="application/json").json()["status"] == "created"


def test_refuses_piece_out_of_order(client):
    address = begin_upload(client, 100, body=b"x" * 10)["Location"]
    response = send_piece(client, address, 20, b"y")
    assert (response.status_code, response["Upload-Offset"]) == (409, "10")
    assert offset_of(client, address) == "10"


def test_refuses_piece_while_another_is_written(client):
    address = begin_upload(client, 100, body=b"x" * 10)["Location"]
    with open_upload(PartialUpload.objects.get()):
        assert send_piece(client, address, 10, b"y").status_code == 423


def test_ignores_bytes_beyond_announced_size(client):
    address = begin_upload(client, len(picture(1)), filename="a.png")["Location"]
    send_piece(client, address, 0, picture(1) + b"more")
    assert Photo.objects.get().path.read_bytes() == picture(1)


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [(b"", 400, "This file is empty."), (b"words", 415, "This file is not a picture")],
    ids=["empty", "no picture"],
)
def test_refuses_other_file_when_complete(client, data, status, sentence):
    response = begin_upload(client, len(data), body=data, filename="a.png")
    assert response.status_code == status
    assert sentence in response.json()["detail"]
    again = send_piece(client, response["Location"], len(data), b"")
    assert (again.status_code, again.json()) == (status, response.json())


def test_refuses_announced_size_over_limit(client, settings):
    response = begin_upload(client, settings.MAX_UPLOAD_BYTES + 1)
    assert response.status_code == 413
    assert "too large" in response.json()["detail"]
    assert not PartialUpload.objects.exists()


def test_refuses_announced_size_over_quota(client, owner):
    Account.objects.create(owner=owner, quota=1000)
    assert begin_upload(client, 1000).status_code == 201
    response = begin_upload(client, 1001)
    assert response.status_code == 413
    assert "Not enough space: your quota is" in response.json()["detail"]


def test_refuses_file_with_other_checksum(client):
    sent, arrived = picture(1), picture(2)
    sha256 = hashlib.sha256(sent).hexdigest()
    response = begin_upload(client, len(arrived), body=arrived, filename="a.png", sha256=sha256)
    assert (response.status_code, response.json()["detail"]) == (400, "This file arrived damaged. Send it again.")
    assert not Photo.objects.exists()


def test_cancels_upload(client):
    address = begin_upload(client, 100, body=b"x")["Location"]
    path = PartialUpload.objects.get().path
    assert client.delete(address, headers=TUS).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404
    assert not path.exists()


def test_refuses_other_protocol_version(client):
    response = client.post("/uploads", headers={"Tus-Resumable": "0.2.2"})
    assert (response.status_code, response["Tus-Version"]) == (412, "1.0.0")
    address = begin_upload(client, 100)["Location"]
    assert client.head(address).status_code == 412


@pytest.mark.parametrize("headers", [{"Upload-Length": "-1"}, {"Upload-Length": "x"}, {}])
def test_refuses_length_that_is_not_a_number(client, headers):
    assert client.post("/uploads", headers=TUS | headers).status_code == 400


def test_refuses_metadata_that_is_not_base64(client):
    headers = TUS | {"Upload-Length": "1", "Upload-Metadata": "filename !"}
    assert client.post("/uploads", headers=headers).status_code == 400


def test_hides_uploads_of_others(client):
    address = begin_upload(client, 100, body=b"x" * 10)["Location"]
    client.force_login(User.objects.create_user("other"))
    assert client.head(address, headers=TUS).status_code == 404
    assert send_piece(client, address, 10, b"y").status_code == 404
    assert client.delete(address, headers=TUS).status_code == 404
    assert client.head(f"/uploads/{uuid4()}", headers=TUS).status_code == 404


def test_refuses_upload_from_other_site(media_root, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert begin_upload(client, 10).status_code == 403
    client.get("/upload")
    token = client.cookies["csrftoken"].value
    headers = TUS | {"Upload-Length": "10", "X-CSRFToken": token}
    assert client.generic("POST", "/uploads", headers=headers).status_code == 201


def test_finds_known_files_and_unfinished_uploads(client, store, owner):
    photo = store(picture(1))
    part, unknown = "b" * 64, "c" * 64
    address = begin_upload(client, 100, body=b"x", sha256=part)["Location"]
    other = User.objects.create_user("other")
    theirs = store(picture(2), owner=other)
    body = {"checksums": [photo.sha256, part, unknown, theirs.sha256]}
    answer = client.post("/uploads/known", body, content_type="application/json").json()
    assert answer["known"] == {photo.sha256: f"/photos/{photo.pk}"}
    assert list(answer["partial"]) == [part]
    assert address.endswith(answer["partial"][part])

    photo.path.unlink()
    answer = client.post("/uploads/known", body, content_type="application/json").json()
    assert answer["known"] == {}, "sending it again repairs it"


@pytest.mark.parametrize("body", ["", "[]", '{"checksums": "x"}', '{"checksums": [1]}', '{"checksums": ["xyz"]}'])
def test_refuses_malformed_list_of_checksums(client, body):
    assert client.post("/uploads/known", body, content_type="application/json").status_code == 400
