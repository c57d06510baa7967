"""Shifts of local times by years, months, days and parts of a day."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.photos.shifting import YEARS, Shift


@pytest.mark.parametrize(
    ("before", "shift", "after"),
    [
        ("2024-05-01T18:30:00", Shift(years=-1), "2023-05-01T18:30:00"),
        ("2024-05-01T18:30:00", Shift(hours=6), "2024-05-02T00:30:00"),
        ("2024-05-01T18:30:00", Shift(minutes=45), "2024-05-01T19:15:00"),
        ("2024-05-01T18:30:00.125", Shift(seconds=-1), "2024-05-01T18:29:59.125"),
        ("2024-12-31T23:59:59", Shift(seconds=1), "2025-01-01T00:00:00"),
        ("2024-01-01T00:00:00", Shift(minutes=-1), "2023-12-31T23:59:00"),
        ("2024-02-29T12:00:00", Shift(years=1), "2025-02-28T12:00:00"),
        ("2024-02-29T12:00:00", Shift(years=-4), "2020-02-29T12:00:00"),
        ("2023-02-28T12:00:00", Shift(days=1), "2023-03-01T12:00:00"),
        ("2024-02-28T12:00:00", Shift(days=1), "2024-02-29T12:00:00"),
        ("2024-03-31T12:00:00", Shift(months=-1), "2024-02-29T12:00:00"),
        ("2024-01-31T12:00:00", Shift(months=13), "2025-02-28T12:00:00"),
        ("2024-03-30T22:30:00", Shift(hours=6), "2024-03-31T04:30:00"),  # over the start of summer time
        ("1838-12-31T23:00:00", Shift(hours=1), "1839-01-01T00:00:00"),
        ("1969-12-31T23:00:00", Shift(days=-400), "1968-11-26T23:00:00"),
        ("1900-02-28T00:00:00", Shift(days=1), "1900-03-01T00:00:00"),
        ("2024-05-01T18:30:00", Shift(years=-1, hours=6, minutes=45), "2023-05-02T01:15:00"),
        ("2999-12-31T23:59:59", Shift(seconds=1), None),
        ("1000-01-01T00:00:00", Shift(days=-1), None),
        ("2024-05-01T18:30:00", Shift(years=9999), None),
        ("2024-05-01T18:30:00", Shift(years=-9999), None),
        ("9000-05-01T18:30:00", Shift(days=999_999), None),
    ],
)
def test_shifts_local_time(before, shift, after):
    expected = after and datetime.fromisoformat(after)
    assert shift.apply(datetime.fromisoformat(before)) == expected


UNITS = st.integers(-5000, 5000)


@given(
    st.datetimes(datetime(1200, 1, 1), datetime(2700, 1, 1)),
    st.builds(Shift, days=UNITS, hours=UNITS, minutes=UNITS, seconds=UNITS),
)
def test_opposite_shift_restores_clock_times(moment, shift):
    shifted = shift.apply(moment)
    assert shifted is not None
    assert (-shift).apply(shifted) == moment


@given(st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)), st.integers(-3000, 3000), st.integers(-90, 90))
def test_keeps_day_within_timeline(moment, years, months):
    shifted = Shift(years=years, months=months).apply(moment)
    if shifted:
        assert shifted.year in YEARS
        assert (shifted.year * 12 + shifted.month) - (moment.year * 12 + moment.month) == years * 12 + months
        assert shifted.day in range(min(moment.day, 28), moment.day + 1)
        assert shifted.time() == moment.time()
