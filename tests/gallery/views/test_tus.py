"""tus 1.0 at the addresses of pages and of the API."""

import hashlib
from base64 import b64encode

import pytest
from django.test import Client

from gallery.models import PartialUpload, Photo
from tests.drawing import picture
from tests.factories import ApiClient

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"
PLACES = {
    "page": ("/uploads", False),
    "page, archives": ("/imports/uploads", True),
    "api": ("/api/v1/photos/uploads/", False),
    "api, archives": ("/api/v1/imports/uploads/", True),
}


@pytest.fixture(params=list(PLACES))
def place(request, media_root, owner) -> tuple[Client, str, bool]:
    """A logged-in client, the address where uploads begin, and whether they are archives."""
    address, is_archive = PLACES[request.param]
    if address.startswith("/api/"):
        return ApiClient(owner), address, is_archive
    client = Client()
    client.force_login(owner)
    return client, address, is_archive


def begin(client, address, size=10, body=b"", content_type="", **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic("POST", address, body, content_type, headers=TUS | {"Upload-Length": str(size)} | named)


def send(client, address, offset, body, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    headers = TUS | {"Upload-Offset": str(offset)} | named
    return client.generic("PATCH", address, body, headers=headers, CONTENT_TYPE=PIECE)


def test_answers_options_without_login(place, settings):
    client, address, is_archive = place
    upload = begin(client, address)["Location"]
    for target in (address, upload):
        response = Client().options(target)
        assert response.status_code == 204
        assert response["Tus-Version"] == "1.0.0"
        assert set(response["Tus-Extension"].split(",")) == {
            *("creation", "creation-with-upload", "expiration", "termination", "checksum")
        }
        assert {"sha1", "sha256"} <= set(response["Tus-Checksum-Algorithm"].split(","))
        limit = settings.MAX_ARCHIVE_BYTES if is_archive else settings.MAX_UPLOAD_BYTES
        assert response["Tus-Max-Size"] == str(limit)


def test_applies_method_override_to_post(place):
    client, address, _is_archive = place
    upload = begin(client, address)["Location"]
    override = {"X-HTTP-Method-Override": "patch", "Upload-Offset": "0"}
    response = client.generic("POST", upload, b"PK", PIECE, headers=TUS | override)
    assert (response.status_code, response["Upload-Offset"]) == (204, "2")
    told = client.generic("POST", upload, headers=TUS | {"X-HTTP-Method-Override": "HEAD"})
    assert (told.status_code, told["Upload-Offset"], told["Cache-Control"]) == (200, "2", "no-store")
    forgotten = client.generic("POST", upload, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
    assert forgotten.status_code == 204
    assert not PartialUpload.objects.exists()


def test_overrides_only_post(place):
    client, address, _is_archive = place
    upload = begin(client, address)["Location"]
    response = client.get(upload, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
    assert response.status_code == 405
    assert PartialUpload.objects.exists()


def test_sends_version_in_every_answer(place):
    client, address, _is_archive = place
    upload = begin(client, address)["Location"]
    for response in (
        client.get(upload),
        client.head(upload, headers=TUS),
        client.head(upload.replace(upload.strip("/")[-5:], "00000"), headers=TUS),
        client.post(address, headers=TUS),
        client.generic("POST", address, b"x", "text/plain", headers=TUS | {"Upload-Length": "5"}),
        send(client, upload, 5, b"x"),
        send(client, upload, 0, b"x", Tus_Resumable="0.2.2"),
    ):
        assert response["Tus-Resumable"] == "1.0.0", response
    assert send(client, upload, 0, b"x", Tus_Resumable="0.2.2")["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Defer_Length": "1"},
        {"Upload_Concat": "partial"},
        {"Upload_Metadata": "filename !"},
        {"Upload_Metadata": "filename YQ==,filename Yg=="},
        {"Upload_Metadata": ",filename YQ=="},
        {"Upload_Checksum": "crc32 AAAAAA=="},
        {"Upload_Checksum": "sha1 AAAA"},
        {"Upload_Length": "-1"},
        {"Upload_Length": "1e3"},
    ],
)
def test_refuses_unsupported_extension(place, headers):
    client, address, _is_archive = place
    assert begin(client, address, **headers).status_code == 400
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize("metadata", ["", "is_confidential", "path ,filename YS5wbmc=", "filename YS5wbmc= , x"])
def test_accepts_metadata_without_value_and_with_any_name(place, metadata):
    client, address, _is_archive = place
    assert begin(client, address, Upload_Metadata=metadata).status_code == 201


@pytest.mark.parametrize("sha256", ["xyz", "0" * 63])
def test_refuses_malformed_checksum(place, sha256):
    client, address, _is_archive = place
    told = f"sha256 {b64encode(sha256.encode()).decode()}"
    assert begin(client, address, Upload_Metadata=told).status_code == 400


def test_refuses_unsupported_checksum(place):
    client, address, is_archive = place
    told = f"sha256 {b64encode(b'0' * 64).decode()}"
    assert begin(client, address, Upload_Metadata=told).status_code == (400 if is_archive else 201)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_refuses_damaged_piece_and_keeps_nothing(place, algorithm):
    client, address, _is_archive = place
    upload = begin(client, address)["Location"]
    right = b64encode(hashlib.new(algorithm, b"PK\3\4").digest()).decode()
    damaged = send(client, upload, 0, b"PK\3\5", Upload_Checksum=f"{algorithm} {right}")
    assert (damaged.status_code, damaged.reason_phrase) == (460, "Checksum Mismatch")
    assert client.head(upload, headers=TUS)["Upload-Offset"] == "0"
    assert send(client, upload, 0, b"PK\3\4", Upload_Checksum=f"{algorithm} {right}")["Upload-Offset"] == "4"


def test_keeps_upload_with_damaged_first_piece(place):
    client, address, _is_archive = place
    response = begin(client, address, body=b"PK", content_type=PIECE, Upload_Checksum=f"md5 {'A' * 22}==")
    assert (response.status_code, response["Upload-Offset"]) == (460, "0")
    assert client.head(response["Location"], headers=TUS).status_code == 200


def test_refuses_body_of_another_type(place):
    client, address, _is_archive = place
    assert begin(client, address, body=b"x", content_type="image/png").status_code == 415
    upload = begin(client, address)["Location"]
    response = client.generic("PATCH", upload, b"x", "text/plain", headers=TUS | {"Upload-Offset": "0"})
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/json, text/plain, */*", 200),
        ("text/html;q=0.9, Application/JSON; charset=utf-8;q=0.3", 200),
        ("application/*", 200),
        ("*/*", 204),
        ("", 204),
        ("application/json;q=0", 204),
        ("text/html", 204),
    ],
)
@pytest.mark.parametrize("address", ["/uploads", "/api/v1/photos/uploads/"])
def test_sends_json_in_last_answer_when_accepted(media_root, owner, address, accept, status):
    client = ApiClient(owner)
    client.force_login(owner)
    data = picture(1)
    upload = begin(client, address, len(data))["Location"]
    response = send(client, upload, 0, data, Accept=accept)
    assert response.status_code == status
    if status == 200:
        assert response.json()["id"] == Photo.objects.get().pk
    else:
        assert not response.content


def test_sends_stranger_to_login(media_root, db):
    assert Client().post("/uploads", headers=TUS).status_code == 302
    assert Client().post("/api/v1/photos/uploads/", headers=TUS).status_code == 401


def test_refuses_method_override_from_another_site(media_root, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    upload = PartialUpload.objects.create(owner=owner, filename="a", size=5)
    for address in (f"/uploads/{upload.pk}", f"/api/v1/photos/uploads/{upload.pk}/"):
        response = client.generic("POST", address, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
        assert response.status_code == 403
    assert PartialUpload.objects.exists()
