"""Quotas: what is too much is refused, what is there already is not."""

from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from gallery.account import Account
from gallery.bulk_import.jobs import create_job
from gallery.bulk_import.run import run_job
from gallery.models import Photo
from gallery.quota import QuotaExceeded, used_bytes
from gallery.upload import store_upload
from tests.gallery.conftest import picture


def test_nobody_is_limited_at_first(store, owner):
    photos = [store() for _ in range(3)]
    assert used_bytes(owner) == sum(photo.file_size for photo in photos)


def test_what_is_too_much_is_refused_and_leaves_nothing_behind(store, owner, media_root):
    first = store(picture(1))
    Account.objects.create(owner=owner, quota=first.file_size + len(picture(2)) - 1)
    with pytest.raises(QuotaExceeded, match="There is no room for this file"):
        store(picture(2))
    assert [path for path in media_root.rglob("*") if path.is_file()] == [first.path]
    assert store(picture(1)) == first, "the same bytes take no room"
    Account.objects.update(quota=first.file_size + len(picture(2)))
    assert store(picture(2)) != first


def test_the_upload_form_says_so(client, owner, media_root):
    Account.objects.create(owner=owner, quota=10)
    client.force_login(owner)
    files = {"files": SimpleUploadedFile("a.png", picture())}
    response = client.post("/upload", files, headers={"Accept": "application/json"})
    assert response.status_code == 413
    assert "you may store 10\xa0bytes" in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_uploads_at_the_same_time_do_not_share_the_last_room(owner, media_root):
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


def test_an_import_takes_in_what_there_is_room_for_and_says_what_it_refuses(owner, media_root, tmp_path):
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
