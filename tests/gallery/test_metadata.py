"""EXIF comes out as plain JSON, and a believable date from EXIF or the file's name."""

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

from gallery.metadata import Metadata, date_in_filename, printable, read_metadata


def picture(tags: dict[int, Any], *, exif: dict[int, Any] | None = None, gps: dict[int, Any] | None = None) -> BytesIO:
    block = Image.Exif()
    block.update(tags)
    block.get_ifd(IFD.Exif).update(exif or {})
    block.get_ifd(IFD.GPSInfo).update(gps or {})
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=block)
    return file


def metadata_of(file: BytesIO, filename: str = "DSC_0001.jpg") -> Metadata:
    return read_metadata(file, filename=filename)


def test_camera_exposure_and_position_are_told() -> None:
    file = picture(
        {Base.Make: "Canon\0", Base.Model: "EOS 90D", Base.Software: "v1", Base.Orientation: 6},
        exif={
            Base.LensModel: "EF-S 18-135mm",
            Base.ExposureTime: IFDRational(1, 125),
            Base.FNumber: IFDRational(28, 10),
            Base.ISOSpeedRatings: 400,
            Base.FocalLength: IFDRational(50, 1),
        },
        gps={
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (IFDRational(39), IFDRational(54), IFDRational(2000, 100)),
            GPS.GPSLongitudeRef: "W",
            GPS.GPSLongitude: (IFDRational(116), IFDRational(23), IFDRational(0)),
            GPS.GPSAltitude: IFDRational(435, 10),
        },
    )
    assert metadata_of(file).data == {
        "make": "Canon",
        "model": "EOS 90D",
        "software": "v1",
        "orientation": 6,
        "lens": "EF-S 18-135mm",
        "exposure_time": 0.008,
        "aperture": 2.8,
        "iso": 400,
        "focal_length": 50,
        "latitude": 39.9055556,
        "longitude": -116.3833333,
        "altitude": 43.5,
    }


def test_a_picture_without_exif_tells_nothing() -> None:
    assert metadata_of(picture({})) == Metadata()


def test_a_tiff_tells_its_tags_too() -> None:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "TIFF", tiffinfo={Base.Make: "Epson"})
    assert metadata_of(file).data["make"] == "Epson"


def test_nonsense_is_left_out() -> None:
    file = picture(
        {Base.Make: "\0\0", Base.Model: b"\xff\xfe\0Model"},
        exif={
            Base.ExposureTime: IFDRational(1, 0),
            Base.FNumber: IFDRational(0, 0),
            Base.ISOSpeedRatings: 0,
            Base.DateTimeOriginal: "0000:00:00 00:00:00",
        },
        gps={GPS.GPSLatitude: (IFDRational(95), IFDRational(0), IFDRational(0)), GPS.GPSLongitude: (IFDRational(1),)},
    )
    metadata = metadata_of(file)
    assert set(metadata.data) <= {"model"}
    assert metadata.taken_at is None


@given(
    st.dictionaries(st.sampled_from([tag.value for tag in Base]), st.text() | st.binary() | st.integers(0, 65535)),
    st.dictionaries(st.sampled_from([tag.value for tag in GPS]), st.text() | st.binary() | st.integers(0, 65535)),
)
def test_whatever_stands_in_exif_becomes_json_that_postgresql_takes(tags: dict[int, Any], gps: dict[int, Any]) -> None:
    try:
        file = picture(tags, gps=gps)
    except Exception:  # noqa: BLE001  (Pillow refuses to write some of these)
        return
    told = json.dumps(metadata_of(file).data, allow_nan=False)
    assert "\\u0000" not in told


@pytest.mark.parametrize(
    ("offset", "minutes"), [("+08:00", 480), ("-03:30", -210), ("+15:00", None), ("Z", None), ("", None)]
)
def test_the_moment_of_exposure_keeps_local_time_and_offset(offset: str, minutes: int | None) -> None:
    file = picture(
        {Base.DateTime: "2024:01:01 00:00:00"},
        exif={Base.DateTimeOriginal: "2023:05:01 12:34:56", Base.OffsetTimeOriginal: offset},
    )
    metadata = metadata_of(file, "IMG_20200202_020202.jpg")
    assert (metadata.taken_at, metadata.taken_offset) == (datetime(2023, 5, 1, 12, 34, 56), minutes)
    assert metadata.date_source == "exif"


@pytest.mark.parametrize("date", ["1970:01:01 00:00:00", "1980:01:01 00:00:00", "1066:10:14 09:00:00", "2023:13:01 1"])
def test_an_absurd_date_gives_way_to_the_file_name(date: str) -> None:
    metadata = metadata_of(picture({Base.DateTime: date}), "IMG_20200202_020202.jpg")
    assert (metadata.taken_at, metadata.date_source) == (datetime(2020, 2, 2, 2, 2, 2), "filename")


def test_nothing_was_taken_in_the_future() -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    file = picture({Base.DateTime: f"{later:%Y:%m:%d %H:%M:%S}"})
    assert metadata_of(file, f"IMG_{later:%Y%m%d_%H%M%S}.jpg").taken_at is None


AT = datetime(2023, 5, 1, 12, 34, 56)


@pytest.mark.parametrize(
    ("filename", "taken_at"),
    [
        ("IMG_20230501_123456.jpg", AT),
        ("IMG_20230501_123456_HDR.jpg", AT),
        ("IMG20230501123456.jpg", AT),
        ("PXL_20230501_123456789.jpg", AT),
        ("20230501_123456.heic", AT),
        ("Screenshot_2023-05-01-12-34-56-78_99c04817c0de.jpg", AT),
        ("Screenshot_20230501_123456_com.tencent.mm.jpg", AT),
        ("WX20230501-123456@2x.png", AT),
        ("QQ截图20230501123456.png", AT),
        ("微信图片_20230501123456.jpg", AT),
        ("photo_2023-05-01_12-34-56.jpg", AT),
        ("屏幕截图 2023-05-01 123456.png", AT),
        ("Screenshot 2023-05-01 at 12.34.56.png", AT),
        ("Screenshot 2023-05-01 at 3.04.05\u202fPM.png", datetime(2023, 5, 1, 15, 4, 5)),
        ("Screenshot 2023-05-01 at 12.04.05 AM.png", datetime(2023, 5, 1, 0, 4, 5)),
        ("截屏2023-05-01 下午3.04.05.png", datetime(2023, 5, 1, 15, 4, 5)),
        ("IMG-20230501-WA0001.jpg", datetime(2023, 5, 1)),
        ("DSC_0001.jpg", None),
        ("20230231.png", None),
        ("IMG_18230501_123456.jpg", None),
        ("x20230501123456789012345.jpg", None),
        ("ISBN 9787020002207.jpg", None),
    ],
)
def test_names_tell_dates(filename: str, taken_at: datetime | None) -> None:
    assert date_in_filename(filename) == (taken_at, None)


@pytest.mark.parametrize(
    "filename",
    ["mmexport1682913600000.jpg", "wx_camera_1682913600000.jpg", "1682913600000.jpg", "microMsg.1682913600000.jpg"],
)
def test_an_instant_in_a_name_becomes_this_server_s_local_time(filename: str, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    assert date_in_filename(filename) == (datetime(2023, 5, 1, 12, 0), 480)


def test_numbers_that_only_look_like_an_instant_are_left_alone() -> None:
    assert date_in_filename("order-1682913600000.jpg") == (None, None)


@given(st.text())
def test_any_name_is_survived(filename: str) -> None:
    taken_at, _offset = date_in_filename(filename)
    assert taken_at is None or taken_at.year >= 1990


def test_control_characters_and_lone_surrogates_become_spaces() -> None:
    assert printable("a\0b\x1b[31m\ud800c 张\n") == "a b [31m c 张"
