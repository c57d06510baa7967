"""EXIF is read as plain JSON, and dates must be believable."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from gallery.pictures.metadata import Metadata, read_metadata
from gallery.text.cleaning import clean_line


def picture(tags: dict[int, Any], *, exif: dict[int, Any] | None = None, gps: dict[int, Any] | None = None) -> BytesIO:
    block = Image.Exif()
    block.update(tags)
    block.get_ifd(IFD.Exif).update(exif or {})
    block.get_ifd(IFD.GPSInfo).update(gps or {})
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=block)
    return file


def test_reads_camera_and_position() -> None:
    file = picture(
        {Base.Make: "Canon\0", Base.Model: "EOS 90D", Base.Orientation: 6},
        gps={
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (IFDRational(39), IFDRational(54), IFDRational(2000, 100)),
            GPS.GPSLongitudeRef: "W",
            GPS.GPSLongitude: (IFDRational(116), IFDRational(23), IFDRational(0)),
            GPS.GPSAltitude: IFDRational(435, 10),
        },
    )
    assert read_metadata(file).data == {
        "make": "Canon",
        "model": "EOS 90D",
        "orientation": 6,
        "latitude": 39.9055556,
        "longitude": -116.3833333,
        "altitude": 43.5,
    }


def test_reads_nothing_without_exif() -> None:
    assert read_metadata(picture({})) == Metadata()


def test_reads_tags_of_tiff() -> None:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "TIFF", tiffinfo={Base.Make: "Epson"})
    assert read_metadata(file).data["make"] == "Epson"


def test_omits_invalid_values() -> None:
    file = picture(
        {Base.Make: "\0\0", Base.Model: b"\xff\xfe\0Model"},
        exif={
            Base.DateTimeOriginal: "0000:00:00 00:00:00",
        },
        gps={GPS.GPSLatitude: (IFDRational(95), IFDRational(0), IFDRational(0)), GPS.GPSLongitude: (IFDRational(1),)},
    )
    metadata = read_metadata(file)
    assert set(metadata.data) <= {"model"}
    assert metadata.taken_at is None


@given(
    st.dictionaries(st.sampled_from([tag.value for tag in Base]), st.text() | st.binary() | st.integers(0, 65535)),
    st.dictionaries(st.sampled_from([tag.value for tag in GPS]), st.text() | st.binary() | st.integers(0, 65535)),
)
def test_stores_any_exif_as_json(tags: dict[int, Any], gps: dict[int, Any]) -> None:
    try:
        file = picture(tags, gps=gps)
    except Exception:  # noqa: BLE001  (Pillow refuses to write some of these)
        return
    told = json.dumps(read_metadata(file).data, allow_nan=False)
    assert "\\u0000" not in told


@pytest.mark.parametrize(
    ("offset", "minutes"), [("+08:00", 480), ("-03:30", -210), ("+15:00", None), ("Z", None), ("", None)]
)
def test_keeps_local_time_and_offset(offset: str, minutes: int | None) -> None:
    file = picture(
        {Base.DateTime: "2024:01:01 00:00:00"},
        exif={Base.DateTimeOriginal: "2023:05:01 12:34:56", Base.OffsetTimeOriginal: offset},
    )
    metadata = read_metadata(file)
    assert (metadata.taken_at, metadata.taken_offset) == (datetime(2023, 5, 1, 12, 34, 56), minutes)


@pytest.mark.parametrize("date", ["1970:01:01 00:00:00", "1980:01:01 00:00:00", "1066:10:14 09:00:00", "2023:13:01 1"])
def test_omits_impossible_date(date: str) -> None:
    assert read_metadata(picture({}, exif={Base.DateTimeOriginal: date})).taken_at is None


def test_last_change_is_no_exposure() -> None:
    assert read_metadata(picture({Base.DateTime: "2023:05:01 12:34:56"})).taken_at is None


def test_omits_future_date() -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    file = picture(
        {},
        exif={Base.DateTimeOriginal: f"{later:%Y:%m:%d %H:%M:%S}"},
        gps={GPS.GPSDateStamp: f"{later:%Y:%m:%d}", GPS.GPSTimeStamp: (IFDRational(1), IFDRational(2), IFDRational(3))},
    )
    assert (read_metadata(file).taken_at, read_metadata(file).gps_at) == (None, None)


@pytest.mark.parametrize(
    ("date", "time", "moment"),
    [
        ("2023:05:01", (4, 34, 56), datetime(2023, 5, 1, 4, 34, 56, tzinfo=UTC)),
        ("2023-05-01", (0, 0, 0), datetime(2023, 5, 1, tzinfo=UTC)),
        ("2023:02:31", (4, 34, 56), None),
        ("2023:05:01", (24, 0, 0), None),
        ("1970:01:01", (4, 34, 56), None),
        ("", (4, 34, 56), None),
        ("2023:05:01", (4, 34), None),
    ],
)
def test_reads_gps_time_in_utc(date: str, time: tuple[int, ...], moment: datetime | None) -> None:
    numbers = tuple(IFDRational(number) for number in time)
    assert read_metadata(picture({}, gps={GPS.GPSDateStamp: date, GPS.GPSTimeStamp: numbers})).gps_at == moment


def test_replaces_control_characters_and_surrogates() -> None:
    assert clean_line("a\0b\x1b[31m\ud800c 张\n") == "a b [31m c 张"
