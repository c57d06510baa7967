"""The date comes from the most reliable source: EXIF, sidecar, GPS, file name, folder, file time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.models import Witness
from gallery.pictures.metadata import Metadata
from gallery.sources.date_choice import choose_date, period_of_folders
from gallery.sources.dates_in_names import date_in_filename
from gallery.sources.source_files import SourceMetadata

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
        ("VID_20230501_123456.mp4", AT),
        ("MVIMG_20230501_123456.jpg", AT),
        ("signal-2023-05-01-123456.jpg", AT),
        ("signal-2023-05-01-12-34-56-789.jpg", AT),
        ("WhatsApp Image 2023-05-01 at 12.34.56.jpeg", AT),
        ("WhatsApp Image 2023-05-01 at 12.34.56 PM (1).jpeg", AT),
        ("WhatsApp Bild 2023-05-01 um 12.34.56.jpg", AT),
        ("photo_1@01-05-2023_12-34-56.jpg", AT),
        ("photo_2@11-12-2022_01-02-03_thumb.jpg", datetime(2022, 12, 11, 1, 2, 3)),
        ("QQ图片20230501123456.jpg", AT),
        ("QQ图片20230501.jpg", datetime(2023, 5, 1)),
        ("照片 2023年5月1日 12时34分56秒.jpg", AT),
        ("2023年05月01日 春游.jpg", datetime(2023, 5, 1)),
        ("Bildschirmfoto 2023-05-01 um 12.34.56.png", AT),
        ("Capture d’écran 2023-05-01 à 12.34.56.png", AT),
        ("2023-05-01T12:34:56.jpg", AT),
        ("DSC_0001.jpg", None),
        ("20230231.png", None),
        ("IMG_18230501_123456.jpg", None),
        ("x20230501123456789012345.jpg", None),
        ("ISBN 9787020002207.jpg", None),
    ],
)
def test_finds_date_in_name(filename: str, taken_at: datetime | None) -> None:
    assert date_in_filename(filename) == (taken_at, None)


@pytest.mark.parametrize(
    "filename",
    [
        "mmexport1682913600000.jpg",
        "mmexport1682913600000(1).jpg",
        "wx_camera_1682913600000.jpg",
        "wx_camera_1682913600.jpg",
        "1682913600000.jpg",
        "1682913600.jpg",
        "microMsg.1682913600000.jpg",
        "FB_IMG_1682913600000.jpg",
        "received_1682913600000.jpeg",
    ],
)
def test_converts_instant_in_name_to_local_time(filename: str, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    assert date_in_filename(filename) == (datetime(2023, 5, 1, 12, 0), 480)


def test_ignores_numbers_that_are_no_instant() -> None:
    for name in ("order-1682913600000.jpg", "received_1234567890123456.jpg", "13800138000.jpg"):
        assert date_in_filename(name) == (None, None)


@given(st.text())
def test_survives_any_name(filename: str) -> None:
    taken_at, _offset = date_in_filename(filename)
    assert taken_at is None or taken_at.year >= 1990


EXIF, SIDECAR = datetime(2020, 1, 1, 10), datetime(2020, 1, 2, 10)
GPS, FILE = datetime(2020, 1, 3, 10, tzinfo=UTC), datetime(2020, 1, 6, 10, tzinfo=UTC)
ALL = {
    "metadata": Metadata(EXIF, 60, GPS),
    "source_metadata": SourceMetadata(taken_at=SIDECAR, taken_offset=120, date_source="sidecar"),
    "filename": "IMG_20200104_100000.jpg",
    "path": "/photos/2020-01-05/IMG.jpg",
    "modified_at": FILE,
}
NO_METADATA: dict[str, Any] = {"metadata": Metadata(), "source_metadata": SourceMetadata()}


def choose(**witnesses: Any) -> tuple[datetime | None, int | None, str]:
    metadata, source_metadata = witnesses.pop("metadata"), witnesses.pop("source_metadata")
    return choose_date(metadata, source_metadata, **witnesses)


def test_uses_next_source_without_a_better_one(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    without: dict[str, Any] = {}
    ladder = []
    for nothing in (
        {},
        {"metadata": Metadata(gps_at=GPS)},
        {"source_metadata": SourceMetadata()},
        {"metadata": Metadata()},
        {"filename": "IMG.jpg"},
        {"path": "/photos/IMG.jpg"},
        {"modified_at": None},
    ):
        without |= nothing
        ladder.append(choose(**ALL | without))
    assert ladder == [
        (EXIF, 60, "exif"),
        (SIDECAR, 120, "sidecar"),
        (datetime(2020, 1, 3, 18), 480, "gps"),
        (datetime(2020, 1, 4, 10), None, "filename"),
        (datetime(2020, 1, 5), None, "folder"),
        (datetime(2020, 1, 6, 18), 480, "file"),
        (None, None, ""),
    ]
    # A date set by the user is not in the order: nothing overrides it.
    assert {source for _at, _offset, source in ladder} | {"person", "changed"} == {*Witness.values, ""}


def test_prefers_file_time_within_folder_month() -> None:
    nothing = NO_METADATA | {"filename": "x.jpg", "path": "/a/2020-01/x.jpg"}
    assert choose(**nothing, modified_at=FILE) == (datetime(2020, 1, 6, 10), 0, "folder")
    assert choose(**nothing, modified_at=FILE + timedelta(days=99)) == (datetime(2020, 1, 1), None, "folder")


def test_ignores_folder_newer_than_file() -> None:
    nothing = NO_METADATA | {"filename": "x.jpg", "path": "/backup 2022-06-01/x.jpg"}
    assert choose(**nothing, modified_at=FILE) == (datetime(2020, 1, 6, 10), 0, "file")


@pytest.mark.parametrize("year", [1970, 1980, 2999])
def test_ignores_an_implausible_file_time(year: int) -> None:
    nothing = NO_METADATA | {"filename": "x.jpg", "path": "/a/x.jpg"}
    assert choose(**nothing, modified_at=datetime(year, 1, 2, tzinfo=UTC)) == (None, None, "")


@pytest.mark.parametrize(
    ("folder", "begin", "days"),
    [
        ("2023-05-01 Trip", datetime(2023, 5, 1), 1),
        ("20230501", datetime(2023, 5, 1), 1),
        ("2023.05.01", datetime(2023, 5, 1), 1),
        ("2023年5月1日", datetime(2023, 5, 1), 1),
        ("2023-05", datetime(2023, 5, 1), 31),
        ("202305", datetime(2023, 5, 1), 31),
        ("2023_05 Trip", datetime(2023, 5, 1), 31),
        ("2023年5月", datetime(2023, 5, 1), 31),
        ("2023-05/Ori", datetime(2023, 5, 1), 31),
        ("2023/05", datetime(2023, 5, 1), 31),
        ("2023年/5月", datetime(2023, 5, 1), 31),
        ("2023/05 May", datetime(2023, 5, 1), 31),
        ("2023/05/01", datetime(2023, 5, 1), 1),
        ("2023-05/01", datetime(2023, 5, 1), 1),
        ("2023", datetime(2023, 1, 1), 365),
        ("1974", datetime(1974, 1, 1), 365),
        ("Photos from 2023", datetime(2023, 1, 1), 365),
        ("2023 年的照片", datetime(2023, 1, 1), 365),
        ("2023 Trip", datetime(2023, 1, 1), 365),
    ],
)
def test_finds_period_in_folder_names(folder: str, begin: datetime, days: int) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (begin, begin + timedelta(days=days))


@pytest.mark.parametrize(
    "folder", ["100APPLE", "2999", "2023-13", "DSC2023", "12345678", "05", "IMG-1999x", "20231", "13", "x/5"]
)
def test_ignores_other_numbers(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") is None


@pytest.mark.parametrize("folder", ["2023/13", "2023/99", "2023/1234"])
def test_falls_back_to_year_for_impossible_month(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (datetime(2023, 1, 1), datetime(2024, 1, 1))


def test_uses_innermost_folder_but_not_archive_name() -> None:
    assert period_of_folders("/2021/2022-03/x/y.jpg") == (datetime(2022, 3, 1), datetime(2022, 4, 1))
    assert period_of_folders("/takeout-20230501/2023.zip!/a/y.jpg") is None


@given(st.text(), st.datetimes(timezones=st.just(UTC)) | st.none())
def test_survives_any_path_and_file_time(path: str, modified_at: datetime | None) -> None:
    nothing = NO_METADATA | {"filename": path, "path": f"{path}/{path}"}
    taken_at, _offset, source = choose(**nothing, modified_at=modified_at)
    assert bool(source) == (taken_at is not None)
