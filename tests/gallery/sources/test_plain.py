"""Plain folders: pictures are found in a stable order, other files are skipped with a reason."""

import os
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest

from gallery.sources import scan
from tests.gallery.sources.trees import FILM, JPEG, make_folder, make_zip, picture, verdicts


def test_finds_or_skips_each_file_with_reason(tmp_path: Path) -> None:
    files = {
        "a.JPG": "found",
        "b.heic": "found",
        "b.MOV": "film",
        "c.mp4": "video",
        "d.xmp": "orphan",
        "e.jpg.part": "partial",
        "f.jpg.crdownload": "partial",
        ".pending-1682913600-g.jpg": "partial",
        ".h.jpg": "hidden",
        "._a.JPG": "system",
        "Thumbs.db": "system",
        "SYNOFILE_THUMB_M.jpg": "system",
        "raw.CR2": "found",
        "notes.txt": "unsupported",
        "old.zip": "archive",
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
def test_skips_system_folders_as_a_whole(tmp_path: Path, folder: str) -> None:
    make_folder(tmp_path, [f"trip/{folder}/a.jpg", f"trip/{folder}/deep/b.jpg", "trip/c.jpg"])
    assert verdicts(tmp_path) == {f"trip/{folder}/": "system", "trip/c.jpg": "found"}
    archive = make_zip(tmp_path / "x.zip", [f"trip/{folder}/a.jpg", f"trip/{folder}/deep/b.jpg", "trip/c.jpg"])
    assert verdicts(archive) == {f"trip/{folder}/": "system", "trip/c.jpg": "found"}


def test_judges_only_folders_below_the_root(tmp_path: Path) -> None:
    root = make_folder(tmp_path / ".hidden" / "cache", ["a.jpg", ".more/b.jpg"])
    assert verdicts(root) == {"a.jpg": "found", ".more/": "hidden"}


def test_skips_globs_like_gitignore(tmp_path: Path) -> None:
    make_folder(tmp_path, ["a.jpg", "keep.png", "b.png", "drafts/c.jpg", "deep/drafts/d.jpg"])
    assert verdicts(tmp_path, ignore=["*.png", "!keep.png", "/drafts/"]) == {
        "a.jpg": "found",
        "b.png": "ignored",
        "keep.png": "found",
        "drafts/": "ignored",
        "deep/drafts/d.jpg": "found",
    }


def test_follows_no_link(tmp_path: Path) -> None:
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


def test_opens_no_file_that_became_a_link(tmp_path: Path) -> None:
    outside = make_folder(tmp_path / "outside", ["secret.jpg"])
    root = make_folder(tmp_path / "root", ["a.jpg"])
    found = picture(root, "a.jpg")
    (root / "a.jpg").unlink()
    (root / "a.jpg").symlink_to(outside / "secret.jpg")
    with pytest.raises(OSError, match="symbolic"):
        found.open()


def test_gives_path_size_and_time_of_file(tmp_path: Path) -> None:
    make_folder(tmp_path, ["trip/a.jpg"])
    os.utime(tmp_path / "trip/a.jpg", (1682913600, 1682913600))
    found = picture(tmp_path, "trip/a.jpg")
    assert (found.path, found.filename, found.size) == (str(tmp_path / "trip/a.jpg"), "a.jpg", len(JPEG))
    assert (found.modified_at, found.is_plain) == (datetime(2023, 5, 1, 4, tzinfo=UTC), True)
    with found.open() as file:
        assert file.read() == JPEG


def test_yields_stable_order(tmp_path: Path) -> None:
    make_folder(tmp_path, ["b/2.jpg", "b/1.jpg", "a/z.jpg", "c.jpg", "a/b/x.jpg"])
    order = [item.path.removeprefix(f"{tmp_path}/") for item in scan(tmp_path)]
    assert order == ["c.jpg", "a/z.jpg", "a/b/x.jpg", "b/1.jpg", "b/2.jpg"]


def test_decodes_name_and_marks_file_not_plain(tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(tmp_path), "春游照片.jpg".encode("gbk")), "wb") as file:  # noqa: PTH118, PTH123
        file.write(JPEG)
    found = picture(tmp_path, "春游照片.jpg")
    assert (found.filename, found.is_plain) == ("春游照片.jpg", False)
    with found.open() as file:
        assert file.read() == JPEG


def test_lists_unreadable_folder_and_continues(tmp_path: Path) -> None:
    make_folder(tmp_path, ["0.jpg", "a/x.jpg", "b/y.jpg"])
    found = scan(tmp_path)
    next(found)
    rmtree(tmp_path / "a")
    assert [item.path.removeprefix(f"{tmp_path}/") for item in found] == ["a/", "b/y.jpg"]


def test_recognises_files_without_extension(tmp_path: Path) -> None:
    make_folder(tmp_path, {"picture": JPEG, "words": b"some words", "empty": b""})
    assert verdicts(tmp_path) == {"picture": "found", "words": "unsupported", "empty": "unsupported"}


@pytest.mark.parametrize(("folder", "kind"), [("Screenshots", "screenshot"), ("表情包", "meme"), ("Trip", "")])
def test_recognises_kind_by_folder(tmp_path: Path, folder: str, kind: str) -> None:
    make_folder(tmp_path, [f"{folder}/a.png"])
    assert picture(tmp_path, f"{folder}/a.png").metadata.kind == kind


def test_raises_when_root_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="none of"):
        scan(tmp_path, profile="telegram")


CONTENTS = {
    "photo.txt": (JPEG, "found"),
    "photo.mp4": (JPEG, "found"),
    "photo.weird": (b"\x89PNG\r\n\x1a\n" + bytes(20), "found"),
    "sequence": (b"\0\0\0\x20ftypavis\0\0\0\0", "found"),
    "film.dat": (FILM, "video"),
    "film": (b"\0\0\0\x20ftypisom\0\0\0\0", "video"),
    "clip.bin": (b"\x1aE\xdf\xa3" + bytes(20), "video"),
    "clip.ts": (b"G" + bytes(187) + b"G" + bytes(20), "video"),
    "script.ts": (b"export const a = 1;", "video"),
    "export": (b"PK\x03\x04" + bytes(20), "archive"),
    "export.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "archive"),
    "broken.tgz": (b"no archive", "archive"),
    "words.doc": (b"GG some words", "unsupported"),
    "bmp.txt": (b"BMW is a car", "unsupported"),
    "empty.xyz": (b"", "unsupported"),
}


def test_judges_other_endings_by_contents(tmp_path: Path) -> None:
    make_folder(tmp_path, {name: content for name, (content, _verdict) in CONTENTS.items()})
    assert verdicts(tmp_path) == {name: verdict for name, (_content, verdict) in CONTENTS.items()}
