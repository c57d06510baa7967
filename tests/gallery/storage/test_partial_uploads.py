"""Files on their way: who may write to them, and when they are swept up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import PartialUpload
from gallery.storage import partial_uploads
from gallery.storage.partial_uploads import LIFETIME, UploadBusy, create_upload, open_upload, sweep_partial_uploads


@pytest.fixture
def begin(media_root, owner):
    """Begins an upload of which two bytes have come."""

    def begin_one() -> PartialUpload:
        upload = create_upload(owner=owner, filename="a.png", size=10, sha256="")
        with open_upload(upload) as file:
            file.write(b"ab")
        return upload

    return begin_one


def test_what_has_come_is_what_lies_there(begin):
    upload = begin()
    assert upload.offset == 2
    assert upload.path.stat().st_mode & 0o777 == 0o600
    with open_upload(upload) as file:
        file.write(b"cd")
    assert upload.path.read_bytes() == b"abcd"


def test_two_requests_do_not_write_at_once(begin):
    upload = begin()
    with open_upload(upload), pytest.raises(UploadBusy), open_upload(upload):
        pass


def test_the_oldest_beginning_goes_when_there_are_too_many(begin, monkeypatch):
    monkeypatch.setattr(partial_uploads, "MAX_UNFINISHED", 3)
    uploads = [begin() for _ in range(5)]
    assert set(PartialUpload.objects.all()) == set(uploads[2:])
    assert [upload.path.exists() for upload in uploads] == [False, False, True, True, True]


def test_what_nobody_goes_on_with_is_swept_up(begin):
    forgotten, fresh = begin(), begin()
    PartialUpload.objects.filter(pk=forgotten.pk).update(touched_at=timezone.now() - LIFETIME - timedelta(minutes=1))
    assert sweep_partial_uploads() == 1
    assert list(PartialUpload.objects.all()) == [fresh]
    assert not forgotten.path.exists()
    assert fresh.path.exists()


def test_bytes_without_an_upload_are_swept_up(begin, owner):
    upload = begin()
    owner.delete()
    assert upload.path.exists()
    assert sweep_partial_uploads() == 1
    assert not upload.path.exists()


def test_what_somebody_else_has_left_among_the_pieces_does_not_stop_the_sweeping(begin):
    upload = begin()
    stray = upload.path.with_name(".DS_Store")
    stray.touch()
    assert sweep_partial_uploads() == 1
    assert not stray.exists()
    assert upload.path.exists()
