"""Tests of dates in English and Chinese."""

from datetime import date

import pytest

from search.query.dates import Period, match_date, read_date

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
        ("15.03.2024", (2024, 3, 15), (2024, 3, 16)),
        ("15/3/2024", (2024, 3, 15), (2024, 3, 16)),
        ("3/15/2024", (2024, 3, 15), (2024, 3, 16)),
        ("05/05/2024", (2024, 5, 5), (2024, 5, 6)),
        ("20240315", (2024, 3, 15), (2024, 3, 16)),
        ("05/2024", (2024, 5, 1), (2024, 6, 1)),
        ("15-Mar-2024", (2024, 3, 15), (2024, 3, 16)),
        ("15th of March 2024", (2024, 3, 15), (2024, 3, 16)),
        ("2024 March 15", (2024, 3, 15), (2024, 3, 16)),
        ("2024 年 3 月 15 日", (2024, 3, 15), (2024, 3, 16)),
        ("2023年五月", (2023, 5, 1), (2023, 6, 1)),
        ("2023年十一月", (2023, 11, 1), (2023, 12, 1)),
        ("2023年圣诞", (2023, 12, 24), (2023, 12, 27)),
        ("Christmas 2023", (2023, 12, 24), (2023, 12, 27)),
        ("last christmas", (2025, 12, 24), (2025, 12, 27)),
        ("去年国庆", (2025, 10, 1), (2025, 10, 8)),
        ("2019..2021", (2019, 1, 1), (2022, 1, 1)),
        ("2019-2021", (2019, 1, 1), (2022, 1, 1)),
        ("2023-05..2023-07-04", (2023, 5, 1), (2023, 7, 5)),
        ("2019年到2021年", (2019, 1, 1), (2022, 1, 1)),
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
    "text",
    [
        "2023",
        "May",
        "5月1日",
        "2023-00",
        "2023-02-30",
        "31 June 2023",
        "去年的",
        "",
        "12:30",
        "03/04/2024",
        "2021..2019",
        "20241315",
    ],
)
def test_rejects_other_texts(text):
    assert read_date(text, today=TODAY) is None


@pytest.mark.parametrize(
    ("text", "date_text", "rest"),
    [
        ("2023年5月的海边", "2023年5月", "海边"),
        ("去年夏天 海边", "去年夏天", " 海边"),
        ("May 2023 beach", "May 2023", " beach"),
    ],
)
def test_ends_date_with_word(text, date_text, rest):
    found = match_date(text, 0, today=TODAY)
    assert found is not None
    assert (found.text, text[found.end :]) == (date_text, rest)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-03-15", True),
        ("May 2023", True),
        ("summer 2023", True),
        ("2019-2021", True),
        ("2019..2021", False),
        ("yesterday", False),
        ("去年夏天", False),
    ],
)
def test_knows_which_dates_pictures_show(text, shown):
    found = match_date(text, 0, today=TODAY)
    assert found is not None
    assert (text in found.spellings) == shown == bool(found.spellings)
