"""Uploads store a file once per owner, completely, or refuse it and leave nothing behind."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import ExifTags, Image

from gallery.intake import describing
from gallery.intake.describing import clean_filename
from gallery.intake.storing import IncomingPicture, store_pictures
from gallery.intake.upload import store_upload
from gallery.models import Arrival, Photo, PhotoSource, StepAttempt, Witness
from gallery.pictures.images import ImageTooLarge, InvalidImage, UnsupportedImage
from tests.drawing import picture, png_claiming
from tests.folders import files_below
from tests.processes import process_environment


def test_stores_picture_with_its_metadata(owner: User, media_root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Nikon"
    exif.get_ifd(ExifTags.IFD.Exif)[0x9003] = "2023:05:01 12:34:56"
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", exif=exif)
    data = file.getvalue()
    photo, arrival = store_upload(SimpleUploadedFile("summer.png", data), owner=owner, filename="summer.png")
    photo.refresh_from_db()
    assert arrival is Arrival.CREATED
    assert (photo.owner, photo.filename, photo.extension, photo.file_size) == (owner, "summer.png", "jpg", len(data))
    assert (photo.width, photo.height) == (48, 64)
    assert (photo.taken_at, photo.date_source) == (datetime(2023, 5, 1, 12, 34, 56), Witness.EXIF)
    assert (photo.metadata["make"], photo.kind) == ("Nikon", Photo.Kind.PHOTO)
    assert photo.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert photo.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()
    digest = hashlib.sha256(data).hexdigest()
    assert photo.sha256 == digest
    assert photo.path == media_root / "originals" / str(owner.pk) / "jpg" / digest[:2] / f"{digest}.jpg"
    assert photo.path.read_bytes() == data
    assert photo.path.stat().st_mode & 0o077 == 0
    assert files_below(media_root) == [photo.path]
    assert list(photo.sources.values_list("path", "is_copy")) == [(PhotoSource.UPLOAD, True)]


def test_stores_same_bytes_once_under_first_name(store: Callable[..., Photo], owner: User) -> None:
    first = store(picture(), filename="a.png")
    again, arrival = store_upload(BytesIO(picture()), owner=owner, filename="b.png")
    assert (again.pk, arrival, again.filename) == (first.pk, Arrival.DUPLICATE, "a.png")


def test_stores_same_bytes_for_each_owner(store: Callable[..., Photo], owner: User) -> None:
    other = User.objects.create_user("ben")
    photos = [store(picture()), store(picture(), owner=other)]
    assert photos[0].pk != photos[1].pk
    assert photos[0].path != photos[1].path


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", InvalidImage, "This file is empty."),
        (b"not a picture, whatever it is called", UnsupportedImage, "not a picture"),
        (png_claiming(100_000, 100_000).getvalue(), ImageTooLarge, "too many pixels"),
        (picture() + b"\0" * 5000, ImageTooLarge, "5.*KB; the limit is 4.9"),
    ],
    ids=["empty", "text", "huge header", "too many bytes"],
)
def test_keeps_nothing_of_refused_file(
    data: bytes, error: type[Exception], sentence: str, owner: User, media_root: Path, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 5000
    with pytest.raises(error, match=sentence):
        store_upload(BytesIO(data), owner=owner, filename="picture.jpg")
    assert not Photo.objects.exists()
    assert files_below(media_root) == []


def test_accepts_truncated_picture(store: Callable[..., Photo]) -> None:
    photo = store(picture(size=(640, 480), kind="JPEG")[:-500], filename="half.jpg")
    assert (photo.width, photo.height, photo.defect) == (640, 480, "")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("a\0b\x1b.png", "a b .png"),
        ("..", "picture.png"),
        ("", "picture.png"),
        ("调休通知.png", "调休通知.png"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
        ("." + "y" * 300, "." + "y" * 254),
    ],
)
def test_removes_paths_and_control_characters_from_names(sent: str, kept: str) -> None:
    assert clean_filename(sent, extension="png") == kept


def test_repairs_lost_file_when_uploaded_again(store: Callable[..., Photo]) -> None:
    photo = store(picture())
    photo.path.unlink()
    StepAttempt.objects.create(photo=photo, step="thumbnails", version="1", attempts=3)
    Photo.objects.update(defect="missing")
    store(picture())
    photo.refresh_from_db()
    assert photo.path.read_bytes() == picture()
    assert photo.defect == ""
    assert not photo.step_attempts.exists()


def test_removes_file_when_row_cannot_be_written(
    owner: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "clean_filename", lambda *_args, **_options: "x" * 300)
    with pytest.raises(Exception, match="value too long"):
        store_upload(BytesIO(picture()), owner=owner, filename="a.png")
    assert files_below(media_root) == []


def test_keeps_nothing_when_disk_is_full(owner: User, media_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        store_upload(BytesIO(picture()), owner=owner, filename="a.png")
    assert not Photo.objects.exists()
    assert files_below(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_stores_parallel_uploads_of_same_bytes_once(store: Callable[..., Photo], media_root: Path, owner: User) -> None:
    def upload_once(_number: int) -> tuple[int, bool]:
        try:
            photo, arrival = store_upload(BytesIO(picture()), owner=owner, filename="a.png")
            return photo.pk, arrival is Arrival.CREATED
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(upload_once, range(24)))
    photo = Photo.objects.get()
    assert {pk for pk, _created in answers} == {photo.pk}
    assert [created for _pk, created in answers].count(True) == 1
    assert files_below(media_root) == [photo.path]


@pytest.mark.django_db(transaction=True)
def test_database_refuses_second_photo_of_same_bytes(store: Callable[..., Photo], owner: User) -> None:
    photo = store(picture())
    twin = Photo.objects.get(pk=photo.pk)
    twin.pk = None
    with pytest.raises(Exception, match="photo_unique_per_owner"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["pathlib.Path.replace", "django.db.models.query.QuerySet.bulk_create"])
def test_leaves_no_incomplete_file_after_crash(
    moment: str, store: Callable[..., Photo], media_root: Path, owner: User
) -> None:
    """The process dies just before the file is renamed, or just before the row is written."""
    script = f"""
import os, signal
import django
django.setup()
from io import BytesIO
from unittest import mock
from django.contrib.auth.models import User
from gallery.intake.storing import IncomingPicture, store_pictures
from gallery.intake.upload import store_upload
with mock.patch({moment!r}, lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL)):
    store_upload(BytesIO({picture()!r}), owner=User.objects.get(), filename="a.png")
"""
    process = subprocess.run([sys.executable, "-c", script], env=process_environment(media_root), check=False)
    assert process.returncode == -signal.SIGKILL
    assert not Photo.objects.exists()
    assert all(path.read_bytes() == picture() for path in files_below(media_root / "originals"))
    photo = store(picture())
    assert files_below(media_root / "originals") == [photo.path]


def test_indexes_duplicate_only_with_new_source(owner: User, media_root: Path) -> None:
    photo, _created = store_upload(BytesIO(picture(1)), owner=owner, filename="a.png")
    identity = uuid4()
    for _time in range(2):
        fields = describing.describe_picture(BytesIO(picture(1)), filename="a.png")
        source = PhotoSource(path="/nas/WeChat/a.png", identity=identity)
        store_pictures([IncomingPicture(fields, source, lambda: [picture(1)])], owner=owner)
        photo.refresh_from_db()
        assert (photo.sources.count(), photo.revision) == (2, 2)
