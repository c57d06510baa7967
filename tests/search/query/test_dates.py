"""Tests of dates in English and Chinese."""

from datetime import date

import pytest

from search.query.dates import Period, read_date

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2023-05", (2023, 5, 1), (2023, 6, 1)),
        ("2023/12", (2023, 12, 1), (2024, 1, 1)),
        ("2023-05-01", (2023, 5, 1), (2023, 5, 2)),
        ("2023年", (2023, 1, 1), (2024, 1, 1)),
        ("2023年5月", (2023, 5, 1), (2023, 6, 1)),
        ("2024年2月29日", (2024, 2, 29), (2024, 3, 1)),
        ("2023年夏天", (2023, 6, 1), (2023, 9, 1)),
        ("May 2023", (2023, 5, 1), (2023, 6, 1)),
        ("1 May 2023", (2023, 5, 1), (2023, 5, 2)),
        ("sept. 3rd, 2023", (2023, 9, 3), (2023, 9, 4)),
        ("Summer of 2023", (2023, 6, 1), (2023, 9, 1)),
        ("winter 2023", (2023, 12, 1), (2024, 3, 1)),
        ("today", (2026, 11, 24), (2026, 11, 25)),
        ("昨天", (2026, 11, 23), (2026, 11, 24)),
        ("last week", (2026, 11, 16), (2026, 11, 23)),
        ("上个月", (2026, 10, 1), (2026, 11, 1)),
        ("last  year", (2025, 1, 1), (2026, 1, 1)),
        ("last summer", (2026, 6, 1), (2026, 9, 1)),
        ("last winter", (2025, 12, 1), (2026, 3, 1)),
        ("去年冬天", (2025, 12, 1), (2026, 3, 1)),
    ],
)
def test_reads_dates_as_periods(text, first, end):
    assert read_date(text, today=TODAY) == Period(date(*first), date(*end))


def test_last_month_in_january_is_december():
    assert read_date("last month", today=date(2026, 1, 5)) == Period(date(2025, 12, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    "text", ["2023", "May", "5月1日", "2023-00", "2023-02-30", "31 June 2023", "去年的", "", "12:30"]
)
def test_rejects_other_texts(text):
    assert read_date(text, today=TODAY) is None
