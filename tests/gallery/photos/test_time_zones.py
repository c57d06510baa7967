"""Time zones as people write them, and their offsets at a local time."""

from datetime import datetime

import pytest

from gallery.photos.time_zones import find_zones, offset_at, offset_text, parse_zone


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("Asia/Shanghai", 480),
        ("asia/shanghai", 480),
        ("Shanghai", 480),
        (" new   york ", -240),
        ("America/New_York", -240),
        ("kathmandu", 345),
        ("+05:45", 345),
        ("UTC+5:45", 345),
        ("gmt -0330", -210),
        ("−3:30", -210),
        ("+8", 480),
        ("UTC", 0),
        ("Z", 0),
        ("Europe/Berlin", 120),
        ("Asia/Katmandu", 345),
        ("buenos aires", -180),
        ("杭州", 480),
        ("München", 120),
        ("San Jose", -420),
    ],
)
def test_reads_zone(text, offset):
    zone = parse_zone(text)
    assert zone is not None
    assert offset_at(datetime(2024, 7, 1, 12), zone=zone) == offset


@pytest.mark.parametrize(
    "text", ["", "8", "+25", "+8:75", "+5:4", "nowhere at all", "../etc/passwd", "localtime", "+٨", "+16:01"]
)
def test_refuses_other_text(text):
    assert parse_zone(text) is None


@pytest.mark.parametrize(
    ("zone", "moment", "offset"),
    [
        ("Europe/Berlin", "2024-01-15T12:00", 60),
        ("Europe/Berlin", "2024-03-31T01:59:59", 60),
        ("Europe/Berlin", "2024-03-31T02:30", 60),  # skipped
        ("Europe/Berlin", "2024-03-31T03:00", 120),
        ("Europe/Berlin", "2024-10-27T02:30", 120),  # occurs twice
        ("Europe/Berlin", "2024-10-27T03:00", 60),
        ("Australia/Lord_Howe", "2024-01-01T00:00", 660),
        ("Australia/Lord_Howe", "2024-07-01T00:00", 630),
        ("Asia/Shanghai", "1988-07-01T12:00", 540),
        ("Asia/Shanghai", "1890-01-01T00:00", 486),  # local mean time, +8:05:43
        ("Europe/Paris", "1838-05-01T08:00", 9),
        ("Pacific/Apia", "2011-12-29T12:00", -600),
        ("Pacific/Apia", "2011-12-31T12:00", 840),
    ],
)
def test_derives_offset_at_that_moment(zone, moment, offset):
    assert offset_at(datetime.fromisoformat(moment), zone=parse_zone(zone)) == offset


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "UTC+0:00"), (345, "UTC+5:45"), (-210, "UTC−3:30"), (720, "UTC+12:00")]
)
def test_writes_offset(minutes, text):
    assert offset_text(minutes) == text
    assert offset_at(datetime(2024, 1, 1), zone=parse_zone(text)) == minutes


def test_finds_zones_by_city_first():
    assert find_zones("berl", limit=5)[0] == "Europe/Berlin"
    assert find_zones("慕尼黑", limit=1) == ["Europe/Berlin"]
    assert find_zones("indian", limit=1) == ["America/Indiana/Indianapolis"]
    assert "Indian/Maldives" in find_zones("indian", limit=50)
    assert find_zones("nowhere at all", limit=5) == []
