"""A data folder of root is given to the account entirely, and no file outside of it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed, ownership
from photosearch.embedded.ownership import hand_over, owner_of, take_folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a data folder of an older photosearch run by root, next to another folder of root."""
    with tempfile.TemporaryDirectory(prefix="ps-", dir="/tmp") as name:
        folder = Path(name, "data")
        for path in ("run/up.lock", "media/originals/1/png/ab/abc.png", "logs/web.log", "servers/pg/bin/postgres"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(path)
        (folder / "postgres").mkdir()
        Path(name, "outside").mkdir()
        Path(name, "outside/file").write_text("root's")
        yield folder


def belonging_to_root(folder: Path) -> set[str]:
    paths = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)) for path in paths if path.lstat().st_uid == 0}


def test_gives_everything_away(folder, account):
    take_folder(folder, account=account)
    assert belonging_to_root(folder) == set()
    assert owner_of(folder) == account
    assert not (folder / "media/originals/1/png/ab/abc.png").stat().st_mode & 0o111


def test_follows_no_link(folder, account):
    outside = folder.parent / "outside"
    (folder / "media/file").symlink_to(outside / "file")
    (folder / "media/folder").symlink_to(outside)
    (folder / "media/loop").symlink_to(folder)
    take_folder(folder, account=account)
    assert belonging_to_root(folder) == set()
    assert belonging_to_root(outside) == {".", "file"}


def test_reports_folder_of_root_behind_link(folder, account, caplog):
    outside = folder.parent / "outside"
    (folder / "models").symlink_to(outside)
    take_folder(folder, account=account)
    assert f"chown -R photosearch {outside}" in caplog.text


def test_keeps_files_of_other_owners(folder, account):
    (folder / "media/theirs").mkdir()
    (folder / "media/theirs/file").write_text("root's, in a folder where another account can put what it likes")
    os.chown(folder / "media/theirs", 65534, 65534)
    take_folder(folder, account=account)
    assert (folder / "media/theirs").stat().st_uid == 65534
    assert belonging_to_root(folder) == {"media/theirs/file"}


def test_keeps_other_names_of_foreign_files(folder, account):
    take_folder(folder, account=account)
    os.link(folder.parent / "outside/file", folder / "name")
    take_folder(folder, account=account)
    assert belonging_to_root(folder) == {"name"}


def test_continues_after_interruption(folder, account, monkeypatch):
    chown = os.chown
    remaining = 2

    def interrupted(*arguments: object, **options: object) -> None:
        nonlocal remaining
        if not remaining:
            raise KeyboardInterrupt
        remaining -= 1
        chown(*arguments, **options)

    monkeypatch.setattr(ownership.os, "chown", interrupted)
    with pytest.raises(KeyboardInterrupt):
        hand_over(folder, account=account)
    assert owner_of(folder) is None
    monkeypatch.undo()
    take_folder(folder, account=account)
    assert belonging_to_root(folder) == set()


def test_takes_files_that_root_added_later(folder, account):
    take_folder(folder, account=account)
    (folder / "models/clip").mkdir(parents=True)
    (folder / "models/clip/weights.pt").write_text("weights")
    take_folder(folder, account=account)
    assert belonging_to_root(folder) == set()


def test_makes_missing_folder_closed_to_other_accounts(folder, account):
    new = folder.parent / "new/data"
    take_folder(new, account=account)
    assert owner_of(new) == account
    assert new.stat().st_mode & 0o777 == 0o700


def test_refuses_folder_with_other_content(folder, account):
    with pytest.raises(StartFailed, match="holds other things than a photosearch"):
        take_folder(folder.parent / "outside", account=account)
    assert belonging_to_root(folder.parent / "outside") == {".", "file"}


def test_refuses_folder_of_another_user(folder, account):
    os.chown(folder, 65534, 65534)
    with pytest.raises(StartFailed, match=f"chown photosearch {folder}"):
        take_folder(folder, account=account)


def test_reports_progress(folder, account, monkeypatch, caplog):
    monkeypatch.setattr(ownership, "FILES_PER_LINE", 5)
    caplog.set_level("INFO")
    take_folder(folder, account=account)
    assert [line.rpartition("photosearch")[2] for line in caplog.messages[:2]] == [" …", "; 5 files so far …"]
