"""Reads dates that users type, in English and Chinese: 2023-05, 2023年5月, May 2023, yesterday, 去年夏天.

A date is a period of days in the past. Libraries such as dateparser read moments instead of periods, know no Chinese
seasons, and take "may" and "10" for dates.

A year alone and a day without a year remain words, because they are written in too many pictures.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
# The first month of each season in the northern hemisphere; winter ends in the following year.
SEASONS = {"spring": 3, "春天": 3, "春季": 3, "summer": 6, "夏天": 6, "夏季": 6, "autumn": 9, "fall": 9, "秋天": 9} | {
    "秋季": 9,
    "winter": 12,
    "冬天": 12,
    "冬季": 12,
}
DAYS_AGO = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}
# Periods by their unit, and how many units before the current one.
AGO = {
    **dict.fromkeys(("this week", "本周", "这周", "这星期"), ("week", 0)),
    **dict.fromkeys(("last week", "上周", "上星期", "上个星期"), ("week", 1)),
    **dict.fromkeys(("this month", "本月", "这个月"), ("month", 0)),
    **dict.fromkeys(("last month", "上月", "上个月"), ("month", 1)),
    **dict.fromkeys(("this year", "今年"), ("year", 0)),
    **dict.fromkeys(("last year", "去年"), ("year", 1)),
    "前年": ("year", 2),
}

_YEAR = r"(?:19|20)\d\d"
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_ENGLISH_SEASONS = "spring|summer|autumn|fall|winter"
_CHINESE_SEASONS = "[春夏秋冬][天季]"
_NUMBERS = rf"(?P<year>{_YEAR})(?P<dash>[-/.])(?P<month>\d{{1,2}})(?:(?P=dash)(?P<day>\d{{1,2}}))?"
_NAMED = (
    rf"(?:(?P<day_before>\d{{1,2}})(?:st|nd|rd|th)?\ +)?(?P<month_name>{_MONTH_NAMES})\.?"
    rf"(?:\ +(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?)?,?\ +(?P<year_named>{_YEAR})"
)
_SEASON = (
    rf"(?P<season>{_ENGLISH_SEASONS})\ +(?:of\ +)?(?P<season_year>{_YEAR})|last\ +(?P<last_season>{_ENGLISH_SEASONS})"
)
_ENGLISH_AGO = "|".join(word.replace(" ", r"\ +") for word in (*DAYS_AGO, *AGO) if word.isascii())
_CHINESE_NUMBERS = (
    rf"(?P<nian>{_YEAR})年(?:(?P<season_of>{_CHINESE_SEASONS})|(?P<yue>\d{{1,2}})月(?:份|(?P<ri>\d{{1,2}})[日号])?)?"
)
_CHINESE_AGO = "|".join(sorted((word for word in (*DAYS_AGO, *AGO) if not word.isascii()), key=len, reverse=True))
_CHINESE_SEASON = rf"(?P<year_ago>去年|今年|前年)(?P<season_ago>{_CHINESE_SEASONS})"

# English dates end at a space; a Chinese date may be followed by 的 and more words (去年夏天的海边).
DATE_PATTERN = (
    rf"(?<!\S)(?:(?:{_NUMBERS}|{_NAMED}|{_SEASON}|(?P<ago>{_ENGLISH_AGO}))(?!\S)"
    rf"|(?:{_CHINESE_NUMBERS}|{_CHINESE_SEASON}|(?P<qian>{_CHINESE_AGO}))(?:的(?=\S)|(?!\S)))"
)
_DATE = re.compile(DATE_PATTERN, re.IGNORECASE | re.VERBOSE)


@dataclass(frozen=True)
class Period:
    """Consecutive days from `first`, up to and without `end`."""

    first: date
    end: date

    def joined_with(self, other: "Period | None") -> "Period":
        """Return the period from the first day to the last day of both."""
        return Period(min(self.first, other.first), max(self.end, other.end)) if other else self


def read_date(text: str, *, today: date) -> Period | None:
    """Return the period that the whole `text` means; None if it is not a date, or not in the calendar."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    found = {name: value for name, value in match.groupdict().items() if value}
    try:
        return _fixed(found) or _relative(found, today)
    except ValueError:
        return None


def _fixed(found: dict[str, str]) -> Period | None:
    """Return a period with a given year."""
    if year := found.get("season_year"):
        return _season(int(year), SEASONS[found["season"].lower()])
    if "season_of" in found:
        return _season(int(found["nian"]), SEASONS[found["season_of"]])
    year = found.get("year") or found.get("year_named") or found.get("nian")
    if not year:
        return None
    name = found.get("month_name")
    month = MONTHS[name.lower()] if name else int(found.get("month") or found.get("yue") or 0)
    day = found.get("day") or found.get("day_before") or found.get("day_after") or found.get("ri")
    if day:
        return _days(date(int(year), month, int(day)), 1)
    return _month(int(year), month) if month or "nian" not in found else _year(int(year))


def _relative(found: dict[str, str], today: date) -> Period:
    """Return a period counted back from today."""
    if season := found.get("last_season"):
        # The latest one that has ended.
        candidates = (_season(year, SEASONS[season.lower()]) for year in (today.year, today.year - 1, today.year - 2))
        return next(period for period in candidates if period.end <= today)
    if season := found.get("season_ago"):
        return _season(today.year - AGO[found["year_ago"]][1], SEASONS[season])
    word = " ".join((found.get("ago") or found["qian"]).lower().split())
    if word in DAYS_AGO:
        return _days(today - timedelta(days=DAYS_AGO[word]), 1)
    unit, count = AGO[word]
    if unit == "week":
        return _days(today - timedelta(days=today.weekday() + 7 * count), 7)
    if unit == "month":
        months = today.year * 12 + today.month - 1 - count
        return _month(months // 12, months % 12 + 1)
    return _year(today.year - count)


def _days(first: date, days: int) -> Period:
    return Period(first, first + timedelta(days=days))


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return _days(first, monthrange(year, month)[1])


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def _season(year: int, month: int) -> Period:
    last = _month(year + (month + 2) // 13, (month + 1) % 12 + 1)
    return Period(date(year, month, 1), last.end)
