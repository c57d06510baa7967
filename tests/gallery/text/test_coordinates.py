"""Coordinates in the forms that people write and copy."""

import pytest

from gallery.text.coordinates import parse_coordinates

HANGZHOU = (30.25, 120.16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30.25, 120.16", HANGZHOU),
        ("30.25 120.16", HANGZHOU),
        ("30.25;120.16", HANGZHOU),
        ("30.25，120.16", HANGZHOU),
        ("３０.２５，１２０.１６", HANGZHOU),
        ("30.25°, 120.16°", HANGZHOU),
        ("-33.8688, −151.2093", (-33.8688, -151.2093)),
        ("+0.5,-0.25", (0.5, -0.25)),
        ("90, -180", (90, -180)),
        ("30°15'00\"N 120°09'36\"E", HANGZHOU),
        ("30° 15′ 0″ N, 120° 9′ 36″ E", HANGZHOU),
        ("30°15.0'N, 120°9.6'E", HANGZHOU),
        ("N30.25 E120.16", HANGZHOU),
        ("120.16E 30.25N", HANGZHOU),
        ("33.5 S, 70.25 W", (-33.5, -70.25)),
        ("40°42'46\"N 74°00'22\"W", (40.712778, -74.006111)),
        ("北纬30.25° 东经120.16°", HANGZHOU),
        ("Hangzhou, Zhejiang, China (30.25, 120.16)", HANGZHOU),
        ("Sydney (-33.87, 151.21)", (-33.87, 151.21)),
        ("geo:30.25,120.16", HANGZHOU),
        ("geo:30.25,120.16?z=12", HANGZHOU),
        ("https://www.google.com/maps/@30.25,120.16,15z", HANGZHOU),
        ("https://www.google.com/maps/place/West+Lake/@1.5,2.5,17z/data=!3m1!8m2!3d30.25!4d120.16", HANGZHOU),
        ("https://www.google.com/maps?q=30.25,120.16", HANGZHOU),
        ("https://www.google.com/maps/search/?api=1&query=30.25%2C120.16", HANGZHOU),
        ("https://maps.apple.com/?ll=30.25,120.16&q=Lake", HANGZHOU),
        ("https://www.openstreetmap.org/#map=14/30.25/120.16", HANGZHOU),
        ("https://www.openstreetmap.org/?mlat=30.25&mlon=120.16#map=14/1.0/2.0", HANGZHOU),
        ("https://www.bing.com/maps?cp=30.25~120.16&lvl=11", HANGZHOU),
    ],
)
def test_reads_coordinates(text, expected):
    found = parse_coordinates(text)
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Hangzhou", "30.25", "91, 10", "10, 181", "30, 120, 5", "30.25N 120.16", "30N 40N", "10E 20E"),
        *("30°60'N 120°E", "30°15'61\"N 120°E", "1,2,3,4", "2024-05-01", "nan, nan"),
        *("https://example.com/30.25,120.16", "(30.25, 120.16) and more", "1e3, 2", "Room 12 34", "geo:91,0"),
    ],
)
def test_finds_no_coordinates(text):
    assert parse_coordinates(text) is None
