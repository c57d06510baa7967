"""Moments are read in any form that cameras and programs write."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.metadata.dates import Moment, offset_between, read_moment, read_offset

AT = datetime(2023, 7, 21, 21, 6, 26)
FORMS = {
    "2023:07:21 21:06:26": Moment(AT),
    "2023-07-21 21:06:26": Moment(AT),
    "2023/07/21 21:06:26": Moment(AT),
    "2023.07.21 21:06:26": Moment(AT),
    "2023-07-21T21:06:26": Moment(AT),
    "2023:07:21T21:06:26": Moment(AT),
    "2023:07:21 21-06-26": Moment(AT),
    "2023:07:21:21:06:26": Moment(AT),
    "2023:07:21  21:06:26 ": Moment(AT),
    "2023:07:21 21:06:26.25": Moment(AT.replace(microsecond=250_000)),
    "2023-07-21T21:06:26,5": Moment(AT.replace(microsecond=500_000)),
    "2023-07-21T21:06:26.1234567": Moment(AT.replace(microsecond=123_456)),
    "2023:07:21 21:06:26+02:00": Moment(AT, 120),
    "2023:07:21 21:06:26 -03:30": Moment(AT, -210),
    "2023:07:21 21:06:26+0545": Moment(AT, 345),
    "2023:07:21 21:06:26+08": Moment(AT, 480),
    "2023:07:21 21:06:26+02:00 DST": Moment(AT, 120),
    "2023-07-21T21:06:26Z": Moment(AT, is_instant=True),
    "2023:07:21 21:06:26 UTC": Moment(AT, is_instant=True),
    "2023:07:21 21:06-04:00": Moment(AT.replace(second=0), -240),
    "2023:07:21 21:06": Moment(AT.replace(second=0)),
    "2023-07-21T21:06+02:00": Moment(AT.replace(second=0), 120),
    "2023:07:21 09:06:26 PM": Moment(AT),
    "2023:07:21 12:06:26 am": Moment(AT.replace(hour=0)),
    "2023:07:21 12:06:26 p.m.": Moment(AT.replace(hour=12)),
    "2023: 7:21  9: 6: 2": Moment(datetime(2023, 7, 21, 9, 6, 2)),
    "2023:7:1 9:6:2": Moment(datetime(2023, 7, 1, 9, 6, 2)),
    "20230721 210626": Moment(AT),
    "20230721210626": Moment(AT),
    "20230721T210626Z": Moment(AT, is_instant=True),
    "20230721T210626.5": Moment(AT.replace(microsecond=500_000)),
    "20230721": Moment(datetime(2023, 7, 21), days=1),
    "2023:07:21": Moment(datetime(2023, 7, 21), days=1),
    "2023-07-21": Moment(datetime(2023, 7, 21), days=1),
    "2023:07": Moment(datetime(2023, 7, 1), days=30),
    "1989": Moment(datetime(1989, 1, 1), days=365),
    "2015:08:22 24:08:19": Moment(datetime(2015, 8, 22, 0, 8, 19)),
    "2015:08:22 24:00:00": Moment(datetime(2015, 8, 22)),
    "2016:12:31 23:59:60": Moment(datetime(2016, 12, 31, 23, 59, 59)),
    "Fri, 21 Jul 2023 21:06:26 GMT": Moment(AT, is_instant=True),
    "Fri, 21 Jul 2023 21:06:26 +0200": Moment(AT, 120),
    "21 Jul 2023 21:06:26": Moment(AT),
}
NOT_MOMENTS = [
    *("", " ", "    :  :     :  :  ", "0000:00:00 00:00:00", "2023:13:01 10:00:00", "2023:02:30 10:00:00"),
    *("2023:07:21 25:00:00", "2023:07:21 10:61:00", "2023:07:21 10:00:00 or so", "yesterday", "21/07/2023 21:06:26"),
    *("12:34:56", "\0\0\0\0", "20231301", "-2023:07:21 10:00:00", "٢٠٢٣"),
]


@pytest.mark.parametrize(("text", "moment"), FORMS.items(), ids=FORMS)
def test_reads_form_of_date(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", NOT_MOMENTS, ids=range(len(NOT_MOMENTS)))
def test_refuses_what_is_no_date(text):
    assert read_moment(text) is None


@pytest.mark.parametrize("value", [None, ["2023:07:21 21:06:26"], {"at": "2023"}], ids=["nothing", "list", "mapping"])
def test_refuses_what_is_no_text(value):
    assert read_moment(value) is None


@given(st.datetimes(datetime(1826, 1, 1), datetime(2100, 1, 1)), st.sampled_from(":-/."), st.sampled_from(" T"))
def test_reads_every_moment(at, separator, between):
    written = f"{at:%Y}{separator}{at:%m}{separator}{at:%d}{between}{at:%H:%M:%S}.{at:%f}"
    assert read_moment(written) == Moment(at)


@given(st.text(alphabet="0123456789:-/. TZ+apmAPM", max_size=40) | st.text(max_size=40))
def test_survives_any_text(text):
    moment = read_moment(text)
    assert moment is None or moment.at.year > 0


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("+08:00", 480), ("-03:30", -210), ("+00:00", 0), ("+14:00", 840), ("+0900", 540), ("-5:00", -300)),
        *(("+8", 480), ("Z", 0), (" +01:00 ", 60), ("+15:00", None), ("08:00", None), ("", None), (None, None)),
    ],
    ids=str,
)
def test_reads_offset(text, minutes):
    assert read_offset(text) == minutes


@pytest.mark.parametrize(
    ("hours", "minutes", "offset"),
    [(8, 0, 480), (-9, -30, -570), (5, 45, 345), (0, 1, 0), (8, 4, None), (15, 0, None)],
)
def test_finds_offset_from_same_instant(hours, minutes, offset):
    local = datetime(2023, 5, 1, 12)
    assert offset_between(local, local - timedelta(hours=hours, minutes=minutes)) == offset
