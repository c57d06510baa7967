"""JSON sidecars beside pictures in plain folders, of several programs; other JSON files are no sidecars."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.sources.json_sidecars import metadata_in
from gallery.sources.source_files import SourceMetadata
from tests.gallery.sources.trees import JPEG, make_folder, picture, verdicts

GOOGLE = {
    "title": "IMG_1.JPG", "photoTakenTime": {"timestamp": "1682913600"}, "description": "At the lake",
    "geoData": {"latitude": 30.25, "longitude": 120.125, "altitude": 0}, "people": [{"name": "Anna"}],
    "favorited": True,
}  # fmt: skip
OSXPHOTOS = [
    {
        "SourceFile": "IMG_1.jpg", "ExifTool:ExifToolVersion": "12.00", "EXIF:DateTimeOriginal": "2023:05:01 12:00:00",
        "EXIF:OffsetTimeOriginal": "+08:00", "EXIF:ImageDescription": "At the lake", "XMP:Title": "Lake",
        "IPTC:Keywords": ["trip", "lake"], "XMP:PersonInImage": ["Anna"], "EXIF:GPSLatitude": 30.25,
        "EXIF:GPSLatitudeRef": "S", "EXIF:GPSLongitude": 120.125, "EXIF:GPSLongitudeRef": "E", "XMP:Rating": 4,
    }
]  # fmt: skip
IMMICH_GO = {
    "fileName": "IMG_1.jpg", "dateTaken": "2023-05-01T04:00:00Z", "latitude": 30.25, "longitude": 120.125,
    "description": "At the lake", "tags": [{"value": "trip"}], "albums": [{"title": "Lake"}], "rating": 4,
    "favorited": True, "archived": True,
}  # fmt: skip
AT = datetime(2023, 5, 1, 12)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("IMG_1.jpg.json", GOOGLE, SourceMetadata(
            AT, 480, True, "sidecar", "At the lake", 30.25, 120.125, people=("Anna",), importance=5,
        )),
        ("img_1.JPG.supplemental-meta.json", GOOGLE, SourceMetadata(
            AT, 480, True, "sidecar", "At the lake", 30.25, 120.125, people=("Anna",), importance=5,
        )),
        ("IMG_1.jpg.json", OSXPHOTOS, SourceMetadata(
            AT, 480, False, "sidecar", "At the lake", -30.25, 120.125, title="Lake", keywords=("trip", "lake"),
            people=("Anna",), importance=4,
        )),
        ("IMG_1.json", OSXPHOTOS, SourceMetadata(
            AT, 480, False, "sidecar", "At the lake", -30.25, 120.125, title="Lake", keywords=("trip", "lake"),
            people=("Anna",), importance=4,
        )),
        ("IMG_1.jpg.JSON", IMMICH_GO, SourceMetadata(
            AT, 480, True, "sidecar", "At the lake", 30.25, 120.125, albums=("Lake",), keywords=("trip",), importance=4,
            is_archived=True,
        )),
    ],
    ids=["google", "google-case", "osxphotos", "osxphotos-stem", "immich-go"],
)  # fmt: skip
def test_reads_sidecar(tmp_path: Path, settings: Any, name: str, content: Any, expected: SourceMetadata) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    root = make_folder(tmp_path, {"IMG_1.jpg": JPEG, name: json.dumps(content).encode()})
    found = picture(root, "IMG_1.jpg")
    assert found.metadata.sidecar == f"{root}/{name}"
    assert SourceMetadata(**{**vars(found.metadata), "sidecar": ""}) == expected
    assert found.modified_at
    assert verdicts(root)[name] == "sidecar"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("IMG_2.jpg.json", GOOGLE | {"title": "IMG_2.jpg"}, "orphan"),
        ("IMG_2.jpg.json", OSXPHOTOS, "orphan"),
        ("IMG_1.jpg.json", {"annotations": []}, "unsupported"),
        ("package.json", {"name": "x"}, "unsupported"),
        ("IMG_1.json", [OSXPHOTOS[0], OSXPHOTOS[0]], "unsupported"),
        ("IMG_1.json", 7, "unsupported"),
    ],
    ids=range(6),
)
def test_lists_other_files(tmp_path: Path, name: str, content: Any, reason: str) -> None:
    root = make_folder(tmp_path, {"IMG_1.jpg": JPEG, name: json.dumps(content).encode()})
    assert picture(root, "IMG_1.jpg").metadata == SourceMetadata()
    assert verdicts(root)[name] == reason


def test_prefers_what_the_folder_states(tmp_path: Path) -> None:
    files = {"DCIM/100APPLE/IMG_0001.JPG": JPEG, "DCIM/100APPLE/IMG_0001.AAE": b""}
    sidecar = json.dumps(OSXPHOTOS).encode()
    root = make_folder(tmp_path, files | {"DCIM/100APPLE/IMG_0001.JPG.json": sidecar})
    found = picture(root, "DCIM/100APPLE/IMG_0001.JPG").metadata
    assert (found.sidecar.rpartition(".")[2], found.title) == ("AAE", "Lake")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([OSXPHOTOS[0], IMMICH_GO]), st.data())
def test_survives_any_content(known: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([*sorted(known), "other"]))
    assert metadata_in(known | {key: data.draw(VALUES)}, path="x") is not None
