"""Date, offset, place, camera and orientation are those that exiftool itself shows, run as people run it."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL.ExifTags import Base

from gallery.metadata.program import find_program
from gallery.metadata.reading import FileMetadata, read_file
from photosearch.samples.catalogue import SAMPLES
from tests.tagged_pictures import exif_block, position, tagged_jpeg, tagged_png, xmp_packet

WRITTEN = "2019:05:06 07:08:09"
# The Working Group's order, without its composite tags.
DATES = ("DateTimeOriginal", "DateCreated", "CreateDate")
SHOWN = (*DATES, "TimeCreated", "OffsetTimeOriginal", "Make", "Model")
NUMBERS = ("GPSLatitude", "GPSLongitude", "Orientation")
MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?([+-]\d\d:\d\d)?")


def drawn() -> Iterable[tuple[str, bytes]]:
    """Yield names and bytes of pictures of every kind of metadata."""
    for number in range(8):
        tags = {Base.Make: "Camera", Base.Model: f"M{number}", Base.Orientation: number + 1}
        moment = f"20{number + 10}:0{number + 1}:2{number} 1{number}:2{number}:3{number}"
        exif = {Base.DateTimeOriginal: moment, Base.OffsetTimeOriginal: f"+0{number}:30"}
        gps = position(number * 11.5 - 40, number * 40.25 - 150)
        yield f"tagged-{number}.jpg", tagged_jpeg(tags=tags, exif=exif, gps=gps)
        yield f"tagged-{number}.png", tagged_png(exif=exif_block(tags, exif=exif, gps=gps))
    yield "digitised.jpg", tagged_jpeg(exif={Base.DateTimeDigitized: WRITTEN})
    yield "changed.jpg", tagged_jpeg(tags={Base.DateTime: WRITTEN})
    yield "xmp.jpg", tagged_jpeg(xmp=xmp_packet(exif_DateTimeOriginal="2019-05-06T07:08:09", tiff_Make="Canon"))
    yield "plain.jpg", tagged_jpeg()
    for sample in SAMPLES[:20]:
        yield sample.filename, sample.read()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures made here, and those that the installed packages bring."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, content in drawn():
        (folder / name).write_bytes(content)
    packages = Path(sysconfig.get_path("purelib"))
    brought = [packages / "skimage/data", packages / "sklearn/datasets/images"]
    kinds = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp"}
    found = [path for place in (folder, *brought) for path in sorted(place.iterdir()) if path.suffix in kinds]
    assert len(found) > 60
    return found


@pytest.fixture(scope="module")
def shown(pictures: list[Path]) -> list[dict[str, Any]]:
    """Values as exiftool shows them for each picture."""
    names = [*(f"-{name}" for name in SHOWN), *(f"-{name}#" for name in NUMBERS)]
    command = [find_program(), "-config", "", "-json", *names, *pictures]
    rows: list[dict[str, Any]] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return rows


def read(path: Path) -> FileMetadata:
    with path.open("rb") as file:
        return read_file(file)


def test_agrees_with_exiftool(pictures: list[Path], shown: list[dict[str, Any]]) -> None:
    differences = [
        (path.name, name, ours, theirs)
        for path, row in zip(pictures, shown, strict=True)
        for (name, ours), theirs in zip(_ours(read(path)).items(), _theirs(row).values(), strict=True)
        if ours != theirs
    ]
    assert differences == []


def _ours(found: FileMetadata) -> dict[str, Any]:
    date = found.claims.get("date", {}).get("exif", {})
    return {
        "date": date["at"][:19] if date else None,
        "offset": date.get("offset"),
        "latitude": found.data.get("latitude"),
        "longitude": found.data.get("longitude"),
        "make": found.data.get("make"),
        "model": found.data.get("model"),
        "orientation": found.data.get("orientation"),
    }


def _theirs(row: dict[str, Any]) -> dict[str, Any]:
    written = next((str(row[name]) for name in DATES if name in row), "")
    # IPTC has date and time apart.
    moment = MOMENT.match(written if len(written) > len("2019:05:06") else f"{written} {row.get('TimeCreated')}")
    zone = row.get("OffsetTimeOriginal") or (moment and moment[7]) or ""
    minutes = int(zone[1:3]) * 60 + int(zone[4:]) if zone else None
    return {
        "date": datetime(*(int(part or 0) for part in moment.groups()[:6])).isoformat() if moment else None,
        "offset": -minutes if minutes and zone.startswith("-") else minutes,
        "latitude": _rounded(row.get("GPSLatitude")),
        "longitude": _rounded(row.get("GPSLongitude")),
        "make": _stripped(row.get("Make")),
        "model": _stripped(row.get("Model")),
        "orientation": row.get("Orientation"),
    }


def _stripped(text: str | None) -> str | None:
    return text and text.strip()


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 7)
