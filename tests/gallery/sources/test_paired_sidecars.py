"""XMP sidecars are read with the pictures that they belong to; each gets its own line."""

from pathlib import Path

import pytest

from gallery.sources.paired_sidecars import MAX_SIDECAR_BYTES
from tests.gallery.sources.trees import JPEG, make_folder, make_zip, picture, verdicts

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def content(root: Path, path: str, *, profile: str = "auto") -> bytes:
    return picture(root, path, profile=profile).read_sidecar()


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.xmp"),
        ("IMG_1.jpg", "IMG_1.xmp"),
        ("IMG_1.JPG", "img_1.jpg.XMP"),
        ("IMG_1.JPG", "Img_1.Xmp"),
        ("CAFÉ.jpg", "cafe\u0301.jpg.xmp"),
        ("IMG_1.jpg", "IMG_1_01.jpg.xmp"),
        ("IMG_1.jpg", "IMG_1.cr2.xmp"),
        ("IMG_1.jpg", "IMG_1.HEIC.xmp"),
        ("2023.05.01.jpg", "2023.05.01.xmp"),
        ("照片 1.jpg", "照片 1.jpg.xmp"),
    ],
)
def test_finds_sidecar_beside_picture(tmp_path: Path, name: str, sidecar: str) -> None:
    root = make_folder(tmp_path / "x", {name: JPEG, sidecar: XMP})
    found = picture(root, name)
    assert (found.read_sidecar(), found.metadata.sidecar) == (XMP, f"{root}/{sidecar}")
    assert verdicts(root)[sidecar] == "sidecar"


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_2.jpg.xmp"),
        ("IMG_1.jpg", "IMG_1.png.xmp"),
        ("IMG_1.jpg", "IMG_10.xmp"),
        ("IMG_1.jpg", "IMG_1_1.jpg.xmp"),
        ("IMG_1.jpg", "xmp.xmp"),
    ],
)
def test_lists_sidecar_without_picture(tmp_path: Path, name: str, sidecar: str) -> None:
    root = make_folder(tmp_path / "x", {name: JPEG, sidecar: XMP})
    assert (content(root, name), verdicts(root)[sidecar]) == (b"", "orphan")


def test_chooses_most_specific_sidecar(tmp_path: Path) -> None:
    files = {
        "a.jpg": JPEG, "a.png": JPEG, "a.xmp": b"both", "a.jpg.xmp": b"jpg", "a_01.jpg.xmp": b"second",
        "b.jpg": JPEG, "b.JPG": JPEG, "b.jpg.xmp": b"lower", "b.JPG.xmp": b"upper",
    }  # fmt: skip
    root = make_folder(tmp_path / "x", files)
    expected = {"a.jpg": b"jpg", "a.png": b"both", "b.jpg": b"lower", "b.JPG": b"upper"}
    assert {name: content(root, name) for name in expected} == expected
    assert {why for name, why in verdicts(root).items() if name.endswith("xmp")} == {"sidecar"}


def test_shares_sidecar_of_raw_picture(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "x", {"a.jpg": JPEG, "a.cr2": JPEG, "a.xmp": XMP})
    assert content(root, "a.jpg") == XMP


def test_keeps_sidecar_of_video(tmp_path: Path) -> None:
    assert verdicts(make_folder(tmp_path / "x", {"a.mp4": b"", "a.mp4.xmp": XMP}))["a.mp4.xmp"] == "sidecar"


def test_refuses_too_large_sidecar(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "x", {"a.jpg": JPEG, "a.jpg.xmp": XMP + b" " * MAX_SIDECAR_BYTES})
    assert (content(root, "a.jpg"), verdicts(root)["a.jpg.xmp"]) == (b"", "oversized")


def test_reads_sidecar_in_archive(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", {"2023/a.jpg": JPEG, "2023/a.jpg.xmp": XMP})
    assert content(archive, "2023/a.jpg") == XMP


def test_reads_xmp_beside_sidecar_of_takeout(tmp_path: Path) -> None:
    json = b'{"title": "a.jpg", "photoTakenTime": {"timestamp": "1682913600"}}'
    root = make_folder(tmp_path / "Takeout", {"a.jpg": JPEG, "a.jpg.json": json, "a.jpg.xmp": XMP})
    assert content(root, "a.jpg") == XMP
    assert picture(root, "a.jpg").metadata.sidecar == f"{root}/a.jpg.json"


def test_reads_xmp_beside_edit_of_iphone(tmp_path: Path) -> None:
    folder = "DCIM/100APPLE"
    root = make_folder(tmp_path, {f"{folder}/IMG_1.JPG": JPEG, f"{folder}/IMG_1.AAE": b"", f"{folder}/IMG_1.XMP": XMP})
    assert content(root, f"{folder}/IMG_1.JPG") == XMP
