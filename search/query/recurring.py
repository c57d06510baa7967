"""Reads dates that come back every year (May, 5月1日, summer, christmas), and years alone.

In a query these are words, because many pictures contain them; the search offers the photos taken then.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from search.query.date_names import CHINESE_MONTHS, HOLIDAYS, MONTHS, SEASONS, alternatives
from search.query.dates import YEAR, Period, days, holiday_period, month_period, read_date, season_period, year_period

FIRST_YEAR = 1900
_SUFFIX = "(?:st|nd|rd|th)?"
_MONTH = alternatives(MONTHS)


@dataclass(frozen=True)
class RecurringDate:
    """A date without a year, or a year alone: the periods that it means, and where it ends in the query."""

    text: str
    periods: tuple[Period, ...]
    end: int


def match_recurring(text: str, start: int, *, today: date) -> RecurringDate | None:
    """Return the year or recurring date that begins at index `start` of `text` and ends with a word."""
    match = _YEAR.match(text, start)
    if match and int(match["date"]) <= today.year + 1:
        return RecurringDate(match["date"], (year_period(int(match["date"])),), match.end())
    for pattern, period_in in _PATTERNS:
        if match := pattern.match(text, start):
            periods = tuple(_every_year(match, period_in, today=today))
            return RecurringDate(match["date"], periods, match.end()) if periods else None
    return None


def read_periods(text: str, *, today: date) -> tuple[Period, ...]:
    """Return the periods that the whole `text` means as a date of any kind; empty if it means none."""
    if period := read_date(text, today=today):
        return (period,)
    found = match_recurring(text, 0, today=today)
    return found.periods if found and found.text == text else ()


def _every_year(
    match: re.Match[str], period_in: Callable[[int, re.Match[str]], Period], *, today: date
) -> list[Period]:
    periods = []
    for year in range(FIRST_YEAR, today.year + 1):
        try:
            periods.append(period_in(year, match))
        except ValueError:
            continue  # 29 February, or a day that no year has.
    return periods


def _named_period(year: int, match: re.Match[str]) -> Period:
    """Return a month, season or holiday of `year`."""
    name = match["date"].lower()
    if name in SEASONS:
        return season_period(year, SEASONS[name])
    return holiday_period(year, name) if name in HOLIDAYS else month_period(year, MONTHS[name])


def _english_day(year: int, match: re.Match[str]) -> Period:
    return days(date(year, MONTHS[match["month"].lower()], int(match["day"])), 1)


def _chinese_part(year: int, match: re.Match[str]) -> Period:
    """Return a month or day of `year`."""
    month = CHINESE_MONTHS.get(match["month"]) or int(match["month"])
    return days(date(year, month, int(match["day"])), 1) if match["day"] else month_period(year, month)


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<date>{pattern})(?!\S)", re.IGNORECASE)


_YEAR = _pattern(YEAR)
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[int, re.Match[str]], Period]], ...] = (
    (_pattern(rf"(?P<day>\d{{1,2}}){_SUFFIX}\.?\ +(?:of\ +)?(?P<month>{_MONTH})"), _english_day),
    (_pattern(rf"(?P<month>{_MONTH})\.?\ +(?P<day>\d{{1,2}}){_SUFFIX}"), _english_day),
    (_pattern(alternatives((*MONTHS, *SEASONS, *HOLIDAYS))), _named_period),
    (
        _pattern(rf"(?P<month>\d{{1,2}}|{alternatives(CHINESE_MONTHS)})月(?:份|(?P<day>\d{{1,2}})[日号])?"),
        _chinese_part,
    ),
)
