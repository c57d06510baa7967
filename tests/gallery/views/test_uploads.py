"""Uploads over HTTP, from the form and from the page's script."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.models import Photo
from gallery.photos.trash import move_to_trash
from tests.drawing import picture
from tests.html import condensed

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def client(media_root, client: Client, owner: User) -> Client:
    """A client logged in as the owner, with a separate media folder."""
    client.force_login(owner)
    return client


def file(data: bytes, name: str = "red.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_stores_new_picture(client, owner):
    response = client.post("/upload", {"files": file(picture())}, headers=JSON)
    assert response.status_code == 201
    photo = Photo.objects.get()
    assert photo.owner == owner
    assert photo.filename == "red.png"
    assert response.json() == {"id": photo.pk, "status": "created", "url": f"/photos/{photo.pk}"}


def test_reports_same_bytes_as_duplicate(client):
    first = client.post("/upload", {"files": file(picture())}, headers=JSON).json()
    response = client.post("/upload", {"files": file(picture(), "again.png")}, headers=JSON)
    assert response.status_code == 200
    assert response.json() == first | {"status": "duplicate"}
    assert Photo.objects.count() == 1


def test_restores_same_bytes_from_trash(client, owner):
    photo_id = client.post("/upload", {"files": file(picture())}, headers=JSON).json()["id"]
    move_to_trash(Photo.objects.all(), user=owner)
    page = condensed(client.post("/upload", {"files": file(picture())}).content.decode())
    assert "<small>Restored from the trash</small>" in page
    move_to_trash(Photo.objects.all(), user=owner)
    response = client.post("/upload", {"files": file(picture())}, headers=JSON)
    assert response.json() == {"id": photo_id, "status": "restored", "url": f"/photos/{photo_id}"}


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"", 400, "This file is empty."),
        (b"GIF89a, or so it says", 400, "This GIF file is damaged, or of a kind that is not supported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "Files in the format SVG are not supported"),
        (picture(size=(300, 200)), 413, "This picture has 300 × 200 pixels"),
    ],
    ids=["empty", "broken", "svg", "pixels"],
)
@pytest.mark.parametrize("headers", [JSON, HTML], ids=["script", "form"])
def test_refuses_unsupported_file(client, settings, media_root, data, status, sentence, headers):
    settings.MAX_IMAGE_PIXELS = 50_000
    response = client.post("/upload", {"files": file(data)}, headers=headers)
    assert response.status_code == status
    assert sentence in (response.json()["detail"] if headers is JSON else response.content.decode())
    assert not Photo.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_refuses_large_body_unread(client, settings):
    settings.MAX_UPLOAD_BYTES = 1000

    class Unread(BytesIO):
        def read(self, *_args: int) -> bytes:
            raise AssertionError("the body was read")

    response = client.generic(
        "POST", "/upload", headers=JSON, content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(10**9), "wsgi.input": Unread()},
    )  # fmt: skip
    assert response.status_code == 413
    assert response.json() == {"detail": "This file is too large. The limit is 1000\xa0bytes."}


def test_skips_large_file_among_others(client, settings):
    small = picture()
    settings.MAX_UPLOAD_BYTES = len(small)
    files = [file(b"x" * (len(small) + 1), "big.png"), file(small)]
    response = client.post("/upload", {"files": files}, headers=HTML)
    assert response.status_code == 201
    assert [(result.filename, result.arrival, result.kind) for result in response.context["results"]] == [
        ("big.png", "refused", "too-large"),
        ("red.png", "created", ""),
    ]


def test_stores_several_files_of_form(client):
    client.post("/upload", {"files": file(picture(1))})
    files = [file(picture(1), "known.png"), file(picture(2), "new.png"), file(b"words", "notes.txt")]
    response = client.post("/upload", {"files": files}, headers=HTML)
    assert response.status_code == 201
    page = response.content.decode()
    for words in ("known.png", "Already in your gallery", "new.png", "Added", "notes.txt", "not a picture"):
        assert words in page
    assert Photo.objects.count() == 2


@pytest.mark.parametrize("headers", [JSON, HTML], ids=["script", "form"])
def test_refuses_form_without_file(client, headers):
    response = client.post("/upload", {}, headers=headers)
    assert response.status_code == 400
    assert "Select at least one picture." in response.content.decode()


def test_refuses_several_files_from_script(client):
    response = client.post("/upload", {"files": [file(picture(1)), file(picture(2))]}, headers=JSON)
    assert (response.status_code, response.json()) == (400, {"detail": "Send one file per request."})
    assert not Photo.objects.exists()


def test_refuses_too_many_files(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = client.post("/upload", {"files": [file(picture(red)) for red in range(3)]}, headers=HTML)
    assert response.status_code == 400
    assert "At most 2 files can be uploaded at once." in response.content.decode()
    assert not Photo.objects.exists()


def test_refuses_damaged_body(client):
    response = client.generic("POST", "/upload", b"--y\r\nnonsense", content_type="multipart/form-data", headers=JSON)
    assert (response.status_code, response.json()) == (
        400,
        {"detail": "The files arrived damaged. Send them again."},
    )


def test_refuses_upload_from_other_site(media_root, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/upload", {"files": file(picture())}, headers=JSON).status_code == 403
    assert not Photo.objects.exists()

    client.get("/upload")
    token = client.cookies["csrftoken"].value
    data = {"files": file(picture()), "csrfmiddlewaretoken": token}
    assert client.post("/upload", data, headers=JSON).status_code == 201
