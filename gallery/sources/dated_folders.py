"""Read the day, month or year that the names of folders stand for, in many languages."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from gallery.pictures.metadata import is_believable
from gallery.sources.dates_in_names import days_in_name, plain_name
from gallery.sources.month_names import MONTH_NAME, MONTH_NUMBERS

EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001  (local times have no zone)
DAY = timedelta(days=1)
LONGEST_TRIP = 100 * DAY

YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
# 2023, 2023年, 2023 Trip, Trip_2023, Photos from 2023, Fotos von 2023, 2023 年的照片, 2023년의 사진, ภาพถ่ายจากปี 2023
A_YEAR = re.compile(rf"(?:^|[\s(\[]|(?<=[^\W\d_])[-_]|(?<=จากปี)){YEAR}(?=$|[\s_)\],]|\s?[年년])")
MONTHS = (
    # 2023-05, 202305, 2023_05 Trip, 2023-5, 2023年5月, 2023년 5월
    re.compile(rf"^{YEAR}(?:[-_.\s]|\s?[年년]\s?|(?=[0-9]{{2}}(?![0-9])))(?P<month>1[0-2]|0?[1-9])(?![-_.]?[0-9])"),
    # 05-2023, 05.2023 Trip
    re.compile(rf"^(?P<month>0[1-9]|1[0-2])[-_.\s]{YEAR}(?![-_.]?[0-9])"),
    # May 2023, Trip in May 2023, mayo de 2023, Mai_2023
    re.compile(rf"(?<![^\W_])(?P<month_name>{MONTH_NAME})\.?[-_,\s]{{0,2}}(?:de\s)?{YEAR}(?![0-9])", re.IGNORECASE),
    # 2023 May, 2023-Mai, 2023_05_May, 2023年五月
    re.compile(
        rf"(?<![0-9]){YEAR}(?:[-_.\s]{{1,2}}|\s?年\s?)(?:[0-9]{{2}}[-_.\s]{{1,2}})?(?P<month_name>{MONTH_NAME})(?![^\W_])",
        re.IGNORECASE,
    ),
)
# Below a year or month: 05, 5月, 05 May, 05. Mai, 01 Trip
NUMBER = re.compile(r"^(?P<number>[0-9]{1,2})(?:$|\s?[月日월일](?![0-9])|\.?[-_\s]+\D.*|\.$)")
# Below a year: May, Mai Urlaub
NAME = re.compile(rf"^(?P<month_name>{MONTH_NAME})(?![^\W_])", re.IGNORECASE)
# Below a year: 05-01, 0501 Trip, 5月1日
MONTH_AND_DAY = (
    re.compile(r"^(?P<month>0[1-9]|1[0-2])[-_.]?(?P<day>0[1-9]|[12][0-9]|3[01])(?![-_.]?[0-9])"),
    re.compile(r"^(?P<month>1[0-2]|0?[1-9])\s?[月월]\s?(?P<day>[12][0-9]|3[01]|0?[1-9])\s?[日號号일]"),
)

Period = tuple[datetime, datetime]


def period_of_folders(path: str) -> Period | None:
    """Return start and end of the days, month or year that the innermost dated folder of `path` names."""
    # Ignore the archive's own name: its date is that of the export.
    folders = [plain_name(folder).strip() for folder in path.rpartition("!/")[2].split("/")[:-1]]
    for depth in range(len(folders), 0, -1):
        if period := _period(folders[depth - 1], above=folders[max(0, depth - 3) : depth - 1]):
            return period
    return None


def _period(name: str, *, above: Sequence[str]) -> Period | None:
    """Return the period that a folder's name stands for, alone or together with the folders above it."""
    return _days(name) or _month(name) or (_part(name, above) if above else None) or _year(name)


def _days(name: str) -> Period | None:
    """Return a day, or the days of a trip: 2023-05-01 Trip, 20230501-20230507."""
    days = sorted(day for day in days_in_name(name) if is_believable(day, since=EARLIEST))
    if not days:
        return None
    return days[0], (days[-1] if days[-1] - days[0] <= LONGEST_TRIP else days[0]) + DAY


def _month(name: str) -> Period | None:
    for pattern in MONTHS:
        if match := pattern.search(name):
            fields = match.groupdict()
            number = int(fields.get("month") or 0) or MONTH_NUMBERS[fields["month_name"].lower()]
            return _of_month(int(fields["year"]), number)
    return None


def _year(name: str) -> Period | None:
    match = A_YEAR.search(name)
    return _believable(datetime(int(match[1]), 1, 1), datetime(int(match[1]) + 1, 1, 1)) if match else None  # noqa: DTZ001


def _part(name: str, above: Sequence[str]) -> Period | None:
    """Return the month of the year, or the day of the month, that the folders above name."""
    if month := _month(above[-1]) or _month_below_year(above):
        number = NUMBER.match(name)
        day = int(number["number"]) if number else 0
        return _of_day(month[0].year, month[0].month, day) or _month_and_day(name, month[0].year)
    if year := _year(above[-1]):
        number = NUMBER.match(name)
        named = NAME.match(name)
        month_number = int(number["number"]) if number else MONTH_NUMBERS[named[1].lower()] if named else 0
        return _month_and_day(name, year[0].year) or _of_month(year[0].year, month_number)
    return None


def _month_below_year(folders: Sequence[str]) -> Period | None:
    return _part(folders[-1], folders[:-1]) if len(folders) == 2 and not _days(folders[-1]) else None


def _month_and_day(name: str, year: int) -> Period | None:
    for pattern in MONTH_AND_DAY:
        if match := pattern.match(name):
            return _of_day(year, int(match["month"]), int(match["day"]))
    return None


def _of_month(year: int, month: int) -> Period | None:
    if not 1 <= month <= 12:
        return None
    begin = datetime(year, month, 1)  # noqa: DTZ001
    return _believable(begin, (begin + 31 * DAY).replace(day=1))


def _of_day(year: int, month: int, day: int) -> Period | None:
    try:
        begin = datetime(year, month, day)  # noqa: DTZ001
    except ValueError:
        return None
    return _believable(begin, begin + DAY)


def _believable(begin: datetime, end: datetime) -> Period | None:
    return (begin, end) if is_believable(begin, since=EARLIEST) else None
