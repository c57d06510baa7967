"""The ways in which pictures show a date: 2024-03-15, 15.03.2024, March 15, 2024, 2024年3月15日, 二〇二四年三月十五日.

Each is compared in its canonical form, which forgives case, separators and commas.
"""

from datetime import date

from search.query.date_names import MONTHS

CHINESE_DIGITS = "〇一二三四五六七八九"


def spellings_of_day(day: date) -> tuple[str, ...]:
    """Return the usual spellings of a day."""
    year, month, number = day.year, day.month, day.day
    spellings = [f"{year}-{month:02}-{number:02}", f"{year}-{month}-{number}", f"{year}{month:02}{number:02}"]
    for last in (f"{year}", f"{year % 100:02}"):
        spellings += [f"{number:02}-{month:02}-{last}", f"{month:02}-{number:02}-{last}"]
    spellings += [f"{number}-{month}-{year}", f"{month}-{number}-{year}"]
    ordinal = f"{number}{_suffix(number)}"
    for name in _month_names(month):
        spellings += [f"{number}-{name}-{year}", f"{number:02}-{name}-{year}", f"{name} {number} {year}"]
        spellings += [f"{ordinal} {name} {year}", f"{name} {ordinal} {year}"]
    spellings += [
        f"{ordinal} of {_month_names(month)[0]} {year}",
        f"{number:02}{_month_names(month)[1]}{year % 100:02}",
    ]
    spellings += [f"{year}年{month}月{number}日", f"{year}年{month:02}月{number:02}日", f"{year}年{month}月{number}号"]
    chinese = f"{_chinese_year(year)}年{_chinese_number(month)}月{_chinese_number(number)}日"
    return tuple(dict.fromkeys((*spellings, chinese, f"{year}년 {month}월 {number}일")))


def spellings_of_month(year: int, month: int) -> tuple[str, ...]:
    """Return the usual spellings of a month."""
    spellings = [f"{year}-{month:02}", f"{month:02}-{year}"]
    spellings += [f"{name} {year}" for name in _month_names(month)]
    spellings += [f"{year}年{month}月", f"{year}年{month:02}月", f"{_chinese_year(year)}年{_chinese_number(month)}月"]
    return tuple(dict.fromkeys((*spellings, f"{year}년 {month}월")))


def _month_names(month: int) -> list[str]:
    """Return the English name of a month, then its short forms (the same for May)."""
    names = [name for name, number in MONTHS.items() if number == month]
    return names if len(names) > 1 else names * 2


def _suffix(number: int) -> str:
    if number // 10 == 1:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _chinese_year(year: int) -> str:
    return "".join(CHINESE_DIGITS[int(digit)] for digit in str(year))


def _chinese_number(number: int) -> str:
    """Return a number from 1 to 31 in Chinese, such as 二十三."""
    tens, ones = divmod(number, 10)
    return ("", "十", "二十", "三十")[tens] + (CHINESE_DIGITS[ones] if ones else "")
