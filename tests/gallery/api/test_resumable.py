"""Uploads in pieces over the API; tests/gallery/views/test_tus.py tests the protocol itself."""

from base64 import b64encode
from hashlib import sha256

import pytest
from django.contrib.auth.models import User

from gallery.api.resumable import UploadResult
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import Photo
from gallery.photos.trash import move_to_trash
from tests.drawing import picture
from tests.factories import ApiClient

UPLOADS = "/api/v1/photos/uploads/"


def begin(program, size, **metadata: str):
    answer = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in metadata.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": answer}
    return program.post(UPLOADS, b"", PIECE_TYPE, headers=headers)


def send(program, address, offset, data, **headers: str):
    sent = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)} | headers
    return program.patch(address, data, PIECE_TYPE, headers=sent)


def test_resumes_upload_after_lost_connection(program, owner):
    data = picture(1)
    response = begin(program, len(data), filename="茶.png", sha256=sha256(data).hexdigest())
    assert response.status_code == 201
    address = response["Location"]
    assert address.startswith(f"http://testserver{UPLOADS}")
    assert send(program, address, 0, data[:20]).status_code == 204
    answer = program.head(address, headers={"Tus-Resumable": "1.0.0"})
    assert (answer.status_code, answer["Upload-Offset"], answer["Upload-Length"]) == (200, "20", str(len(data)))
    response = send(program, address, 20, data[20:], Accept="application/json")
    photo = Photo.objects.get()
    assert (response.status_code, response.json()["id"], response.json()["status"]) == (200, photo.pk, "created")
    assert (photo.filename, photo.owner, photo.path.read_bytes()) == ("茶.png", owner, data)


@pytest.mark.parametrize(
    ("modified_at", "date"),
    [
        ("2010-05-01T18:30:00.123Z", "2010-05-01T18:30:00.123000+00:00"),
        ("2010-05-01T18:30:00+02:00", "2010-05-01T16:30:00+00:00"),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("", None),
    ],
)
def test_keeps_modification_time_of_the_file(program, modified_at, date):
    data = picture(1)
    address = begin(program, len(data), filename="tea.png", modified_at=modified_at)["Location"]
    assert send(program, address, 0, data).status_code == 204
    photo = Photo.objects.get()
    written = photo.sources.get().modified_at
    assert (written and written.isoformat()) == date
    assert photo.date_source == ("file" if date else "")


@pytest.mark.parametrize("modified_at", ["yesterday", "2010-05-01T18:30:00", "1272738600", "2010-13-01T00:00:00Z"])
def test_refuses_what_is_no_time(program, modified_at):
    response = begin(program, 10, modified_at=modified_at)
    assert response.status_code == 400
    assert "2024-05-01T18:30:00Z" in response.json()["detail"]


def test_answers_last_piece_as_in_schema(program, owner):
    data = picture(1)
    for status in ("created", "duplicate", "restored"):
        if status == "restored":
            move_to_trash(Photo.objects.all(), user=owner)
        address = begin(program, len(data))["Location"]
        answer = send(program, address, 0, data, Accept="application/json").json()
        assert answer["status"] == status
        assert set(answer) == set(UploadResult().fields)
        assert UploadResult(data=answer).is_valid()


@pytest.mark.parametrize(
    ("offset", "headers", "data", "status"),
    [
        (5, {}, b"x", 409),
        (0, {"Tus-Resumable": "0.2.2"}, b"x", 412),
        (0, {"Upload-Offset": "x"}, b"x", 400),
        (0, {}, b"no picture", 415),
    ],
)
def test_answers_refusals_with_problems(program, offset, headers, data, status):
    address = begin(program, 10)["Location"]
    response = send(program, address, offset, data, **headers)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    if status == 409:
        assert response["Upload-Offset"] == "0"
    assert not Photo.objects.exists()


def test_refuses_large_file_before_first_piece(program, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = begin(program, 1001)
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_hides_upload_of_other_user(program):
    address = begin(program, 10)["Location"]
    stranger = ApiClient(User.objects.create_user("stranger"))
    assert send(stranger, address, 0, b"x").status_code == 404
    tus = {"Tus-Resumable": "1.0.0"}
    assert stranger.head(address, headers=tus).status_code == 404
    assert stranger.delete(address, headers=tus).status_code == 404
    assert program.delete(address, headers=tus).status_code == 204
    assert program.head(address, headers=tus).status_code == 404
