"""Imports of archives over the API, from a request body or in pieces."""

from base64 import b64encode
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from gallery.access.tokens import Scope
from gallery.api.resumable import UploadedArchive
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import ImportJob, Photo
from tests.drawing import picture
from tests.factories import ApiClient, finish_import
from tests.gallery.api.import_requests import IMPORTS, apply_action, archive, begin, send
from tests.processes import queued_messages


def test_imports_archive_from_body_and_deletes_it(program, media_root, broker):
    data = archive(a=picture(1), b=picture(2), note=b"no picture")
    options = {"importance": 2, "ignore": "n*\nx*", "wants_text": "false", "album": "旅行", "makes_albums": "true"}
    response = send(program, data, headers={"X-Filename": "%E8%8C%B6.zip"}, **options)
    assert response.status_code == 201, response.content
    job = ImportJob.objects.get()
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    answer = response.json()
    assert (answer["state"], answer["importance"], answer["ignore"], answer["wants_text"]) == (
        "checking",
        2,
        ["n*", "x*"],
        False,
    )
    assert (answer["album"], answer["makes_albums"]) == ("旅行", True)
    assert [Path(root).name for root in answer["roots"]] == ["茶.zip"]
    assert Path(job.roots[0]).read_bytes() == data
    finish_import(job)
    assert program.get(response["Location"]).json()["preview_counts"]["new"] == 2
    assert apply_action(program, response["Location"], "start").status_code == 202
    finish_import(job)
    assert set(Photo.objects.values_list("importance", "owner__username")) == {(2, "anna")}
    assert not Path(job.roots[0]).exists()


@pytest.mark.parametrize(
    ("data", "content_type", "options", "status"),
    [
        (b"", "application/zip", {}, 400),
        (b"no archive", "application/zip", {}, 400),
        (b"no archive", "application/octet-stream", {}, 400),
        (b"no archive", "image/png", {}, 415),
        (None, "application/zip", {"check": "yes"}, 400),
        (None, "application/zip", {"importance": "6"}, 400),
        (None, "application/zip", {"ignore": "!"}, 400),
        (None, "application/zip", {"watch": "true"}, 400),
        (None, "application/zip", {"mode": "in_place"}, 400),
    ],
)
def test_keeps_nothing_of_invalid_archive(program, media_root, data, content_type, options, status):
    response = send(program, archive(a=picture(1)) if data is None else data, content_type, **options)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert not ImportJob.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def begin_archive(program: ApiClient, data: bytes, arrived: int):
    name = b64encode("茶.zip".encode()).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
    return program.post(f"{IMPORTS}uploads/", data[:arrived], PIECE_TYPE, headers=headers)


def send_rest(program: ApiClient, address: str, data: bytes, arrived: int):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(arrived), "Accept": "application/json"}
    return program.patch(address, data[arrived:], PIECE_TYPE, headers=headers)


def test_imports_archive_sent_in_pieces(program, media_root, owner, broker):
    data = archive(a=picture(1), b=picture(2))
    address = begin_archive(program, data, 50)["Location"]
    assert address.startswith(f"http://testserver{IMPORTS}uploads/")
    assert program.head(address, headers={"Tus-Resumable": "1.0.0"})["Upload-Offset"] == "50"
    response = send_rest(program, address, data, 50)
    assert response.status_code == 200
    assert UploadedArchive(data=response.json()).is_valid()
    upload = response.json()["upload"]

    stranger = ApiClient(User.objects.create_user("stranger", is_staff=True))
    for asking, options in ((stranger, {}), (program, {"ignore": ["!"]})):
        refused = begin(asking, upload=upload, **options)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "upload")
    response = begin(program, upload=upload, importance=2, check=False)
    assert response.status_code == 201, response.content
    job = ImportJob.objects.get()
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    assert [Path(root).name for root in response.json()["roots"]] == ["茶.zip"]
    assert begin(program, upload=upload).status_code == 400, "it is taken"
    finish_import(job)
    assert set(Photo.objects.values_list("importance", "owner__username")) == {(2, "anna")}


def test_separates_scopes_of_pictures_and_archives(program, media_root, owner):
    data = archive(a=picture(1))
    assert begin_archive(ApiClient(owner, Scope.UPLOAD), data, 50).status_code == 403
    address = begin_archive(ApiClient(owner, Scope.IMPORT), data, 50)["Location"]
    upload = address.rstrip("/").rpartition("/")[2]
    elsewhere = f"/api/v1/photos/uploads/{upload}/"
    assert send_rest(ApiClient(owner, Scope.IMPORT), elsewhere, data, 50).status_code == 403
    assert send_rest(program, elsewhere, data, 50).status_code == 404


def test_refuses_non_archive_with_first_piece(program, media_root):
    response = begin_archive(program, b"GIF89a" + bytes(1000), 20)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert "not a zip archive" in response.json()["detail"]
    assert not [path for path in media_root.rglob("*") if path.is_file()]
