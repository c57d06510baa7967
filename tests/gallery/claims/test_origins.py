"""The claims of origins, and the date that is chosen from them: sidecar, GPS, file name, folder, file time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.claims.embedded import claims_of_metadata
from gallery.claims.ladder import photo_fields
from gallery.claims.origins import claims_of_origin
from gallery.claims.zones import server_zone
from gallery.models import Witness
from gallery.pictures.metadata import Metadata
from gallery.sources.source_files import SourceMetadata

EXIF, SIDECAR = datetime(2020, 1, 1, 10), datetime(2020, 1, 2, 10)
GPS, FILE = datetime(2020, 1, 3, 10, tzinfo=UTC), datetime(2020, 1, 6, 10, tzinfo=UTC)
ALL = {
    "metadata": Metadata(EXIF, 60, GPS),
    "source_metadata": SourceMetadata(taken_at=SIDECAR, taken_offset=120, is_instant=True, date_source="sidecar"),
    "filename": "IMG_20200104_100000.jpg",
    "path": "/photos/2020-01-05/IMG.jpg",
    "modified_at": FILE,
}
NO_METADATA: dict[str, Any] = {"metadata": Metadata(), "source_metadata": SourceMetadata()}


def choose(**witnesses: Any) -> tuple[datetime | None, int | None, str]:
    claims = [claims_of_metadata(witnesses.pop("metadata")), claims_of_origin(**witnesses)]
    fields = photo_fields(claims, zone=server_zone(), zone_of=lambda *_position: None)
    return fields["taken_at"], fields["taken_offset"], fields["date_source"]


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
        (SIDECAR + timedelta(hours=6), 480, "sidecar"),
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


def test_prefers_file_time_within_day_of_name() -> None:
    named = NO_METADATA | {"filename": "IMG-20200106-WA0001.jpg", "path": "/a/x.jpg"}
    assert choose(**named, modified_at=FILE) == (datetime(2020, 1, 6, 10), 0, "filename")
    assert choose(**named, modified_at=FILE + timedelta(days=1)) == (datetime(2020, 1, 6), None, "filename")


@pytest.mark.parametrize(
    ("local", "offset"),
    [
        (datetime(2020, 1, 3, 18, 0, 20), 480),
        (datetime(2020, 1, 3, 15, 44), 345),
        (datetime(2020, 1, 3, 0, 0), -600),
        (datetime(2020, 1, 3, 10, 1), 0),
        (datetime(2020, 1, 3, 18, 5), None),
        (datetime(2020, 1, 4, 1, 0), None),
        (datetime(2021, 1, 3, 10, 0), None),
    ],
)
def test_finds_offset_beside_gps_time(local: datetime, offset: int | None) -> None:
    assert claims_of_metadata(Metadata(local, None, GPS)).get("offset", {}).get("gps") == offset


def test_states_no_empty_values() -> None:
    assert claims_of_origin(SourceMetadata(), filename="x.jpg", path="/a/x.jpg", modified_at=None) == {}


def test_states_kind_and_importance() -> None:
    metadata = SourceMetadata(kind="meme", description="a\u200bb", latitude=1.0, longitude=2.0)
    claims = claims_of_origin(metadata, filename="Screenshot_1.png", path="/a", modified_at=None, importance=3)
    assert claims["kind"] == {"filename": "screenshot", "folder": "meme"}
    assert claims["importance"] == {"folder": 3}
    assert claims["description"] == {"sidecar": "ab"}
    assert claims["place"] == {"sidecar": {"latitude": 1.0, "longitude": 2.0}}


@given(st.text(), st.datetimes(timezones=st.just(UTC)) | st.none())
def test_survives_any_path_and_file_time(path: str, modified_at: datetime | None) -> None:
    nothing = NO_METADATA | {"filename": path, "path": f"{path}/{path}"}
    taken_at, _offset, source = choose(**nothing, modified_at=modified_at)
    assert bool(source) == (taken_at is not None)
