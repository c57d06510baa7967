"""Headers in the spellings of browsers, curl and libraries."""

import hashlib
from base64 import b64encode

import pytest

from gallery.models import Photo
from tests.drawing import picture

UPLOAD = "/api/v1/photos/upload/"


def path_of(photo: Photo, what: str = "original/") -> str:
    return f"/api/v1/photos/{photo.pk}/{what}"


@pytest.mark.parametrize("content_type", ["", "image/png", "application/octet-stream", "Image/PNG; charset=binary"])
def test_accepts_bare_bytes_with_any_picture_type_or_none(program, content_type):
    response = program.generic("POST", UPLOAD, picture(1), content_type="", CONTENT_TYPE=content_type)
    assert response.status_code == 201, response.content


@pytest.mark.parametrize(
    ("headers", "filename"),
    [
        ({"X-Filename": "%E7%A5%A8.png"}, "票.png"),
        ({"X-Filename": "my ticket.png"}, "my ticket.png"),
        ({"X-Filename": "票.png".encode().decode("latin-1")}, "票.png"),
        ({"X-Filename": "100%.png"}, "100%.png"),
        ({"Content-Disposition": 'attachment; filename="a b.png"'}, "a b.png"),
        ({"Content-Disposition": "attachment; filename=\"_.png\"; filename*=UTF-8''%E7%A5%A8.png"}, "票.png"),
        ({"Content-Disposition": "form-data"}, ""),
    ],
)
def test_reads_name_in_every_spelling(program, headers, filename):
    program.generic("POST", UPLOAD, picture(1), content_type="image/png", headers=headers)
    assert Photo.objects.get().filename.startswith(filename)


@pytest.mark.parametrize("name", ["sha256", "sha1", "md5"])
def test_accepts_checksum_in_either_case_or_base64(program, store, name):
    store(picture(1))
    digest = hashlib.new(name, picture(1))
    for value in (digest.hexdigest(), digest.hexdigest().upper(), b64encode(digest.digest()).decode()):
        response = program.generic("POST", UPLOAD, b"unread", "image/png", headers={f"X-Checksum-{name}": value})
        assert (response.status_code, response.json()["status"]) == (200, "duplicate")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{}", 304),
        ("W/{}", 304),
        ('"other", W/{}', 304),
        ('"a,b" , {}', 304),
        ("*", 304),
        ('"other"', 200),
        ("not quoted", 200),
        ("", 200),
    ],
)
@pytest.mark.parametrize("what", ["original/", "", "sources/"])
def test_answers_304_for_current_copy(program, store, what, header, status):
    path = path_of(store(), what)
    first = program.get(path)
    again = program.get(path, headers={"If-None-Match": header.format(first["ETag"])})
    assert (again.status_code, again["ETag"]) == (status, first["ETag"])
    if status == 304:
        assert not again.content


@pytest.mark.parametrize("what", ["original/", ""])
def test_answers_failed_condition_with_problem(program, store, what):
    response = program.get(path_of(store(), what), headers={"If-Match": '"other"'})
    assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
    assert "immutable" not in response.get("Cache-Control", "")
    assert response.json()["type"].endswith(":precondition-failed")


def test_refuses_change_after_another_change(program, store):
    path = path_of(store(), "")
    seen = program.get(path)["ETag"]
    first = program.patch(path, {"importance": 1}, "application/json", headers={"If-Match": seen})
    assert (first.status_code, first["ETag"]) == (200, program.get(path)["ETag"])
    for send in (program.patch, program.delete):
        late = send(path, {"importance": 2}, "application/json", headers={"If-Match": seen})
        assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
    assert program.get(path).json()["importance"] == 1
    weak = f"W/{first['ETag']}"
    assert program.patch(path, {"importance": 2}, "application/json", headers={"If-Match": weak}).status_code == 200


@pytest.mark.parametrize(
    ("header", "status", "length"),
    [
        ("bytes=0-9", 206, 10),
        ("Bytes = 0 - 9", 206, 10),
        ("bytes=\t0-9", 206, 10),
        ("bytes=0-99999999999999999999", 206, None),
        ("bytes=-10", 206, 10),
        ("bytes=99999999999999999999-", 416, None),
        ("bytes=0-1,3-4", 200, None),
        ("items=0-9", 200, None),
        ("bytes=9-0", 200, None),
        ("bytes=-", 200, None),
        ("", 200, None),
    ],
)
def test_reads_ranges_as_in_the_standard(program, store, header, status, length):
    response = program.get(path_of(store()), headers={"Range": header})
    assert response.status_code == status
    if length:
        assert response["Content-Length"] == str(length)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "image/png"),
        ("*/*", "image/png"),
        ("image/avif,image/webp,image/*;q=0.8,*/*;q=0.5", "image/png"),
        ("application/octet-stream", "application/octet-stream"),
        ("image/png;q=0.5, application/octet-stream", "application/octet-stream"),
        ("text/html", "image/png"),
    ],
)
def test_sends_file_in_its_own_type_or_as_octet_stream(program, store, accept, content_type):
    response = program.get(path_of(store()), headers={"Accept": accept})
    assert response["Content-Type"] == content_type
    assert "Accept" in response["Vary"]


def test_names_file_in_ascii_too(program, store):
    photo = store(filename='发票 "1" %41.png')
    disposition = program.get(path_of(photo))["Content-Disposition"]
    assert 'filename="__ _1_ _41.png"' in disposition
    assert "filename*=UTF-8''%E5%8F%91%E7%A5%A8%20%221%22%20%2541.png" in disposition


def test_head_has_the_headers_of_get(program, store):
    path = path_of(store())
    head, got = program.head(path), program.get(path)
    for name in ("ETag", "Content-Type", "Content-Disposition", "Accept-Ranges"):
        assert head[name] == got[name], name
