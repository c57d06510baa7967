"""Read the moment in the name of a file: written by cameras, telephones, chat programs, systems and people."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from gallery.pictures.metadata import is_believable
from gallery.sources.date_patterns import DAYS, END, HALF_COMPACT_DAYS, PROGRAMS, TIMES, UNIX_TIMES
from gallery.sources.month_names import MONTH_NUMBERS
from gallery.text.normalizing import normalize_unicode

# The rest of a longer name is ignored.
MAX_LENGTH = 1000
BUDDHIST_ERA, FIRST_BUDDHIST_YEAR = 543, 2500
# Digests, UUIDs, and Line's S__12345678: their digits are no dates.
DIGEST = re.compile(
    r"(?<![0-9a-z])(?:(?=[0-9]*[a-f])[0-9a-f]{24,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|s__[0-9]+)(?![0-9a-z])",
    re.IGNORECASE,
)
# An ending has a letter: 21.30.45 has none.
ENDING = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{2,5}$", re.IGNORECASE)
TYPOGRAPHIC = {ord(letter): ":" for letter in "：∶꞉"} | {ord(letter): "-" for letter in "‐‑‒–—－"}
NOT_FOLLOWED = re.compile(END)
MORNINGS = {"上午", "午前", "오전", "凌晨", "清晨", "早晨", "早上", "öö", "de", "am", "πμ", "ص", "sa", "pg"}
NIGHTS = {"晚上", "夜晚", "夜里", "深夜"}
MIDDAY = "中午"


@dataclass(frozen=True)
class NamedMoment:
    """A moment: local time without a zone, or an instant in UTC if `is_instant`; `offset` in minutes if written.

    Of a name with `has_time` False, only the day is known.
    """

    at: datetime
    is_instant: bool = False
    offset: int | None = None
    has_time: bool = True


def moment_in_name(name: str) -> NamedMoment | None:
    """Return the moment in a file name, with fractions of a second; None if it holds no believable date."""
    text = ENDING.sub("", plain_name(name))
    for moment in (*_program_moments(text), *_general_moments(DIGEST.sub("~", text))):
        if is_believable(moment.at.replace(tzinfo=None)):
            return moment
    return None


def date_in_filename(filename: str) -> tuple[datetime | None, int | None]:
    """Return the local time in a file name, and its offset in minutes if known."""
    moment = moment_in_name(filename)
    if not moment:
        return None, None
    return local_time(moment.at) if moment.is_instant else (moment.at, moment.offset)


def local_time(moment: datetime) -> tuple[datetime, int]:
    """Return `moment` as local time in TIME_ZONE, and the offset in minutes east of UTC."""
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    offset = local.utcoffset() or timedelta()
    return local.replace(tzinfo=None), int(offset.total_seconds() // 60)


def days_in_name(name: str) -> set[datetime]:
    """Return all days in the name of a folder, at midnight; without Unix times."""
    moments = _general_moments(DIGEST.sub("~", plain_name(name)))
    return {moment.at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) for moment in moments}


def plain_name(name: str) -> str:
    """Return the name composed, with ASCII digits, colons, dashes and spaces."""
    text = normalize_unicode(name[:MAX_LENGTH], form="NFC")
    if not text.isascii():
        text = "".join(map(_plain_character, text.translate(TYPOGRAPHIC)))
    return text


def _plain_character(letter: str) -> str:
    if letter.isspace():
        return " "
    digit = unicodedata.decimal(letter, None)
    # Marks of the reading direction stand in Arabic and Hebrew names.
    return str(digit) if digit is not None else "" if letter in "\u200e\u200f\u061c" else letter


def _program_moments(text: str) -> Iterator[NamedMoment]:
    for pattern in PROGRAMS:
        for match in pattern.finditer(text):
            if moment := _moment(match.groupdict(), is_thai=False):
                yield moment
    for pattern in UNIX_TIMES:
        for match in pattern.finditer(text):
            number = int(match["unix"])
            if number != 1234567890:
                unix = timedelta(milliseconds=number) if len(match["unix"]) == 13 else timedelta(seconds=number)
                yield NamedMoment(datetime(1970, 1, 1, tzinfo=UTC) + unix, is_instant=True)


def _general_moments(text: str) -> Iterable[NamedMoment]:
    """Return the moments made of a day and a time, then days alone."""
    is_thai = any("\u0e00" <= letter <= "\u0e7f" for letter in text)
    timed: list[NamedMoment] = []
    days: list[NamedMoment] = []
    for pattern in (*DAYS, *HALF_COMPACT_DAYS):
        for day in pattern.finditer(text):
            times = (time.groupdict() for form in TIMES if (time := form.match(text, day.end())))
            if moment := next(filter(None, (_moment(day.groupdict() | time, is_thai=is_thai) for time in times)), None):
                timed.append(moment)
            elif pattern not in HALF_COMPACT_DAYS and NOT_FOLLOWED.match(text, day.end()):
                days += filter(None, [_moment(day.groupdict(), is_thai=is_thai)])
    return [*timed, *days]


def _moment(fields: dict[str, str | None], *, is_thai: bool) -> NamedMoment | None:
    year = int(fields["year"] or 0)
    if year >= FIRST_BUDDHIST_YEAR:
        if not is_thai:
            return None
        year -= BUDDHIST_ERA
    month = int(fields.get("month") or MONTH_NUMBERS.get((fields.get("month_name") or "").lower(), 0))
    minute = "30" if fields.get("half") else fields.get("minute")
    try:
        at = datetime(  # noqa: DTZ001  (local times have no zone)
            year if year >= 100 else 2000 + year,
            month,
            int(fields["day"] or 0),
            _hour(fields),
            int(minute or 0),
            min(int(fields.get("second") or 0), 59),  # leap seconds
            int((fields.get("decimals") or "").ljust(6, "0")),
        )
    except ValueError:  # day 31 of a shorter month
        return None
    return _zoned(at, fields)


def _zoned(at: datetime, fields: dict[str, str | None]) -> NamedMoment:
    zone = fields.get("zone") if fields.get("iso") else None
    if fields.get("utc") or (zone or "").lower() == "z":
        return NamedMoment(at.replace(tzinfo=UTC), is_instant=True)
    if zone:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return NamedMoment(at, offset=-minutes if zone[0] == "-" else minutes)
    return NamedMoment(at, has_time=bool(fields.get("hour")))


def _hour(fields: dict[str, str | None]) -> int:
    """Return the hour of 24; hour 24 is midnight of the same day."""
    hour = int(fields.get("hour") or 0) % 24
    half = re.sub(r"[.\s]", "", fields.get("noon") or fields.get("meridiem") or "").lower()
    if not half or hour > 12:
        return hour
    if half == MIDDAY:
        return hour if hour > 9 else hour + 12
    if half in NIGHTS:
        return hour % 12 if hour < 5 or hour == 12 else hour + 12
    return hour % 12 if half in MORNINGS else hour % 12 + 12
