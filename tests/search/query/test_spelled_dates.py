"""Tests of the spellings in which pictures show dates: a picture that shows one of them shows the date."""

from datetime import date

import pytest

from gallery.text.canonical import fold, forms, pattern
from search.query.spelled_dates import spellings_of_day, spellings_of_month


def shows(text: str, spellings: tuple[str, ...]) -> bool:
    folded = fold(text)
    return any(pattern(form, is_whole=True) in folded for spelling in spellings for form in forms(spelling))


@pytest.mark.parametrize(
    "text",
    [
        "出票日期 2024年3月15日 单号 77",
        "出票日期2024年03月15日",
        "二〇二四年三月十五日",
        "二○二四年三月十五日",
        "Boarding 15 March 2024, gate 7",
        "March 15, 2024",
        "MARCH 15TH, 2024",
        "15TH OF MARCH 2024",
        "15. March 2024",
        "15 Mar 2024 10:30",
        "NH961 15MAR24 HND",
        "15-MAR-2024",
        "2024-03-15",
        "2024-03-15 10:30:11",
        "2024/3/15",
        "2024.03.15 下午",
        "15.03.2024",
        "15.3.2024 um 10 Uhr",
        "03/15/2024",
        "15/03/24",
        "IMG_20240315_101112.png",
        "2024‑03‑15",
        "2024년 3월 15일",
    ],
)
def test_knows_spellings_of_day(text):
    assert shows(text, spellings_of_day(date(2024, 3, 15)))


@pytest.mark.parametrize(
    "text", ["2024-03-16", "5 March 2024", "115 March 2024", "2024年3月5日", "2024年3月", "March 2024", "12024031599"]
)
def test_knows_other_days(text):
    assert not shows(text, spellings_of_day(date(2024, 3, 15)))


@pytest.mark.parametrize("text", ["May 2023", "28 May 2023", "2023年5月28日", "2023-05", "05/2023", "二〇二三年五月"])
def test_knows_spellings_of_month(text):
    assert shows(text, spellings_of_month(2023, 5))


@pytest.mark.parametrize("text", ["May 2024", "2023", "2023年", "2023年15月", "Mayday 2023"])
def test_knows_other_months(text):
    assert not shows(text, spellings_of_month(2023, 5))
