"""Quotas count stored and pending bytes; bytes already stored need no room."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from gallery.account import Account
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.creation import ImportOptions, create_job, create_sent_job, create_upload_job
from gallery.bulk_import.run import run_job
from gallery.intake.quota import NoRoom, QuotaExceeded, admit_upload, pending_bytes, used_bytes
from gallery.intake.upload import store_upload
from gallery.models import Arrival, ImportJob, PartialUpload, Photo
from gallery.storage.partial_uploads import finish_upload, open_upload
from tests.drawing import picture
from tests.factories import ApiClient
from tests.folders import archive_of
from tests.tus import begin_upload, send_piece


def test_sets_no_quota_by_default(store, owner):
    photos = [store() for _ in range(3)]
    assert used_bytes(owner) == sum(photo.file_size for photo in photos)


def test_refuses_file_beyond_quota_and_keeps_nothing(store, owner, media_root):
    first = store(picture(1))
    Account.objects.create(owner=owner, quota=first.file_size + len(picture(2)) - 1)
    with pytest.raises(QuotaExceeded, match="Not enough space: your quota is"):
        store(picture(2))
    assert [path for path in media_root.rglob("*") if path.is_file()] == [first.path]
    assert store(picture(1)) == first, "the same bytes need no room"
    Account.objects.update(quota=first.file_size + len(picture(2)))
    assert store(picture(2)) != first


def test_upload_form_reports_quota(client, owner, media_root):
    Account.objects.create(owner=owner, quota=10)
    client.force_login(owner)
    files = {"files": SimpleUploadedFile("a.png", picture())}
    response = client.post("/upload", files, headers={"Accept": "application/json"})
    assert response.status_code == 413
    assert "your quota is 10\xa0bytes" in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_gives_last_room_to_two_of_simultaneous_forms(owner, media_root):
    data = [picture(number) for number in range(6)]
    Account.objects.create(owner=owner, quota=sum(map(len, data[:2])))
    start = Barrier(len(data))

    def store_one(content: bytes) -> None:
        start.wait()
        try:
            store_upload(BytesIO(content), owner=owner, filename="a.png")
        except QuotaExceeded:
            pass
        finally:
            connection.close()

    threads = [Thread(target=store_one, args=[content]) for content in data]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Photo.objects.count() == 2


def test_imports_files_until_quota_is_reached(owner, media_root, tmp_path):
    pictures, folder = [picture(number) for number in range(3)], tmp_path / "pictures"
    folder.mkdir()
    for number, data in enumerate(pictures):
        (folder / f"{number}.png").write_bytes(data)
    Account.objects.create(owner=owner, quota=len(pictures[0]) + len(pictures[1]))
    job = create_job([folder], owner=owner, started_by=owner)
    assert run_job(job.pk)
    reasons = dict(job.items.values_list("path", "reason"))
    assert [bool(reasons[str(folder / f"{number}.png")]) for number in range(3)] == [False, False, True]
    assert used_bytes(owner) == len(pictures[0]) + len(pictures[1])


def bring(owner: User, *, state: str = "checking", count: int = 1, first: int = 0) -> ImportJob:
    """Send an archive of `owner` for an import."""
    data = archive_of(*(picture(first + number) for number in range(count)))
    people = {"owner": owner, "started_by": owner}
    return create_upload_job([data], filename="a.zip", size=len(data), options=ImportOptions(state=state), **people)


def test_counts_announced_size_of_pieces(client, owner, media_root):
    Account.objects.create(owner=owner, quota=950)
    client.force_login(owner)
    statuses = [begin_upload(client, 300, filename="a.png").status_code for _number in range(60)]
    assert statuses == [201] * 3 + [413] * 57
    assert pending_bytes(owner) == 900
    with pytest.raises(QuotaExceeded):
        store_upload(BytesIO(picture()), owner=owner, filename="a.png")
    PartialUpload.objects.first().delete()
    assert begin_upload(client, 300, filename="a.png").status_code == 201


def test_accepts_announced_upload_without_room_for_others(client, owner, media_root):
    data = [picture(number) for number in range(3)]
    Account.objects.create(owner=owner, quota=sum(map(len, data)))
    client.force_login(owner)
    places = [begin_upload(client, len(content), filename="a.png")["Location"] for content in data]
    for place, content in zip(places, data, strict=True):
        assert send_piece(client, place, 0, content).status_code == 204
    assert used_bytes(owner) == sum(map(len, data))
    assert pending_bytes(owner) == 0


def test_counts_archives_until_they_are_imported(client, owner, media_root, broker):
    data = archive_of(picture(1), picture(2))
    Account.objects.create(owner=owner, quota=2 * len(data) + 10)
    program = ApiClient(owner)
    for _number in range(2):
        path = "/api/v1/imports/archive/?check=true"
        assert program.post(path, data, content_type="application/zip").status_code == 201
    refused = program.post("/api/v1/imports/archive/", data, content_type="application/zip")
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (413, "quota-exceeded")
    client.force_login(owner)
    assert begin_upload(client, 100).status_code == 413
    assert sum(path.stat().st_size for path in media_root.rglob("*.zip")) == 2 * len(data)
    first, second = ImportJob.objects.order_by("pk")
    assert run_job(first.pk)
    first.refresh_from_db()
    assert first.state == ImportJob.State.READY
    assert pending_bytes(owner) == 2 * len(data)
    assert apply_action(second, ImportAction.CANCEL, user=second.owner)
    assert pending_bytes(owner) == len(data)
    assert apply_action(first, ImportAction.START, user=first.owner)
    assert run_job(first.pk)
    first.refresh_from_db()
    assert (first.state, first.import_counts["new"]) == (ImportJob.State.FINISHED, 2)
    assert pending_bytes(owner) == 0


def test_import_may_use_room_of_its_own_archive(owner, media_root, broker):
    data = archive_of(*(picture(number) for number in range(5)))
    Account.objects.create(owner=owner, quota=len(data))
    job = bring(owner, state="running", count=5)
    assert run_job(job.pk)
    job.refresh_from_db()
    assert job.import_counts["new"] == 5


def test_counts_waiting_archive_for_its_sender(owner, media_root):
    upload = admit_upload(owner=owner, filename="a.zip", size=500, is_archive=True)
    with open_upload(upload) as file:
        file.write(archive_of(picture()).ljust(500, b" ")[:500])
    finish_upload(upload, Arrival.WAITING)
    assert pending_bytes(owner) == 500
    other = User.objects.create_user("ben")
    assert pending_bytes(other) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["pieces", "archives"])
def test_gives_last_room_to_one_of_simultaneous_uploads(owner, media_root, broker, kind):
    data = archive_of(picture())
    Account.objects.create(owner=owner, quota=3 * len(data))
    start = Barrier(8)

    def one(_number: int) -> bool:
        start.wait()
        try:
            if kind == "pieces":
                admit_upload(owner=owner, filename="a.png", size=len(data))
            else:
                bring(owner)
        except QuotaExceeded:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == [False] * 5 + [True] * 3


@pytest.mark.parametrize("is_archive", [False, True])
def test_leaves_half_of_disk_to_others_without_quota(owner, media_root, monkeypatch, is_archive):
    used = 0
    monkeypatch.setattr("gallery.intake.quota.free_bytes", lambda: 1000 - used)
    admit_upload(owner=owner, filename="a.zip", size=300, is_archive=is_archive)
    with pytest.raises(NoRoom, match="unfinished uploads take too much disk space"):
        admit_upload(owner=owner, filename="b.zip", size=201, is_archive=is_archive)
    admit_upload(owner=owner, filename="b.zip", size=200, is_archive=is_archive)
    other = User.objects.create_user("ben")
    with pytest.raises(NoRoom, match="not have enough space"):
        admit_upload(owner=other, filename="c.zip", size=501, is_archive=is_archive)
    admit_upload(owner=other, filename="c.zip", size=250, is_archive=is_archive)
    assert QuotaExceeded("x").kind != NoRoom("x").kind


def test_refuses_form_of_new_import_unread(client, owner, media_root):
    Account.objects.create(owner=owner, quota=1000)
    client.force_login(owner)

    class Unread(BytesIO):
        def read(self, *_args: int) -> bytes:
            raise AssertionError("the body was read")

    extra = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(10**6), "wsgi.input": Unread()}
    response = client.generic("POST", "/imports/new", **extra)
    assert response.status_code == 413
    assert "Not enough space: your quota is" in response.content.decode()


def test_account_shows_pending_bytes(client, owner, media_root, store: Callable[..., Photo]):
    store()
    Account.objects.create(owner=owner, quota=10_000_000)
    admit_upload(owner=owner, filename="a.png", size=3_000_000)
    client.force_login(owner)
    page = client.get("/account").content.decode()
    assert "unfinished uploads and archives: 2.9\xa0MB" in page
    assert f'value="{used_bytes(owner) + 3_000_000}"' in page


def test_keeps_no_archive_of_failed_import(owner, media_root):
    with pytest.raises(Exception, match="not a zip archive"):
        create_upload_job([b"PK is no archive"], filename="a.zip", size=16, owner=owner, started_by=owner)
    assert not PartialUpload.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]
    with pytest.raises(Exception, match="no longer available"):
        create_sent_job("00000000-0000-0000-0000-000000000000", owner=owner, started_by=owner)
