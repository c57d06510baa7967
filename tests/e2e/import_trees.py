"""A small tree of files for each kind of import source, and the expected result of importing it."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image

from photosearch.samples.sheet import Sheet

YEAR = "Takeout/Google Photos/Photos from 2021"
CHAT, ME = "0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"
WECHAT = "WeChat Files/wxid_heron/FileStorage"


@dataclass(frozen=True)
class Tree:
    """Files by path, in the folder itself unless they are listed in `archives`.

    `verdicts` holds the expected verdict and reason of each path. The picture `filename` shows `words`, and its page
    shows each of `details`.
    """

    files: Mapping[str, bytes]
    verdicts: Mapping[str, str]
    words: str
    filename: str
    details: Sequence[str]
    archives: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def make(self, folder: Path) -> Path:
        """Write the files below `folder`."""
        folder.mkdir(parents=True)
        packed = {path for paths in self.archives.values() for path in paths}
        for name, paths in self.archives.items():
            (folder / name).write_bytes(archive_of({path: self.files[path] for path in paths}))
        for path in set(self.files) - packed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(self.files[path])
        return folder


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with these files."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return file.getvalue()


def _sheet(words: str, kind: str) -> bytes:
    sheet = Sheet(760, 150, "#fffaf0")
    sheet.write((40, 45), words, size=48)
    return _file(sheet.image, kind)


def _colour(red: int, kind: str) -> bytes:
    return _file(Image.new("RGB", (240, 180), (red, 90, 120)), kind)


def _file(image: Image.Image, kind: str) -> bytes:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def _sidecar(title: str, **more: object) -> bytes:
    return json.dumps({"title": title, "photoTakenTime": {"timestamp": "1623758400"}} | more).encode()


jpeg, png, heic = (partial(_colour, kind=kind) for kind in ("JPEG", "PNG", "HEIF"))
sheet = partial(_sheet, kind="JPEG")


def _disguised(data: bytes) -> bytes:
    return bytes(byte ^ 0x5A for byte in data)


TREES = {
    "plain": Tree(
        files={
            "2019 Lake/IMG_20190614_101112.jpg": sheet("kingfisher 4711"),
            "2019 Lake/copy of IMG_20190614_101112.jpg": sheet("kingfisher 4711"),
            "2019 Lake/film.mp4": b"film",
            "broken.jpg": jpeg(2)[:200],
            "@eaDir/IMG_20190614_101112.jpg/SYNOFILE_THUMB_M.jpg": jpeg(1),
        },
        verdicts={
            "2019 Lake/IMG_20190614_101112.jpg": "new",
            "2019 Lake/copy of IMG_20190614_101112.jpg": "duplicate",
            "2019 Lake/film.mp4": "skipped video file",
            "broken.jpg": "unreadable This picture is damaged or incomplete.",
            "@eaDir/": "skipped system file",
        },
        words="kingfisher 4711",
        filename="IMG_20190614_101112.jpg",
        details=("Jun 14, 2019", "file name", "2019 Lake/copy of IMG_20190614_101112.jpg"),
    ),
    "apple": Tree(
        files={
            "DCIM/100APPLE/IMG_0001.HEIC": heic(10),
            "DCIM/100APPLE/IMG_0001.MOV": b"film",
            "DCIM/100APPLE/IMG_0001.AAE": b"<plist/>",
            "DCIM/100APPLE/IMG_E0001.JPG": sheet("sandpiper 4712"),
            "DCIM/100APPLE/IMG_0002.MOV": b"film",
        },
        verdicts={
            "DCIM/100APPLE/IMG_0001.HEIC": "new",
            "DCIM/100APPLE/IMG_0001.MOV": "new film, kept with its picture",
            "DCIM/100APPLE/IMG_0001.AAE": "skipped sidecar with metadata",
            "DCIM/100APPLE/IMG_E0001.JPG": "new",
            "DCIM/100APPLE/IMG_0002.MOV": "skipped video file",
        },
        words="sandpiper 4712",
        filename="IMG_E0001.JPG",
        details=("file time", "DCIM/100APPLE/IMG_0001.AAE"),
    ),
    "takeout": Tree(
        files={
            f"{YEAR}/heron.jpg": sheet("grey heron 4713"),
            f"{YEAR}/heron.jpg.supplemental-metadata.json": _sidecar(
                "heron.jpg", description="Waiting", geoData={"latitude": 30.25, "longitude": 120.125}, archived=True
            ),
            f"{YEAR}/gone.jpg": jpeg(20),
            f"{YEAR}/gone.jpg.json": _sidecar("gone.jpg", trashed=True),
            "Takeout/Google Photos/Ponds/metadata.json": b'{"title": "Quiet ponds"}',
            "Takeout/Google Photos/Ponds/heron.jpg": sheet("grey heron 4713"),
        },
        archives={
            "takeout-001.zip": (f"{YEAR}/heron.jpg", f"{YEAR}/gone.jpg", "Takeout/Google Photos/Ponds/heron.jpg"),
            "takeout-002.zip": (
                f"{YEAR}/heron.jpg.supplemental-metadata.json",
                f"{YEAR}/gone.jpg.json",
                "Takeout/Google Photos/Ponds/metadata.json",
            ),
        },
        verdicts={
            f"takeout-001.zip!/{YEAR}/heron.jpg": "new",
            f"takeout-001.zip!/{YEAR}/gone.jpg": "skipped in the trash of the other app",
            "takeout-001.zip!/Takeout/Google Photos/Ponds/heron.jpg": "duplicate",
            f"takeout-002.zip!/{YEAR}/heron.jpg.supplemental-metadata.json": "skipped sidecar with metadata",
            f"takeout-002.zip!/{YEAR}/gone.jpg.json": "skipped sidecar with metadata",
            "takeout-002.zip!/Takeout/Google Photos/Ponds/metadata.json": "skipped sidecar with metadata",
        },
        words="grey heron 4713",
        filename="heron.jpg",
        details=("Jun 15, 2021", "sidecar file", "30.25000, 120.12500", "Quiet ponds", "archived", "Waiting"),
    ),
    "qq": Tree(
        files={
            "Tencent Files/123456789/Image/Group2/A1/QQ截图20220708091011.png": _sheet("bittern 4714", "PNG"),
            "Tencent Files/123456789/Image/C2C/Thumb/small.jpg": jpeg(30),
            "Tencent Files/123456789/CustomFace/wave.gif": _colour(31, "GIF"),
        },
        verdicts={
            "Tencent Files/123456789/Image/Group2/A1/QQ截图20220708091011.png": "new",
            "Tencent Files/123456789/Image/C2C/Thumb/": "skipped system file",
            "Tencent Files/123456789/CustomFace/wave.gif": "new",
        },
        words="bittern 4714",
        filename="QQ截图20220708091011.png",
        details=("Jul 8, 2022", "file name", "screenshot", "123456789", "group chat"),
    ),
    "wechat": Tree(
        files={
            f"{WECHAT}/MsgAttach/{CHAT}/Image/2023-05/{ME}.dat": _disguised(sheet("plover 4715")),
            f"{WECHAT}/MsgAttach/{CHAT}/Image/2023-05/{ME[::-1]}.dat": b"\x07\x08V2\x08\x07" + bytes(60),
            f"{WECHAT}/CustomEmotion/a1/{CHAT}": _colour(40, "GIF"),
        },
        verdicts={
            f"{WECHAT}/MsgAttach/{CHAT}/Image/2023-05/{ME}.dat": "new",
            f"{WECHAT}/MsgAttach/{CHAT}/Image/2023-05/{ME[::-1]}.dat": "skipped encrypted file",
            f"{WECHAT}/CustomEmotion/a1/{CHAT}": "new",
        },
        words="plover 4715",
        filename=f"{ME}.jpg",
        details=("May 1, 2023", "folder", "wxid_heron", CHAT),
    ),
    "dingtalk": Tree(
        files={
            "DingTalk/wei/Bird watchers/2024-02/lapwing.jpg": sheet("lapwing 4716"),
            "DingTalk/wei/Bird watchers/2024-02/plan.docx": b"words",
            "DingTalk/123456789_v2/resource_cache/x.jpg": jpeg(50),
        },
        verdicts={
            "DingTalk/wei/Bird watchers/2024-02/lapwing.jpg": "new",
            "DingTalk/wei/Bird watchers/2024-02/plan.docx": "skipped not a picture",
            "DingTalk/123456789_v2/resource_cache/x.jpg": "skipped system file",
        },
        words="lapwing 4716",
        filename="lapwing.jpg",
        details=("Feb 1, 2024", "folder", "wei", "Bird watchers"),
    ),
}
