"""Bodies are refused by length and type before a byte is read, at every address, with and without a login."""

import errno
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from gallery.access import spooling
from gallery.access.body_limits import LIMITS, limited_paths
from gallery.intake import form_files
from gallery.intake.upload import UploadResult
from gallery.models import Arrival
from tests.drawing import picture
from tests.factories import ApiClient

FORM = "multipart/form-data; boundary=x"
TAKES_FORMS = {
    "/upload",
    "/share",
    "/search/picture",
    "/imports/new",
    "/api/v1/photos/upload/",
    "/api/v1/search/by-picture/",
}
HTML = {"Accept": "text/html"}
ONE_FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'


class Unread(BytesIO):
    """A body that fails the test when it is read."""

    def read(self, *_args: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(client: Client, path: str, length: int, *, kind: str = FORM, method: str = "POST", **options: Any) -> Any:
    """Announce a body of `length` bytes that must not be read."""
    extra = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(length), "wsgi.input": Unread()}
    return client.generic(method, path, **extra, **options)


def paths(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """Return one path for each address of the site."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = re.sub(r"<(\w+):\w+>", _example, str(entry.pattern))
        route = re.sub(r"\(\?P<\w+>.*$|[\^$]", "", route)
        if isinstance(entry, URLResolver):
            yield from paths(entry.url_patterns, before + route)
        elif isinstance(entry, URLPattern):
            yield before + route


def _example(converter: re.Match[str]) -> str:
    return {"int": "1", "uuid": str(uuid4())}.get(converter[1], "a")


@cache
def all_paths() -> list[str]:
    """Return the paths of the site, and two that do not exist."""
    return sorted({*paths(), "/nowhere", "/api/nowhere"})


@pytest.fixture(params=["nobody", "a person", "a program"])
def client(request: pytest.FixtureRequest, media_root: Path, owner: User) -> Client:
    """A client with CSRF checks, as in production."""
    if request.param == "a program":
        return ApiClient(owner, enforce_csrf_checks=True)
    browser = Client(enforce_csrf_checks=True)
    if request.param == "a person":
        browser.force_login(owner)
    browser.cookies["csrftoken"] = "a" * 32
    return browser


def test_covers_every_kind_of_address():
    assert {"/login/", "/language/", "/photos/1/delete", "/admin/auth/user/a/change/", "/api/v1/photos/"} <= {
        *all_paths()
    }
    named = {resolve(path).view_name for path in all_paths() if not path.endswith("nowhere")}
    assert named.issuperset(LIMITS), "each limit belongs to an address that exists"


def test_refuses_large_bodies_unread_everywhere(client, settings):
    for path in all_paths():
        for kind in (FORM, "application/x-www-form-urlencoded", "application/json", "application/octet-stream"):
            for method in ("POST", "PATCH", "PUT", "DELETE", "GET"):
                response = send(client, path, settings.MAX_ARCHIVE_BYTES + 10**6, kind=kind, method=method)
                assert response.status_code == 413, (method, path)
                assert response["Connection"] == "close"


def test_refuses_more_than_a_form_may_contain_without_files(client, settings):
    own_limit = {place.path for place in limited_paths() if not place.is_prefix}
    own_limit_below = tuple(place.path for place in limited_paths() if place.is_prefix)
    for path in all_paths():
        if path in own_limit or path.startswith(own_limit_below):
            continue
        kind = "application/x-www-form-urlencoded"
        assert send(client, path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1, kind=kind).status_code == 413, path


def test_refuses_forms_with_files_at_other_addresses(client):
    for path in all_paths():
        if path not in TAKES_FORMS:
            response = send(client, path, 1000)
            assert response.status_code == 415, path
            assert response["Connection"] == "close"


@pytest.mark.parametrize("path", sorted(TAKES_FORMS))
def test_spools_nothing_without_login(media_root, owner, path):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "a" * 32
    assert send(browser, path, 10**7).status_code in (302, 401)


@pytest.mark.parametrize("path", sorted(TAKES_FORMS))
def test_spools_nothing_without_cookie_or_from_another_origin(media_root, owner, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert send(browser, path, 10**7).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    assert send(browser, path, 10**7, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("setting", ["MAX_UPLOAD_BYTES", "MAX_ARCHIVE_BYTES"])
def test_accepts_exactly_the_size_in_the_setting(media_root, owner, settings, setting):
    setattr(settings, setting, 5_000_000)
    browser = Client()
    for place in limited_paths():
        if place.limit.setting == setting:
            path = place.path + (str(uuid4()) + ("/" if "/api/" in place.path else "") if place.is_prefix else "")
            over = send(browser, path, place.limit.bytes + 1, kind="application/octet-stream")
            assert over.status_code == 413, path
            assert send(browser, path, place.limit.bytes, kind="application/octet-stream").status_code != 413, path


@pytest.mark.parametrize("path", ["/login/", "/uploads", "/upload", "/photos/1/edit", "/api/v1/photos/upload/"])
def test_requires_length_of_body(client, path):
    response = client.generic("POST", path, headers={"Transfer-Encoding": "chunked"})
    assert response.status_code == 411
    assert response["Connection"] == "close"


def test_answers_in_format_of_client(client):
    problem = send(client, "/api/v1/photos/change/", 10**12)
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["type"].endswith(":too-large")
    assert send(client, "/api/v1/photos/change/", 10).json()["type"].endswith(":unsupported-media-type")
    no_length = client.generic("POST", "/api/v1/photos/upload/", headers={"Transfer-Encoding": "chunked"})
    assert no_length.json()["type"].endswith(":length-required")
    assert "too large" in send(client, "/uploads", 10**12, headers={"Accept": "application/json"}).json()["detail"]
    assert "<html" in send(client, "/upload", 10**12, headers=HTML).content.decode()
    part = send(client, "/search/picture", 10**12, headers=HTML | {"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "This file is too large. The limit is 100.0" in part


@pytest.fixture
def person(media_root: Path, owner: User) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "{", "\xff", "1" * 5000, "", "3", "null"]
)
def test_refuses_unreadable_json(person, body):
    response = person.post("/uploads/known", body, content_type="application/json")
    assert response.status_code == 400


def test_refuses_many_fields_and_files_with_a_sentence(person, owner, settings):
    fields = {f"f{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    for path in ("/account/preferences", "/imports/new", "/login/"):
        assert person.post(path, fields).status_code == 400
    files = [SimpleUploadedFile(f"{number}.png", b"x") for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)]
    assert person.post("/imports/new", {"archive": files}).status_code == 400
    assert ApiClient(owner).post("/api/v1/photos/upload/", {"file": files}).status_code == 400


def test_spools_large_files_below_the_media_folder(person, media_root, monkeypatch, tmp_path):
    elsewhere = tmp_path / "machine"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    seen: list[Path] = []

    def look(file: Any, **_options: Any) -> Any:
        seen.append(Path(file.temporary_file_path()))
        return UploadResult("a.png", Arrival.REFUSED, detail="seen", kind="invalid")

    monkeypatch.setattr(form_files, "try_upload", look)
    person.post("/upload", {"files": SimpleUploadedFile("a.png", bytes(3_000_000))})
    assert [path.parent for path in seen] == [media_root / "temporary"]
    assert not list(elsewhere.iterdir())
    assert not list((media_root / "temporary").iterdir()), "it is gone with the request"


def test_refuses_file_without_room_on_disk(person, owner, monkeypatch):
    monkeypatch.setattr("gallery.storage.files.free_bytes", lambda: 900)
    assert send(person, "/upload", 1000, headers=HTML).status_code == 507
    response = send(ApiClient(owner), "/api/v1/photos/upload/", 1000, kind="image/png")
    assert (response.status_code, response["Content-Type"]) == (507, "application/problem+json")
    assert response.json()["type"].endswith(":insufficient-storage")


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
def test_reports_full_disk_and_keeps_nothing(person, owner, media_root, monkeypatch, error):
    def fail(*_args: Any, **_options: Any) -> Any:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(spooling, "NamedTemporaryFile", fail)
    large = SimpleUploadedFile("a.png", picture() + bytes(3_000_000))
    for path, name in (("/upload", "files"), ("/imports/new", "archive"), ("/search/picture", "picture")):
        large.seek(0)
        assert person.post(path, {name: large}, headers=HTML).status_code == 507, path
    large.seek(0)
    assert ApiClient(owner).post("/api/v1/photos/upload/", {"file": large}).status_code == 507
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_gunicorn_closes_connection_of_unread_body(tmp_path):
    address = tmp_path / "web.sock"
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "photosearch.wsgi", f"--bind=unix:{address}"]
    # A separate data folder, so that this process's measurements do not count among those of the tests.
    environment = os.environ | {"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "x" * 50}
    server = subprocess.Popen([*command, "--threads=2"], env=environment, stderr=subprocess.DEVNULL)
    try:
        asked = 0
        while not address.exists() and asked < 600:
            asked += 1
            time.sleep(0.1)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(address))
            head = "POST /api/v1/photos/change/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
            connection.sendall(head.encode() + bytes(1000))
            answer = b""
            while block := connection.recv(1 << 16):
                answer += block
    finally:
        server.terminate()
        server.wait(60)
    headers, _end, body = answer.partition(b"\r\n\r\n")
    assert headers.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in headers.lower()
    assert json.loads(body)["status"] == 413
