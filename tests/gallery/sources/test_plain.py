"""Plain folders: pictures are found in a fixed order, all else is listed with its reason, no link is followed."""

import os
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest

from gallery.sources import scan
from tests.gallery.sources.trees import JPEG, make_folder, make_zip, picture, verdicts


def test_every_file_is_found_or_passed_over_with_its_reason(tmp_path: Path) -> None:
    files = {
        "a.JPG": "found",
        "b.heic": "found",
        "b.MOV": "motion",
        "c.mp4": "video",
        "d.xmp": "sidecar",
        "e.jpg.part": "partial",
        "f.jpg.crdownload": "partial",
        ".pending-1682913600-g.jpg": "partial",
        ".h.jpg": "hidden",
        "._a.JPG": "system",
        "Thumbs.db": "system",
        "SYNOFILE_THUMB_M.jpg": "system",
        "raw.CR2": "unsupported",
        "notes.txt": "unsupported",
        "old.zip": "unsupported",
    }
    make_folder(tmp_path, list(files))
    assert verdicts(tmp_path) == files


@pytest.mark.parametrize(
    "folder",
    [
        "@eaDir",
        "#recycle",
        ".Trash-1000",
        "node_modules",
        "__MACOSX",
        "Thumbs",
        "Recently Deleted",
        "x Previews.lrdata",
    ],
)
def test_folders_of_systems_are_passed_over_whole(tmp_path: Path, folder: str) -> None:
    make_folder(tmp_path, [f"trip/{folder}/a.jpg", f"trip/{folder}/deep/b.jpg", "trip/c.jpg"])
    assert verdicts(tmp_path) == {f"trip/{folder}/": "system", "trip/c.jpg": "found"}
    archive = make_zip(tmp_path / "x.zip", [f"trip/{folder}/a.jpg", f"trip/{folder}/deep/b.jpg", "trip/c.jpg"])
    assert verdicts(archive) == {f"trip/{folder}/": "system", "trip/c.jpg": "found"}


def test_judges_only_folders_below_the_root(tmp_path: Path) -> None:
    root = make_folder(tmp_path / ".hidden" / "cache", ["a.jpg", ".more/b.jpg"])
    assert verdicts(root) == {"a.jpg": "found", ".more/": "hidden"}


def test_globs_are_those_of_gitignore(tmp_path: Path) -> None:
    make_folder(tmp_path, ["a.jpg", "keep.png", "b.png", "drafts/c.jpg", "deep/drafts/d.jpg"])
    assert verdicts(tmp_path, ignore=["*.png", "!keep.png", "/drafts/"]) == {
        "a.jpg": "found",
        "b.png": "ignored",
        "keep.png": "found",
        "drafts/": "ignored",
        "deep/drafts/d.jpg": "found",
    }


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = make_folder(tmp_path / "outside", ["secret.jpg"])
    root = make_folder(tmp_path / "root", ["a.jpg"])
    (root / "file.jpg").symlink_to(outside / "secret.jpg")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "broken.jpg").symlink_to("nowhere")
    os.mkfifo(root / "pipe.jpg")
    assert verdicts(root) == {
        "a.jpg": "found",
        "broken.jpg": "link",
        "file.jpg": "link",
        "folder": "link",
        "loop": "link",
        "pipe.jpg": "unsupported",
    }


def test_a_file_that_became_a_link_meanwhile_is_not_opened(tmp_path: Path) -> None:
    outside = make_folder(tmp_path / "outside", ["secret.jpg"])
    root = make_folder(tmp_path / "root", ["a.jpg"])
    found = picture(root, "a.jpg")
    (root / "a.jpg").unlink()
    (root / "a.jpg").symlink_to(outside / "secret.jpg")
    with pytest.raises(OSError, match="symbolic"):
        found.open()


def test_a_found_file_tells_where_it_lies_and_how_large_and_old_it_is(tmp_path: Path) -> None:
    make_folder(tmp_path, ["trip/a.jpg"])
    os.utime(tmp_path / "trip/a.jpg", (1682913600, 1682913600))
    found = picture(tmp_path, "trip/a.jpg")
    assert (found.path, found.filename, found.size) == (str(tmp_path / "trip/a.jpg"), "a.jpg", len(JPEG))
    assert (found.modified_at, found.is_plain) == (datetime(2023, 5, 1, 4, tzinfo=UTC), True)
    with found.open() as file:
        assert file.read() == JPEG


def test_the_order_is_always_the_same(tmp_path: Path) -> None:
    make_folder(tmp_path, ["b/2.jpg", "b/1.jpg", "a/z.jpg", "c.jpg", "a/b/x.jpg"])
    order = [item.path.removeprefix(f"{tmp_path}/") for item in scan(tmp_path)]
    assert order == ["c.jpg", "a/z.jpg", "a/b/x.jpg", "b/1.jpg", "b/2.jpg"]


def test_a_name_in_another_encoding_is_read_and_the_file_cannot_stay_in_place(tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(tmp_path), "春游照片.jpg".encode("gbk")), "wb") as file:  # noqa: PTH118, PTH123
        file.write(JPEG)
    found = picture(tmp_path, "春游照片.jpg")
    assert (found.filename, found.is_plain) == ("春游照片.jpg", False)
    with found.open() as file:
        assert file.read() == JPEG


def test_a_folder_that_cannot_be_read_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    make_folder(tmp_path, ["0.jpg", "a/x.jpg", "b/y.jpg"])
    found = scan(tmp_path)
    next(found)
    rmtree(tmp_path / "a")
    assert [item.path.removeprefix(f"{tmp_path}/") for item in found] == ["a/", "b/y.jpg"]


def test_files_without_ending_are_known_by_their_beginning(tmp_path: Path) -> None:
    make_folder(tmp_path, {"picture": JPEG, "words": b"some words", "empty": b""})
    assert verdicts(tmp_path) == {"picture": "found", "words": "unsupported", "empty": "unsupported"}


@pytest.mark.parametrize(("folder", "kind"), [("Screenshots", "screenshot"), ("表情包", "meme"), ("Trip", "")])
def test_some_folders_tell_the_kind(tmp_path: Path, folder: str, kind: str) -> None:
    make_folder(tmp_path, [f"{folder}/a.png"])
    assert picture(tmp_path, f"{folder}/a.png").metadata.kind == kind


def test_nothing_at_the_root_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="none of"):
        scan(tmp_path, profile="telegram")
