"""Tests of years alone, and of dates that come back every year."""

from datetime import date

import pytest

from search.query.recurring import match_recurring, read_periods

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("May", (2026, 5, 1), (2026, 6, 1)),
        ("sept", (2026, 9, 1), (2026, 10, 1)),
        ("五月", (2026, 5, 1), (2026, 6, 1)),
        ("5月份", (2026, 5, 1), (2026, 6, 1)),
        ("5月1日", (2026, 5, 1), (2026, 5, 2)),
        ("十二月24号", (2026, 12, 24), (2026, 12, 25)),
        ("15th of March", (2026, 3, 15), (2026, 3, 16)),
        ("March 15", (2026, 3, 15), (2026, 3, 16)),
        ("Christmas", (2026, 12, 24), (2026, 12, 27)),
        ("圣诞节", (2026, 12, 24), (2026, 12, 27)),
        ("国庆", (2026, 10, 1), (2026, 10, 8)),
        ("winter", (2026, 12, 1), (2027, 3, 1)),
        ("夏天", (2026, 6, 1), (2026, 9, 1)),
    ],
)
def test_reads_date_of_every_year(text, first, end):
    periods = read_periods(text, today=TODAY)
    assert (periods[-1].first, periods[-1].end) == (date(*first), date(*end))
    assert len(periods) > 100


def test_reads_leap_day_of_leap_years_only():
    assert {period.first.year % 4 for period in read_periods("29 February", today=TODAY)} == {0}


def test_reads_year_alone_as_one_period():
    (period,) = read_periods("2023", today=TODAY)
    assert (period.first, period.end) == (date(2023, 1, 1), date(2024, 1, 1))


@pytest.mark.parametrize("text", ["2099", "1850", "13月", "5月32日", "31 June", "maybe", "12", "may be", ""])
def test_rejects_other_texts(text):
    assert read_periods(text, today=TODAY) == ()


def test_ends_date_with_word():
    found = match_recurring("15 March party", 0, today=TODAY)
    assert found is not None
    assert found.text == "15 March"
    assert match_recurring("Mayday", 0, today=TODAY) is None
