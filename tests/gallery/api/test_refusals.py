"""Refusals of the API: each kind has one status and type at every door."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.access.problems import TYPE_PREFIX
from gallery.access.tokens import Scope
from gallery.account import Account
from gallery.models import Photo
from tests.drawing import picture
from tests.factories import ApiClient

UPLOAD, UPLOADS = "/api/v1/photos/upload/", "/api/v1/photos/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


def in_a_form(program: ApiClient, data: bytes, sha256: str = "") -> Any:
    headers = {"X-Checksum-SHA256": sha256} if sha256 else {}
    return program.post(UPLOAD, {"file": SimpleUploadedFile("a.png", data)}, headers=headers)


def as_bare_bytes(program: ApiClient, data: bytes, sha256: str = "") -> Any:
    headers = {"X-Checksum-SHA256": sha256} if sha256 else {}
    return program.generic("POST", UPLOAD, data, "application/octet-stream", headers=headers)


def in_pieces(program: ApiClient, data: bytes, sha256: str = "") -> Any:
    named = {"Upload-Metadata": f"sha256 {b64encode(sha256.encode()).decode()}"} if sha256 else {}
    headers = TUS | named | {"Upload-Length": str(len(data))}
    begun = program.generic("POST", UPLOADS, headers=headers)
    if begun.status_code != 201:
        return begun
    half = len(data) // 2
    program.generic("PATCH", begun["Location"], data[:half], PIECE, headers=TUS | {"Upload-Offset": "0"})
    return program.generic("PATCH", begun["Location"], data[half:], PIECE, headers=TUS | {"Upload-Offset": str(half)})


def with_the_first_piece(program: ApiClient, data: bytes, sha256: str = "") -> Any:
    named = {"Upload-Metadata": f"sha256 {b64encode(sha256.encode()).decode()}"} if sha256 else {}
    return program.generic("POST", UPLOADS, data, PIECE, headers=TUS | named | {"Upload-Length": str(len(data))})


DOORS = [in_a_form, as_bare_bytes, in_pieces, with_the_first_piece]
WRONG = hashlib.sha256(b"something else").hexdigest()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("data", "sha256", "status", "kind"),
    [
        (picture(1), "", 413, "quota-exceeded"),
        (b"x" * 2000, "", 413, "too-large"),
        (b"no picture", "", 415, "unsupported-media-type"),
        (picture(1), WRONG, 400, "checksum-mismatch"),
        (picture(1), WRONG.upper(), 400, "checksum-mismatch"),
        (picture(1), b64encode(bytes.fromhex(WRONG)).decode(), 400, "checksum-mismatch"),
        (picture(1), "x" * 64, 400, "bad-request"),
    ],
    ids=["quota", "size", "text", "checksum", "in capitals", "in base64", "no checksum"],
)
def test_has_one_type_at_every_door(program, owner, settings, door: Callable[..., Any], data, sha256, status, kind):
    settings.MAX_UPLOAD_BYTES = 1000
    if kind == "quota-exceeded":
        Account.objects.create(owner=owner, quota=10)
    response = door(program, data, sha256)
    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), body
    # A malformed header is named in the field if there is one, otherwise in the sentence.
    assert body["type"] in (
        {f"{TYPE_PREFIX}{kind}", f"{TYPE_PREFIX}invalid"} if kind == "bad-request" else {f"{TYPE_PREFIX}{kind}"}
    )
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", UPLOAD),
        ("POST", UPLOADS),
        ("POST", "/api/v1/imports/archive/"),
        ("POST", "/api/v1/imports/uploads/"),
        ("POST", "/api/v1/saved-searches/"),
        ("POST", "/api/v1/search/by-picture/"),
    ],
)
@pytest.mark.parametrize("with_gate", [True, False])
def test_refuses_body_without_length(program, settings, method, path, with_gate):
    if not with_gate:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("BodyLimitMiddleware")]
        program.handler.load_middleware()
    response = program.generic(
        method,
        path,
        headers=TUS | {"Upload-Length": "3"},
        **{"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": BytesIO(b"abc")},
    )
    assert (response.status_code, response.json()["type"]) == (411, f"{TYPE_PREFIX}length-required")


def test_refuses_piece_without_length(program):
    address = program.generic("POST", UPLOADS, headers=TUS | {"Upload-Length": "9"})["Location"]
    response = program.generic(
        "PATCH",
        address,
        headers=TUS | {"Upload-Offset": "0"},
        CONTENT_TYPE=PIECE,
        HTTP_TRANSFER_ENCODING="chunked",
        CONTENT_LENGTH="",
    )
    assert response.status_code == 411
    assert response["Tus-Resumable"] == "1.0.0"


def test_names_missing_scope(owner):
    body = ApiClient(owner, Scope.SEARCH).get("/api/v1/photos/").json()
    assert (body["status"], body["scope"], "photo:read" in body["detail"]) == (403, "photo:read", True)
    assert "scope" not in Client().get("/api/v1/photos/").json()


def test_names_no_scope_that_would_not_help(owner):
    body = ApiClient(owner).get("/api/v1/users/").json()
    assert (body["status"], "scope" in body) == (403, False)


def test_answers_with_remaining_requests(program, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [program.get("/api/v1/account/") for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit"].partition(";t=")[0] for answer in answers] == [f'"minute";r={n}' for n in (2, 1, 0, 0)]
    assert all(answer["RateLimit-Policy"] == '"minute";q=3;w=60' for answer in answers)
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_schema_does_not_count_user_as_anonymous(owner, settings):
    settings.API_ANONYMOUS_PER_MINUTE = 1
    client = Client()
    client.force_login(owner)
    assert [client.get("/api/v1/schema/").status_code for _time in range(3)] == [200] * 3
    assert [Client().get("/api/v1/schema/").status_code for _time in range(2)] == [200, 429]
