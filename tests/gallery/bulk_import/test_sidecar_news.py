"""Importing again reads known files only if their sidecars state something new."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from gallery.models import ImportJob, Photo, PhotoSource
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import write_file

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        write_file(tmp_path / "pictures" / name, picture(len(name) + ord(name[0])))
    return tmp_path / "pictures"


@pytest.mark.parametrize("watch", [False, True], ids=["imported again", "watched"])
def test_reads_known_file_for_its_new_sidecar(bring: Callable[..., ImportJob], folder: Path, watch: bool) -> None:
    job = bring(folder, watch=watch)

    def again() -> dict[str, str]:
        if not watch:
            return verdicts(bring(folder))
        ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.RUNNING)
        finish_import(job)
        assert (job.error, job.expected_files) == ("", job.seen)
        return verdicts(job)

    unread = "new" if watch else "known"
    for content in (XMP, XMP + b"\n"):
        (folder / "a.png.xmp").write_bytes(content)
        os.utime(folder / "a.png.xmp", (1_600_000_000, 1_600_000_000))
        assert again() == {"a.png": "duplicate", "b.png": unread, "a.png.xmp": "skipped"}
        source = PhotoSource.objects.filter(photo__filename="a.png").latest("pk")
        assert bytes(source.sidecar_content) == content
    if not watch:
        assert again() == {"a.png": "known", "b.png": "known", "a.png.xmp": "skipped"}


def test_reads_nothing_again_after_the_metadata_step(bring: Callable[..., ImportJob], folder: Path) -> None:
    (folder / "a.png.xmp").write_bytes(XMP)
    bring(folder)
    source = PhotoSource.objects.get(photo__filename="a.png")
    # The step adds what the XMP sidecar states.
    source.claims = {**source.claims, "importance": {"sidecar": 4}}
    source.save()
    assert set(verdicts(bring(folder)).values()) == {"known", "skipped"}
    (folder / "a.png.xmp").write_bytes(XMP + b"\n")
    assert verdicts(bring(folder))["a.png"] == "duplicate"


def test_takes_date_from_json_that_came_later(bring: Callable[..., ImportJob], folder: Path) -> None:
    bring(folder)
    sidecar = {"title": "a.png", "photoTakenTime": {"timestamp": "1402034766"}}
    (folder / "a.png.json").write_text(json.dumps(sidecar))
    assert verdicts(bring(folder))["a.png"] == "duplicate"
    photo = Photo.objects.get(filename="a.png")
    assert (photo.date_source, photo.taken_at) == ("sidecar", datetime(2014, 6, 6, 6, 6, 6))
    assert verdicts(bring(folder))["a.png"] == "known"


def test_does_not_import_deleted_photo_again_for_its_sidecar(bring: Callable[..., ImportJob], folder: Path) -> None:
    job = bring(folder, watch=True)
    Photo.objects.filter(filename="a.png").delete()
    (folder / "a.png.xmp").write_bytes(XMP)
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.RUNNING)
    finish_import(job)
    assert set(Photo.objects.values_list("filename", flat=True)) == {"b.png"}
