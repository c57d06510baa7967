"""DCIM folders of iPhones: videos of live photos are skipped, edits are sidecars, edited copies are pictures."""

from pathlib import Path

from tests.gallery.sources.trees import make_folder, picture, verdicts

CAMERA_ROLL = {
    "DCIM/100APPLE/IMG_0001.AAE": "sidecar",
    "DCIM/100APPLE/IMG_0001.HEIC": "found",
    "DCIM/100APPLE/IMG_0001.MOV": "film",
    "DCIM/100APPLE/IMG_0002.MOV": "video",
    "DCIM/100APPLE/IMG_0003.PNG": "found",
    "DCIM/100APPLE/IMG_E0001.JPG": "found",
    "DCIM/100APPLE/IMG_O0001.AAE": "sidecar",
    "DCIM/101APPLE/IMG_1001.JPG": "found",
    "DCIM/101APPLE/IMG_1001.MOV": "film",
    "DCIM/.MISC/": "hidden",
}


def test_separates_pictures_videos_and_edits(tmp_path: Path) -> None:
    root = make_folder(tmp_path, [path for path in CAMERA_ROLL if not path.endswith("/")] + ["DCIM/.MISC/Info.plist"])
    assert verdicts(root) == verdicts(root, profile="apple") == CAMERA_ROLL


def test_finds_sidecar_of_edited_picture(tmp_path: Path) -> None:
    root = make_folder(tmp_path, [path for path in CAMERA_ROLL if not path.endswith("/")])
    folder = root / "DCIM/100APPLE"
    assert picture(root, "DCIM/100APPLE/IMG_0001.HEIC").metadata.sidecar.startswith(f"{folder}/IMG_")
    assert picture(root, "DCIM/100APPLE/IMG_E0001.JPG").metadata.sidecar.endswith(".AAE")
    assert picture(root, "DCIM/100APPLE/IMG_0003.PNG").metadata.sidecar == ""
