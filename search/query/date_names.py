"""Names of months, seasons, holidays and relative dates, in English and Chinese."""

from collections.abc import Iterable

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
# Followed by 月.
CHINESE_MONTHS = {name: month for month, name in enumerate("一二三四五六七八九十", start=1)} | {"十一": 11, "十二": 12}
# The first month of each season in the northern hemisphere; winter ends in the following year.
SEASONS = {
    name: month
    for month, names in {
        3: "spring 春天 春季",
        6: "summer 夏天 夏季",
        9: "autumn fall 秋天 秋季",
        12: "winter 冬天 冬季",
    }.items()
    for name in names.split()
}
ENGLISH_SEASONS = "spring|summer|autumn|fall|winter"
# Holidays on fixed days of the Gregorian calendar: first month and day, number of days.
HOLIDAYS = {
    **dict.fromkeys(("christmas", "xmas", "圣诞节", "圣诞"), (12, 24, 3)),
    **dict.fromkeys(("christmas eve", "平安夜"), (12, 24, 1)),
    **dict.fromkeys(("new year's eve", "跨年"), (12, 31, 1)),
    **dict.fromkeys(("new year's day", "元旦"), (1, 1, 1)),
    **dict.fromkeys(("halloween", "万圣节"), (10, 31, 1)),
    **dict.fromkeys(("valentine's day", "情人节"), (2, 14, 1)),
    **dict.fromkeys(("劳动节", "五一"), (5, 1, 5)),
    **dict.fromkeys(("国庆节", "国庆", "十一"), (10, 1, 7)),
    **dict.fromkeys(("儿童节", "六一"), (6, 1, 1)),
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


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression for one of `words`, the longest that fits."""
    return "|".join(sorted(words, key=len, reverse=True))
