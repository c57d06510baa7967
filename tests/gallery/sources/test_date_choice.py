"""The date comes from the most reliable source: EXIF, sidecar, GPS, file name, folder, file time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.models import Witness
from gallery.pictures.metadata import Metadata
from gallery.sources.date_choice import choose_date, period_of_folders
from gallery.sources.source_files import SourceMetadata

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
