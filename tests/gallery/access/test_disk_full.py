"""A full disk is answered with 507 and a sentence, and nothing stays half-way; /dev/full behaves like a full disk."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.models import ImportJob, PartialUpload, Photo
from tests.drawing import picture
from tests.factories import ApiClient
from tests.folders import archive_of
from tests.tus import begin_upload, offset_of, send_piece

FULL = "/dev/full"


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def person(client: Client, owner: User, media_root: Path, broker: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every new file of ours is on a full disk."""
    monkeypatch.setattr("gallery.storage.files._open_private", lambda _path, _flags: os.open(FULL, os.O_RDWR))


@pytest.mark.usefixtures("full_disk")
def test_stores_nothing_on_full_disk(person, owner, media_root):
    page = person.post("/upload", {"files": _file()}, headers={"Accept": "text/html"})
    assert (page.status_code, "disk is full." in page.content.decode()) == (507, True)
    script = person.post("/upload", {"files": _file()}, headers={"Accept": "application/json"})
    assert "The server's disk is full." in script.json()["detail"]
    program = ApiClient(owner)
    for path, data, kind in (
        ("/api/v1/photos/upload/", picture(), "image/png"),
        ("/api/v1/imports/archive/", archive_of(picture()), "application/zip"),
    ):
        answer = program.post(path, data, content_type=kind)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (507, "insufficient-storage"), path
    assert not Photo.objects.exists()
    assert not ImportJob.objects.exists()
    assert not PartialUpload.objects.exists()
    assert files_below(media_root) == []


@pytest.mark.usefixtures("full_disk")
def test_forgets_upload_whose_first_piece_fills_the_disk(person, media_root):
    assert begin_upload(person, 1000, body=b"x" * 500, accept="application/json", filename="a.png").status_code == 507
    assert not PartialUpload.objects.exists()
    assert files_below(media_root) == []


def test_continues_upload_when_there_is_room_again(person, media_root):
    data = picture()
    address = begin_upload(person, len(data), filename="a.png")["Location"]
    partial = PartialUpload.objects.get().path
    partial.unlink(missing_ok=True)
    partial.symlink_to(FULL)
    answer = send_piece(person, address, 0, data, accept="application/json")
    assert (answer.status_code, "is full" in answer.json()["detail"]) == (507, True)
    partial.unlink()
    assert offset_of(person, address) == "0"
    assert send_piece(person, address, 0, data).status_code == 204
    assert Photo.objects.get().path.read_bytes() == data


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", picture())
