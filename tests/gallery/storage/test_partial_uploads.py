"""Uploads in pieces: exclusive writing, and removal of abandoned ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import PartialUpload
from gallery.storage import partial_uploads
from gallery.storage.partial_uploads import LIFETIME, UploadBusy, create_upload, open_upload, sweep_partial_uploads


@pytest.fixture
def begin(media_root, owner):
    """Return a function that begins an upload and receives two bytes."""

    def begin_one() -> PartialUpload:
        upload = create_upload(owner=owner, filename="a.png", size=10, sha256="")
        with open_upload(upload) as file:
            file.write(b"ab")
        return upload

    return begin_one


def test_keeps_received_bytes_in_private_file(begin):
    upload = begin()
    assert upload.offset == 2
    assert upload.path.stat().st_mode & 0o777 == 0o600
    with open_upload(upload) as file:
        file.write(b"cd")
    assert upload.path.read_bytes() == b"abcd"


def test_refuses_second_writer(begin):
    upload = begin()
    with open_upload(upload), pytest.raises(UploadBusy), open_upload(upload):
        pass


def test_removes_oldest_of_too_many_uploads(begin, monkeypatch):
    monkeypatch.setattr(partial_uploads, "MAX_UNFINISHED", 3)
    uploads = [begin() for _ in range(5)]
    assert set(PartialUpload.objects.all()) == set(uploads[2:])
    assert [upload.path.exists() for upload in uploads] == [False, False, True, True, True]


def test_sweeps_abandoned_uploads(begin):
    forgotten, fresh = begin(), begin()
    PartialUpload.objects.filter(pk=forgotten.pk).update(touched_at=timezone.now() - LIFETIME - timedelta(minutes=1))
    assert sweep_partial_uploads() == 1
    assert list(PartialUpload.objects.all()) == [fresh]
    assert not forgotten.path.exists()
    assert fresh.path.exists()


def test_sweeps_files_without_upload(begin, owner):
    upload = begin()
    owner.delete()
    assert upload.path.exists()
    assert sweep_partial_uploads() == 1
    assert not upload.path.exists()


def test_sweeps_foreign_files_among_uploads(begin):
    upload = begin()
    stray = upload.path.with_name(".DS_Store")
    stray.touch()
    assert sweep_partial_uploads() == 1
    assert not stray.exists()
    assert upload.path.exists()
