"""Archives that come in pieces from the page of a new import, and the imports that take them."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gallery.bulk_import.creation import create_sent_job
from gallery.bulk_import.safety import ImportRefused
from gallery.bulk_import.uploaded_archives import sweep_archives
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import ImportJob, PartialUpload, Photo
from gallery.storage import files
from gallery.storage.partial_uploads import LIFETIME, open_upload, remove_upload, sweep_partial_uploads
from tests.drawing import picture
from tests.factories import finish_import
from tests.folders import archive_of
from tests.tus import TUS, encode_metadata, offset_of, send_piece

ANSWERS = {"profile": "auto", "importance": "3", "wants_embedding": "on", "mode": "copy"}
GONE = "This archive is no longer available"


@pytest.fixture
def page(client: Client, owner: User, media_root: Path, broker: Any) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


def begin(page: Client, size: int, body: bytes = b"", **metadata: str) -> Any:
    headers = TUS | {
        "Upload-Length": str(size),
        "Upload-Metadata": encode_metadata(**metadata),
        "Accept": "application/json",
    }
    return page.generic("POST", "/imports/uploads", body, content_type=PIECE_TYPE, headers=headers)


def send_whole(page: Client, *members: bytes) -> str:
    """Send an archive; the id under which an import may take it."""
    data = archive_of(*members)
    return str(begin(page, len(data), data, filename="Takeout.zip").json()["upload"])


def bring(page: Client, upload: str, **answers: str) -> Any:
    return page.post("/imports/new", {**ANSWERS, "go": "import", "upload": upload, **answers})


def left_below(media_root: Path) -> list[str]:
    """The names of what has bytes there."""
    return sorted(path.name for path in media_root.rglob("*") if path.is_file() and path.stat().st_size)


def age(folder: Path) -> None:
    long_ago = time.time() - LIFETIME.total_seconds() - 60
    os.utime(folder, (long_ago, long_ago))


def test_an_archive_comes_in_pieces_goes_on_and_is_imported(page: Client, owner: User, media_root: Path) -> None:
    data = archive_of(picture(1), picture(2))
    half = len(data) // 2
    response = begin(page, len(data), data[:half], filename="../照片.zip")
    assert response.status_code == 201
    address = response["Location"]
    assert address.startswith("http://testserver/imports/uploads/")
    # The connection was lost, and the sender asks how far it came.
    assert offset_of(page, address) == str(half)
    last = send_piece(page, address, half, data[half:], accept="application/json")
    upload = last.json()["upload"]
    assert address.endswith(upload)
    # The answer may get lost: an empty piece after the last asks for it again.
    assert send_piece(page, address, len(data), b"", accept="application/json").json() == last.json()
    assert not Photo.objects.exists()
    where = PartialUpload.objects.get().path

    response = bring(page, upload, mode="in_place", watch="on")
    job = ImportJob.objects.get()
    assert response["Location"] == f"/imports/{job.pk}"
    assert (job.name, job.mode, job.watch, job.importance, job.is_upload) == ("照片.zip", "copy", False, 3, True)
    assert job.roots == [str(where)], "it is read where it lies"
    assert not PartialUpload.objects.exists()
    assert page.head(address, headers=TUS).status_code == 404
    assert finish_import(job).import_counts["new"] == 2
    assert [Path(name).suffix for name in left_below(media_root)] == [".png", ".png"]


def test_an_archive_is_as_large_as_the_disk_allows(
    page: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    data = archive_of(picture(1))
    address = begin(page, len(data), data[:20])["Location"]
    assert page.options("/imports/uploads")["Tus-Max-Size"] == str(settings.MAX_ARCHIVE_BYTES)
    usage = shutil.disk_usage("/")._replace(free=files.SPARE_BYTES + 10)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _path: usage)
    for response in (begin(page, 11), send_piece(page, address, 20, data[20:])):
        assert response.status_code == 413
        assert "not have enough space" in response.json()["detail"]
    assert offset_of(page, address) == "20", "what has come waits for room"
    monkeypatch.undo()
    assert send_piece(page, address, 20, data[20:]).status_code == 204
    assert begin(page, 10**14).status_code == 413


@pytest.mark.parametrize("size", [9, 1000], ids=["whole", "first piece"])
def test_what_is_no_archive_is_refused_with_the_first_piece(page: Client, media_root: Path, size: int) -> None:
    response = begin(page, size, b"GIF89a..."[:9], filename="a.zip")
    assert response.status_code == 400
    assert response.json()["detail"] == "“a.zip” is not a zip archive or tar archive, or it is damaged."
    assert left_below(media_root) == []


def test_a_damaged_archive_is_refused_when_it_is_complete(page: Client, media_root: Path) -> None:
    data = archive_of(picture(1))[:-30] + bytes(30)
    address = begin(page, len(data), data[:50], filename="a.zip")["Location"]
    for piece, offset in ((data[50:], 50), (b"", len(data))):
        response = send_piece(page, address, offset, piece)
        assert response.status_code == 400
        assert "damaged" in response.json()["detail"]
    assert left_below(media_root) == []
    assert GONE in bring(page, address.rpartition("/")[2]).content.decode()


def test_an_error_of_the_form_does_not_lose_what_was_sent(page: Client) -> None:
    upload = send_whole(page, picture(1))
    refused = bring(page, upload, ignore="!")
    assert refused.status_code == 400
    shown = refused.content.decode()
    assert "“!” is not a valid pattern." in shown
    assert f'name="upload" value="{upload}"' in shown
    assert "Takeout.zip" in shown
    assert bring(page, upload).status_code == 302


def test_an_archive_is_taken_once(page: Client, owner: User) -> None:
    upload = send_whole(page, picture(1))
    assert bring(page, upload).status_code == 302
    again = bring(page, upload)
    assert again.status_code == 400
    assert GONE in again.content.decode()
    assert upload not in again.content.decode()
    with pytest.raises(ImportRefused, match=GONE):
        create_sent_job(UUID(upload), owner=owner, started_by=owner)
    assert ImportJob.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_imports_that_want_the_same_archive_at_the_same_moment_one_gets_it(page: Client, owner: User) -> None:
    upload = UUID(send_whole(page, picture(1)))

    def takes(_number: int) -> bool:
        try:
            create_sent_job(upload, owner=owner, started_by=owner)
        except ImportRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(takes, range(4))) == [False, False, False, True]
    assert ImportJob.objects.count() == 1


def test_who_forgets_an_archive_that_an_import_has_just_taken_does_not_remove_it(page: Client) -> None:
    upload = PartialUpload.objects.get(pk=send_whole(page, picture(1)))
    bring(page, str(upload.pk))
    remove_upload(upload)
    assert finish_import(ImportJob.objects.get()).import_counts["new"] == 1


def test_what_is_not_complete_is_not_imported(page: Client) -> None:
    data = archive_of(picture(1))
    address = begin(page, len(data), data[:20])["Location"]
    assert GONE in bring(page, address.rpartition("/")[2]).content.decode()
    assert not ImportJob.objects.exists()


def test_anothers_archive_is_neither_there_nor_imported(page: Client) -> None:
    upload = send_whole(page, picture(1))
    # Not an administrator's either, who imports into the galleries of others.
    page.force_login(User.objects.create_user("other", is_staff=True))
    assert GONE in bring(page, upload).content.decode()
    assert page.head(f"/imports/uploads/{upload}", headers=TUS).status_code == 404
    assert page.delete(f"/imports/uploads/{upload}", headers=TUS).status_code == 404
    assert PartialUpload.objects.get().path.is_file()


def test_an_archive_becomes_no_picture_and_a_picture_no_archive(page: Client) -> None:
    data, image = archive_of(picture(1)), picture(2)
    archive = begin(page, len(data), data[:20])["Location"].rpartition("/")[2]
    headers = TUS | {"Upload-Length": str(len(image))}
    photo = page.generic("POST", "/uploads", headers=headers)["Location"].rpartition("/")[2]
    assert send_piece(page, f"/uploads/{archive}", 20, data[20:]).status_code == 404
    assert send_piece(page, f"/imports/uploads/{photo}", 0, image).status_code == 404
    assert send_piece(page, f"/uploads/{photo}", 0, image).status_code == 204
    assert GONE in bring(page, photo).content.decode()
    assert not ImportJob.objects.exists()


def test_removes_an_archive_that_is_not_imported(page: Client, media_root: Path) -> None:
    upload = send_whole(page, picture(1))
    sweep_partial_uploads()
    assert left_below(media_root) == ["Takeout.zip"]
    PartialUpload.objects.update(touched_at=PartialUpload.objects.get().touched_at - LIFETIME * 2)
    assert sweep_partial_uploads() == 1
    assert left_below(media_root) == []
    assert GONE in bring(page, upload).content.decode()


def test_keeps_an_archive_while_it_is_needed(page: Client, media_root: Path) -> None:
    """However long ago it began to come; one that a crash has left goes at once, for its row comes before its bytes."""
    upload = send_whole(page, picture(1))
    (folder,) = (media_root / "imports").iterdir()
    age(folder)
    assert sweep_archives() == 0
    bring(page, upload, go="check")
    job = ImportJob.objects.get()
    for state in ("checking", "ready", "failed"):
        ImportJob.objects.update(state=state)
        assert sweep_archives() == 0
    # As if the process had died before it removed the archive itself.
    ImportJob.objects.update(state="finished")
    assert sweep_archives() == 1
    assert not folder.exists()

    send_whole(page, picture(1))
    PartialUpload.objects.all().delete()
    job.delete()
    assert sweep_archives() == 1


def test_an_archive_can_be_cancelled(page: Client, media_root: Path) -> None:
    data = archive_of(picture(1))
    address = begin(page, len(data), data[:20])["Location"]
    with open_upload(PartialUpload.objects.get()):
        assert page.delete(address, headers=TUS).status_code == 423
    assert page.delete(address, headers=TUS).status_code == 204
    assert left_below(media_root) == []
