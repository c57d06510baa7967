"""Files that are odd, hostile, damaged or still growing are read or skipped without harm to others."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gallery.bulk_import import reading
from gallery.models import ImportItem, ImportJob, Photo
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import LONG_AGO, files_below, write_file

State = ImportJob.State


def test_skips_small_pictures(bring: Callable[..., ImportJob], folder: Path) -> None:
    write_file(folder / "icon.png", picture(7, size=(64, 40)))
    job = bring(folder, min_side=48)
    assert verdicts(job)["icon.png"] == "skipped"
    assert job.import_counts["reasons"]["too_small"] == 1
    assert verdicts(job)["a.png"] == "new"


def test_skips_paths_that_match_patterns(bring: Callable[..., ImportJob], folder: Path) -> None:
    assert verdicts(bring(folder, ignore=["summer/*"]))["b.png"] == "skipped"


def test_reads_archive_without_unpacking(bring: Callable[..., ImportJob], tmp_path: Path, media_root: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.png", picture(1))
        archive.writestr("/etc/passwd.jpg", picture(2))
        archive.writestr("sub/broken.png", picture(3)[:20])
    job = bring(tmp_path / "a.zip")
    assert verdicts(job) == {"evil.png": "new", "passwd.jpg": "new", "broken.png": "failed"}
    assert set(Photo.objects.values_list("filename", flat=True)) == {"evil.png", "passwd.jpg"}
    assert len(files_below(tmp_path)) == 3
    assert len(files_below(media_root)) == 2


def test_imports_archive_without_its_broken_member(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.png", picture(1))
        archive.writestr("b.png", picture(2))
    data = bytearray(path.read_bytes())
    data[data.find(picture(1)) + 60] ^= 0xFF  # its checksum no longer fits
    path.write_bytes(data)
    assert verdicts(bring(path)) == {"a.png": "failed", "b.png": "new"}


def test_follows_no_link_out_of_the_folder(bring: Callable[..., ImportJob], folder: Path) -> None:
    secret = write_file(folder.parent / "secret.png", picture(9))
    (folder / "link.png").symlink_to(secret)
    job = bring(folder)
    assert verdicts(job)["link.png"] == "skipped"
    assert job.import_counts["reasons"]["link"] == 1


def test_imports_despite_odd_names_and_long_paths(bring: Callable[..., ImportJob], folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(picture(11))
    old = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(11):
            Path("x" * 200).mkdir()
            os.chdir("x" * 200)
        Path("deep.png").write_bytes(picture(12))
    finally:
        os.chdir(old)
    job = bring(folder)
    (odd,) = [name for name in verdicts(job) if name.startswith("caf")]
    assert verdicts(job)[odd] == "new"
    assert Photo.objects.filter(filename=odd).exists()
    assert verdicts(job)["a.png"] == "new"
    assert verdicts(job)["deep.png"] == "new"


def test_stores_others_when_database_refuses_one(
    bring: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = reading._read_header

    def read(file: Any, found: Any, job: ImportJob) -> dict[str, Any]:
        return head(file, found, job) | ({"metadata": {"make": "\0"}} if found.filename == "b.png" else {})

    monkeypatch.setattr(reading, "_read_header", read)
    job = bring(folder)
    assert verdicts(job)["b.png"] == "failed"
    assert verdicts(job)["a.png"] == "new"
    assert Photo.objects.get().path.read_bytes() == picture(1)


def test_reads_growing_file_in_next_pass(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = reading._read_header

    def grow(file: Any, found: Any, job: ImportJob) -> Any:
        if found.filename == "a.png":
            write_file(folder / "a.png", picture(1) + b"more", modified_at=LONG_AGO + 1)
        return head(file, found, job)

    job = begin(folder, watch=True)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_read_header", grow)
        finish_import(job)
    assert ImportItem.objects.get(job=job, path__endswith="/a.png").reason == "growing"
    ImportJob.objects.update(state=State.RUNNING)
    finish_import(job)
    assert verdicts(job)["a.png"] == "new"
    assert job.import_counts["reasons"] == {"hidden": 1, "growing": 0}
    assert job.seen == job.expected_files


def test_leaves_fresh_files_of_watched_folder(bring: Callable[..., ImportJob], folder: Path) -> None:
    (folder / "young.png").write_bytes(picture(30))
    job = bring(folder, watch=True)
    assert ImportItem.objects.get(job=job, path__endswith="/young.png").reason == "growing"
