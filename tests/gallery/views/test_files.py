"""Thumbnails and originals over HTTP."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from tests.drawing import picture
from tests.factories import ApiClient


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    """A client logged in as the owner."""
    client.force_login(owner)
    return client


@pytest.fixture
def photo(store: Callable[..., Photo]) -> Photo:
    """A photo with thumbnails."""
    photo = store(picture(200, size=(640, 400)), filename="红.png")
    make_thumbnails([photo.pk])
    return Photo.objects.get()


@pytest.mark.parametrize(
    ("name", "content_type", "magic"),
    [("thumbnail", "image/webp", b"RIFF"), ("preview", "image/webp", b"RIFF"), ("original", "image/png", b"\x89PNG")],
)
def test_sends_files_with_safe_headers(client, photo, name, content_type, magic):
    version = "" if name == "original" else f"?v={photo.thumbnail_key}"
    response = client.get(f"/photos/{photo.pk}/{name}{version}")
    assert response.status_code == 200
    assert response.getvalue().startswith(magic)
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("name", ["thumbnail", "preview", "original"])
def test_answers_304_for_cached_file(client, photo, name):
    etag = client.get(f"/photos/{photo.pk}/{name}")["ETag"]
    response = client.get(f"/photos/{photo.pk}/{name}", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response["ETag"] == etag
    assert client.get(f"/photos/{photo.pk}/{name}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_sends_original_under_its_name(client, photo):
    disposition = client.get(f"/photos/{photo.pk}/original")["Content-Disposition"]
    assert disposition == "inline; filename=\"_.png\"; filename*=UTF-8''%E7%BA%A2.png"


@pytest.mark.parametrize(
    ("filename", "saved_as"),
    [
        ("page.html", 'inline; filename="page.html.png"'),
        ("IMG.PNG", 'inline; filename="IMG.PNG"'),
        ("no ending", 'inline; filename="no ending.png"'),
        ('quo"te.png', "inline; filename=\"quo_te.png\"; filename*=UTF-8''quo%22te.png"),
    ],
)
def test_adds_suffix_that_fits_bytes(client, photo, filename, saved_as):
    Photo.objects.update(filename=filename)
    response = client.get(f"/photos/{photo.pk}/original")
    assert response["Content-Disposition"] == saved_as
    assert response["Content-Type"] == "image/png"


def test_answers_404_before_thumbnail_exists(client, store):
    photo = store()
    assert client.get(f"/photos/{photo.pk}/thumbnail").status_code == 404
    assert client.get(f"/photos/{photo.pk}/original").status_code == 200


def test_answers_404_for_lost_file(client, photo):
    photo.path.unlink()
    assert client.get(f"/photos/{photo.pk}/original").status_code == 404


def test_continues_broken_download(client, photo):
    whole = client.get(f"/photos/{photo.pk}/original")
    data = whole.getvalue()
    assert whole["Accept-Ranges"] == "bytes"
    rest = client.get(f"/photos/{photo.pk}/original", headers={"Range": "bytes=100-", "If-Range": whole["ETag"]})
    assert rest.status_code == 206
    assert rest.getvalue() == data[100:]
    assert rest["Content-Length"] == str(len(data) - 100)
    assert rest["Content-Range"] == f"bytes 100-{len(data) - 1}/{len(data)}"
    assert (rest["ETag"], rest["Content-Type"]) == (whole["ETag"], "image/png")


def test_sends_whole_file_when_version_differs(client, photo):
    response = client.get(f"/photos/{photo.pk}/original", headers={"Range": "bytes=100-", "If-Range": '"other"'})
    assert response.status_code == 200
    assert response.getvalue() == photo.path.read_bytes()


def test_refuses_range_behind_end(client, photo):
    response = client.get(f"/photos/{photo.pk}/original", headers={"Range": "bytes=9999999-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{photo.file_size}"


@pytest.mark.parametrize("name", ["thumbnail", "preview", "original"])
def test_leaves_file_to_nginx_behind_it(client, photo, name):
    alone, behind = (client.get(f"/photos/{photo.pk}/{name}", **more) for more in ({}, {"photosearch.front": True}))
    assert behind.content == b""
    assert behind["X-Accel-Redirect"].startswith("/_front/media/")
    for header in ("ETag", "Content-Type", "Content-Disposition", "Cache-Control", "Content-Security-Policy", "Vary"):
        assert behind[header] == alone[header]


def test_names_file_in_place_to_nginx_escaped(client, owner, store, tmp_path):
    photo = store(picture(7))
    moved = tmp_path / "100% 照片?#.png"
    moved.write_bytes(photo.path.read_bytes())
    Photo.objects.filter(pk=photo.pk).update(file=str(moved))
    address = client.get(f"/photos/{photo.pk}/original", **{"photosearch.front": True})["X-Accel-Redirect"]
    assert address == f"/_front/in-place{tmp_path}/100%25%20%E7%85%A7%E7%89%87%3F%23.png"


@pytest.mark.parametrize("header", ["photosearch.front", "X-Accel-Redirect", "X-Peer-Address", "photosearch-front"])
def test_sends_file_itself_whatever_client_says(client, photo, header):
    response = client.get(f"/photos/{photo.pk}/original", headers={header: "true"})
    assert "X-Accel-Redirect" not in response
    assert response.getvalue().startswith(b"\x89PNG")


def test_sends_file_itself_whatever_headers_client_sends(client, photo):
    headers = {"Range": "bytes=99999999-"}
    assert client.get(f"/photos/{photo.pk}/original", headers=headers, **{"photosearch.front": True}).status_code == 416


def test_sends_file_itself_when_nginx_would_compare_etag(client, photo):
    etag = client.get(f"/photos/{photo.pk}/original")["ETag"]
    response = client.get(f"/photos/{photo.pk}/original", headers={"If-Match": etag}, **{"photosearch.front": True})
    assert response.getvalue().startswith(b"\x89PNG")


@pytest.fixture
def film() -> bytes:
    """An MP4 without pictures."""
    boxes = [(b"ftyp", b"mp42" + bytes(4) + b"isommp42"), (b"moov", b"m" * 40), (b"mdat", bytes(range(256)) * 4)]
    return b"".join((len(body) + 8).to_bytes(4) + kind + body for kind, body in boxes)


def test_sends_film_of_motion_photo(client, store, film):
    photo = store(picture(9, kind="JPEG") + film + b"trailer", filename="PXL_20230501.MP.jpg")
    make_thumbnails([photo.pk])
    whole = client.get(f"/photos/{photo.pk}/film")
    assert whole.getvalue() == film
    assert (whole["Content-Type"], whole["Content-Length"]) == ("video/mp4", str(len(film)))
    assert whole["Content-Disposition"] == 'inline; filename="PXL_20230501.MP.mp4"'
    part = client.get(f"/photos/{photo.pk}/film", headers={"Range": "bytes=20-29"})
    assert (part.status_code, part.getvalue()) == (206, film[20:30])
    assert part["Content-Range"] == f"bytes 20-29/{len(film)}"
    behind = client.get(f"/photos/{photo.pk}/film", **{"photosearch.front": True})
    assert behind.getvalue() == film
    assert f'href="/photos/{photo.pk}/film"' in client.get(f"/photos/{photo.pk}").content.decode()


def test_answers_404_without_film(client, photo):
    assert client.get(f"/photos/{photo.pk}/film").status_code == 404
    assert "/film" not in client.get(f"/photos/{photo.pk}").content.decode()


def test_describes_film_in_api(store, owner, film, client):
    photo = store(picture(9, kind="JPEG") + film, filename="a.jpg")
    program = ApiClient(owner)
    assert program.get(f"/api/v1/photos/{photo.pk}/").json()["links"]["film"] is None
    make_thumbnails([photo.pk])
    link = program.get(f"/api/v1/photos/{photo.pk}/").json()["links"]["film"]
    assert program.get(link).getvalue() == film
