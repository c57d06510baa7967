"""Imports are created only from allowed places, by users who may import into the gallery."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.creation import (
    ImportOptions,
    create_confined_job,
    create_job,
    create_upload_job,
    unfinished_job,
)
from gallery.bulk_import.safety import ImportRefused, check_archive, confine, list_subfolders
from gallery.models import ImportJob
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import archive_of, files_below


def test_refuses_folders_without_import_roots(folder: Path, owner: User) -> None:
    with pytest.raises(ImportRefused, match="may not be imported"):
        create_confined_job(folder, owner=owner, started_by=owner)


def test_refuses_links_and_dots_out_of_the_roots(folder: Path, settings: Any) -> None:
    settings.IMPORT_ROOTS = [str(folder)]
    (folder.parent / "secret").mkdir()
    (folder / "way out").symlink_to(folder.parent / "secret")
    (folder / "circle").symlink_to(folder / "circle")
    assert confine(folder / "summer") == folder / "summer"
    elsewhere = (folder / "way out", folder / ".." / "secret", folder.parent)
    nowhere = (folder / "nowhere", folder / "a.png", folder / "circle", folder / ("x" * 300))
    for path in (*elsewhere, *nowhere):
        with pytest.raises(ImportRefused):
            confine(path)
    assert list_subfolders(folder) == [folder / "summer"]


def test_lets_only_administrators_import_for_others(folder: Path, owner: User) -> None:
    other = User.objects.create_user("ben")
    with pytest.raises(PermissionDenied):
        create_job([folder], owner=owner, started_by=other)
    other.is_staff = True
    assert create_job([folder], owner=owner, started_by=other).owner == owner


@pytest.mark.parametrize("pattern", ["!", "*.jpg\\", "[z-a].jpg"])
def test_names_invalid_pattern(folder: Path, owner: User, pattern: str) -> None:
    with pytest.raises(ImportRefused, match="not a valid pattern"):
        create_job([folder], owner=owner, started_by=owner, options=ImportOptions(ignore=["*.txt", pattern]))
    assert not ImportJob.objects.exists()


def test_refuses_own_folders(media_root: Path, owner: User) -> None:
    (media_root / "originals").mkdir(parents=True)
    for path in (media_root, media_root / "originals", media_root.parent):
        with pytest.raises(ImportRefused):
            create_job([path], owner=owner, started_by=owner)


# Give names: an archive contains its creation time, and test names must be equal in all processes.
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\5\6", id="a-beginning"),
        pytest.param(b"no archive", id="words"),
        pytest.param(archive_of(picture())[:-30], id="cut-off"),
    ],
)
def test_refuses_file_that_is_not_an_archive(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ImportRefused, match="not a zip archive"):
        check_archive(tmp_path / "a.zip")


def test_refuses_zip_bomb_before_unpacking(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive_of(bytes(101_000_000)))
    with pytest.raises(ImportRefused, match="would unpack to more"):
        check_archive(tmp_path / "a.zip")


def test_removes_uploaded_archive_after_import(owner: User, media_root: Path) -> None:
    data = archive_of(picture(1), picture(2))
    job = create_upload_job([data], filename="../a.zip", size=len(data), owner=owner, started_by=owner)
    assert [path.name for path in files_below(media_root)] == ["a.zip"]
    assert job.name == "a.zip"
    finish_import(job)
    assert set(verdicts(job).values()) == {"new"}
    assert sorted(path.suffix for path in files_below(media_root)) == [".png", ".png"]
    assert list((media_root / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("照片.zip", "照片.zip"),
        ("photos.ZIP", "photos.zip"),
        ("photos.tar.gz", "photos.tar.gz"),
        ("..", ".zip"),
        ("x" * 400 + ".zip", "x" * 200 + ".zip"),
    ],
)
def test_shortens_archive_name_for_file_systems(owner: User, media_root: Path, filename: str, kept: str) -> None:
    data = archive_of(picture(1))
    job = create_upload_job([data], filename=filename, size=len(data), owner=owner, started_by=owner)
    assert job.name.endswith(kept)
    assert Path(job.roots[0]).parent.parent == media_root / "imports"


def test_keeps_nothing_of_refused_upload(owner: User, media_root: Path) -> None:
    with pytest.raises(ImportRefused):
        create_upload_job([b"no archive"], filename="a.zip", size=10, owner=owner, started_by=owner)
    assert files_below(media_root) == []
    assert not ImportJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_removes_archive_of_cancelled_import(owner: User, media_root: Path) -> None:
    data = archive_of(picture(1))
    options = ImportOptions(state=ImportJob.State.READY)
    job = create_upload_job([data], filename="../a.zip", size=len(data), owner=owner, started_by=owner, options=options)
    assert apply_action(job, ImportAction.CANCEL, user=job.owner)
    assert files_below(media_root) == []
    assert not apply_action(job, ImportAction.START, user=job.owner)


def test_finds_unfinished_import(begin: Callable[..., ImportJob], folder: Path, owner: User) -> None:
    job = begin(folder)
    assert unfinished_job([folder / "summer" / ".."], owner=owner, mode="copy") == job
    assert unfinished_job([folder], owner=owner, mode="in_place") is None
    finish_import(job)
    assert unfinished_job([folder], owner=owner, mode="copy") is None
