"""Raw files and films beside a picture belong to it; alone, they are pictures and videos."""

from pathlib import Path

import pytest

from gallery.sources import companions, scan
from gallery.sources.source_files import SourceFile
from tests.gallery.sources.trees import make_folder, make_zip

# Files of a folder, and the pairs among them.
PAIRS = {
    "raw and JPEG": (["IMG_1.CR2", "IMG_1.JPG"], {"IMG_1.CR2": "IMG_1.JPG"}),
    "raw and HEIC": (["a.dng", "a.heic"], {"a.dng": "a.heic"}),
    "raw with both": (["a.nef", "a.heic", "a.jpg"], {"a.nef": "a.jpg"}),
    "live photo": (["IMG_1.HEIC", "IMG_1.MOV"], {"IMG_1.MOV": "IMG_1.HEIC"}),
    "live photo with a JPEG": (["IMG_1.JPG", "IMG_1.HEIC", "IMG_1.MOV"], {"IMG_1.MOV": "IMG_1.HEIC"}),
    "motion photo": (["PXL_1.MP.jpg", "PXL_1.MP"], {"PXL_1.MP": "PXL_1.MP.jpg"}),
    "motion photo, MP4": (["PXL_1.jpg", "PXL_1.mp4"], {"PXL_1.mp4": "PXL_1.jpg"}),
    "all three": (["a.jpg", "a.arw", "a.mov"], {"a.arw": "a.jpg", "a.mov": "a.jpg"}),
    "another case": (["img_1.jpg", "IMG_1.MOV"], {"IMG_1.MOV": "img_1.jpg"}),
    "the same case first": (["IMG_1.jpg", "img_1.jpg", "img_1.mov"], {"img_1.mov": "img_1.jpg"}),
    "another normal form": (["\u00e9.jpg", "e\u0301.mov"], {"e\u0301.mov": "\u00e9.jpg"}),
    "other names": (["IMG_1.jpg", "IMG_2.mov", "IMG_10.cr2"], {}),
    "another folder": (["a/x.jpg", "b/x.mov", "b/x.cr2"], {}),
    "a screenshot": (["a.png", "a.mov"], {}),
    "no picture": (["a.mov", "a.cr2"], {}),
}


def pairs(root: Path) -> dict[str, str]:
    files = [item for item in scan(root) if isinstance(item, SourceFile)]
    names = {file.identity: file.filename for file in files}
    order = [file.filename for file in files]
    found = {file.filename: names[file.partner] for file in files if file.partner}
    assert all(order.index(picture) < order.index(companion) for companion, picture in found.items())
    return found


@pytest.mark.parametrize("case", PAIRS)
def test_pairs_by_name_within_folder(tmp_path: Path, case: str) -> None:
    names, expected = PAIRS[case]
    assert pairs(make_folder(tmp_path / "folder", names)) == expected
    assert pairs(make_zip(tmp_path / "a.zip", names)) == expected


def test_leaves_long_films_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "MAX_FILM_BYTES", 10)
    assert pairs(make_folder(tmp_path, ["a.jpg", "a.mov"])) == {}
