"""Reads dates that users type, in English and Chinese: 2023-05, 15.03.2024, 2023年5月, May 2023, yesterday, 去年夏天.

A date is a period of days. Libraries such as dateparser read moments instead of periods, know no Chinese seasons, and
take "may" and "10" for dates.

A year alone, and a month, season or holiday without a year, remain words, because they are written in too many
pictures (search.query.recurring).
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from search.query.date_names import (
    AGO,
    CHINESE_MONTHS,
    DAYS_AGO,
    ENGLISH_SEASONS,
    HOLIDAYS,
    MONTHS,
    SEASONS,
    alternatives,
)
from search.query.spelled_dates import spellings_of_day, spellings_of_month


@dataclass(frozen=True)
class Period:
    """Consecutive days from `first`, up to and without `end`."""

    first: date
    end: date

    def joined_with(self, other: "Period | None") -> "Period":
        """Return the period from the first day to the last day of both."""
        return Period(min(self.first, other.first), max(self.end, other.end)) if other else self


@dataclass(frozen=True)
class TypedDate:
    """A date in a query, and where it ends there; `spellings` are the ways in which pictures may show it.

    Relative dates, such as yesterday, and ranges have no spellings.
    """

    text: str
    period: Period
    end: int
    spellings: tuple[str, ...] = ()


Match = re.Match[str]
Reader = Callable[[Match, date], Period | None]

MONTHS_OF_YEAR = 12
YEAR = r"(?:19|20)\d\d"
_SUFFIX = "(?:st|nd|rd|th)?"
_MONTH = alternatives(MONTHS)
_CHINESE_MONTH = rf"(?:\d{{1,2}}|{alternatives(CHINESE_MONTHS)})"
_CHINESE_SEASON = alternatives(name for name in SEASONS if not name.isascii())
_HOLIDAY = alternatives(HOLIDAYS)


def match_date(text: str, start: int, *, today: date) -> TypedDate | None:
    """Return the date that begins at index `start` of `text` and ends with a word; None if there is none.

    A Chinese date may be followed by 的 and more words (去年夏天的海边).
    """
    for pattern, read, is_printed in _READERS:
        if match := pattern.match(text, start):
            try:
                period = read(match, today)
            except ValueError:
                continue  # Not in the calendar.
            if period:
                typed = match["date"]
                spellings = (typed, *_spellings(period)) if is_printed else ()
                return TypedDate(typed, period, match.end(), tuple(dict.fromkeys(spellings)))
    return None


def read_date(text: str, *, today: date) -> Period | None:
    """Return the period that the whole `text` means; None if it is not a date, or not in the calendar."""
    found = match_date(text, 0, today=today)
    return found.period if found and found.text == text else None


def year_period(year: int) -> Period:
    """Return all days of a year. Raises ValueError for the year 0."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def month_period(year: int, month: int) -> Period:
    """Return the days of a month."""
    first = date(year, month, 1)
    return days(first, monthrange(year, month)[1])


def season_period(year: int, month: int) -> Period:
    """Return the three months from `month` of `year` on."""
    last = month_period(year + (month + 2) // 13, (month + 1) % 12 + 1)
    return Period(date(year, month, 1), last.end)


def holiday_period(year: int, name: str) -> Period:
    """Return the days of a holiday that begins in `year`."""
    month, day, length = HOLIDAYS[name]
    return days(date(year, month, day), length)


def days(first: date, count: int) -> Period:
    """Return `count` days from `first` on."""
    return Period(first, first + timedelta(days=count))


def _spellings(period: Period) -> tuple[str, ...]:
    first = period.first
    if period == days(first, 1):
        return spellings_of_day(first)
    return spellings_of_month(first.year, first.month) if period == month_period(first.year, first.month) else ()


def _numbers(match: Match, _today: date) -> Period:
    """Year, month and maybe a day."""
    found = match.groupdict()
    return _month_or_day(int(found["year"]), int(found["month"]), found.get("day"))


def _day_first(match: Match, _today: date) -> Period | None:
    """Numbers with the year at the end; between slashes, Americans write the month first."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if match["dash"] == "/" and first != second and max(first, second) <= MONTHS_OF_YEAR:
        return None  # Ambiguous.
    is_american = match["dash"] == "/" and second > MONTHS_OF_YEAR
    day, month = (second, first) if is_american else (first, second)
    return days(date(year, month, day), 1)


def _named(match: Match, _today: date) -> Period:
    found = match.groupdict()
    return _month_or_day(
        int(found["year"]), MONTHS[found["month"].lower()], found.get("day") or found.get("day_before")
    )


def _chinese(match: Match, _today: date) -> Period:
    year, month = int(match["year"]), match["month"]
    if match["season"]:
        return season_period(year, SEASONS[match["season"]])
    if match["holiday"]:
        return holiday_period(year, match["holiday"])
    if month is None:
        return year_period(year)
    return _month_or_day(year, CHINESE_MONTHS.get(month) or int(month), match["day"])


def _of_year(match: Match, _today: date) -> Period:
    """Return a season or holiday of a year."""
    name, year = match["name"].lower(), int(match["year"])
    return season_period(year, SEASONS[name]) if name in SEASONS else holiday_period(year, name)


def _last(match: Match, today: date) -> Period:
    """Return the latest season or holiday that has ended."""
    name = match["name"].lower()
    years = range(today.year, today.year - 3, -1)
    candidates = (
        season_period(year, SEASONS[name]) if name in SEASONS else holiday_period(year, name) for year in years
    )
    return next(period for period in candidates if period.end <= today)


def _ago(match: Match, today: date) -> Period:
    word = " ".join(match["date"].lower().split())
    if word in DAYS_AGO:
        return days(today - timedelta(days=DAYS_AGO[word]), 1)
    unit, count = AGO[word]
    if unit == "week":
        return days(today - timedelta(days=today.weekday() + 7 * count), 7)
    if unit == "month":
        months = today.year * 12 + today.month - 1 - count
        return month_period(months // 12, months % 12 + 1)
    return year_period(today.year - count)


def _chinese_ago(match: Match, today: date) -> Period:
    """Return a season or holiday of this year, the last one or the one before."""
    name, year = match["name"], today.year - AGO[match["year"]][1]
    return season_period(year, SEASONS[name]) if name in SEASONS else holiday_period(year, name)


def _range(match: Match, today: date) -> Period | None:
    """Return the period from one date or year to another."""
    first, last = (
        year_period(int(text)) if re.fullmatch(YEAR, text) else read_date(text, today=today)
        for text in (match["since"], match["until"])
    )
    return first.joined_with(last) if first and last and first.first < last.end else None


def _month_or_day(year: int, month: int, day: str | None) -> Period:
    return days(date(year, month, int(day)), 1) if day else month_period(year, month)


def _pattern(pattern: str, *, is_chinese: bool = False) -> re.Pattern[str]:
    end = r"(?:的(?=\S)|(?!\S))" if is_chinese else r"(?!\S)"
    return re.compile(f"(?P<date>{pattern}){end}", re.IGNORECASE)


# Ways to write a date, how to read them, and whether pictures show dates so.
_READERS: tuple[tuple[re.Pattern[str], Reader, bool], ...] = (
    (_pattern(rf"(?P<year>{YEAR})(?P<dash>[-/.])(?P<month>\d{{1,2}})(?:(?P=dash)(?P<day>\d{{1,2}}))?"), _numbers, True),
    (_pattern(rf"(?P<year>{YEAR})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"), _numbers, True),
    (_pattern(rf"(?P<month>0?[1-9]|1[0-2])/(?P<year>{YEAR})"), _numbers, True),
    (_pattern(rf"(?P<first>\d{{1,2}})(?P<dash>[-/.])(?P<second>\d{{1,2}})(?P=dash)(?P<year>{YEAR})"), _day_first, True),
    (
        _pattern(
            rf"(?:(?P<day_before>\d{{1,2}}){_SUFFIX}(?:[-/]|\.?\ +(?:of\ +)?))?(?P<month>{_MONTH})"
            rf"(?:\.?\ +(?P<day>\d{{1,2}}){_SUFFIX})?(?:[-/]|[.,]?,?\ +)(?P<year>{YEAR})"
        ),
        _named,
        True,
    ),
    (_pattern(rf"(?P<year>{YEAR}),?\ +(?P<month>{_MONTH})(?:\.?\ +(?P<day>\d{{1,2}}){_SUFFIX})?"), _named, True),
    (_pattern(rf"(?P<name>{ENGLISH_SEASONS}|{_HOLIDAY})\ +(?:of\ +)?(?P<year>{YEAR})"), _of_year, True),
    (
        _pattern(
            rf"(?P<year>{YEAR})\ *年(?:\ *(?P<season>{_CHINESE_SEASON})|\ *(?P<holiday>{_HOLIDAY})"
            rf"|\ *(?P<month>{_CHINESE_MONTH})\ *月(?:份|\ *(?P<day>\d{{1,2}})\ *[日号]?)?)?",
            is_chinese=True,
        ),
        _chinese,
        True,
    ),
    (_pattern(rf"last\ +(?P<name>{ENGLISH_SEASONS}|{_HOLIDAY})"), _last, False),
    (_pattern(alternatives(word.replace(" ", r"\ +") for word in (*DAYS_AGO, *AGO) if word.isascii())), _ago, False),
    (_pattern(alternatives(word for word in (*DAYS_AGO, *AGO) if not word.isascii()), is_chinese=True), _ago, False),
    (
        _pattern(rf"(?P<year>去年|今年|前年)(?P<name>{_CHINESE_SEASON}|{_HOLIDAY})", is_chinese=True),
        _chinese_ago,
        False,
    ),
    (_pattern(rf"(?P<since>{YEAR})-(?P<until>{YEAR})"), _range, True),
    (
        _pattern(r"(?P<since>[^\s.~至到]+)(?:\.{2,3}|~|至|到)(?P<until>[^\s.~至到]+?)", is_chinese=True),
        _range,
        False,
    ),
)
