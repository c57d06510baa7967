"""Moments in the tags of a file: in any form that cameras and programs write, and the choice between them.

The order is that of the Metadata Working Group, with more tags: moments of exposure first, those of digitising next,
and of each kind EXIF, then XMP and IPTC, then formats' own texts and makers' notes.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from gallery.metadata.tags import Tags
from gallery.pictures.metadata import EARLIEST_DIGITAL, EARLIEST_PHOTOGRAPH, MAX_OFFSET, is_believable, is_unset_clock

DATE = r"(?P<year>\d{4})(?:[:/. -]\s?(?P<month>\d{1,2})(?:[:/. -]\s?(?P<day>\d{1,2}))?)?"
TIME = (
    # The same sign twice: in 09:29-04:00 the minute is followed by the zone.
    r"(?P<hour>\d{1,2})\s?(?P<sign>[:.-])\s?(?P<minute>\d{1,2})"
    r"(?:\s?(?P=sign)\s?(?P<second>\d{1,2})(?:[.,:](?P<fraction>\d+))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
ZONE = r"(?P<zone>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}|[+-]\d{2})"
MOMENT = re.compile(rf"{DATE}(?:(?:\s*T\s*|\s+|[:-]){TIME})?\s*{ZONE}?(?:\s*DST)?", re.ASCII)
COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    rf"(?:[T ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,](?P<fraction>\d+))?)?\s*{ZONE}?",
    re.ASCII,
)
OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
ZONE_STEP = timedelta(minutes=15)
# A camera's clock may be wrong by so much, or the last fix of the satellites so old.
TOLERANCE = timedelta(minutes=2)
UNIVERSAL = {"Z", "UTC", "GMT"}

# The date, the tag of its sub-seconds or of its time, and the tag of its offset.
EXPOSURE = (
    ("ExifIFD:DateTimeOriginal", "ExifIFD:SubSecTimeOriginal", "ExifIFD:OffsetTimeOriginal"),
    ("IFD0:DateTimeOriginal", "", ""),
    ("XMP-exif:DateTimeOriginal", "", ""),
    ("XMP-photoshop:DateCreated", "", ""),
    ("IPTC:DateCreated", "IPTC:TimeCreated", ""),
)
DIGITISING = (
    ("ExifIFD:CreateDate", "ExifIFD:SubSecTimeDigitized", "ExifIFD:OffsetTimeDigitized"),
    ("XMP-exif:DateTimeDigitized", "", ""),
    ("XMP-xmp:CreateDate", "", ""),
    ("IPTC:DigitalCreationDate", "IPTC:DigitalCreationTime", ""),
    ("PNG:CreationTime", "", ""),
    ("Keys:CreationDate", "", ""),
)
LAST_CHANGE = (
    ("IFD0:ModifyDate", "ExifIFD:SubSecTime", "ExifIFD:OffsetTime"),
    ("XMP-xmp:ModifyDate", "", ""),
    ("XMP-tiff:DateTime", "", ""),
    ("PNG:ModifyDate", "", ""),
    # When the file was written, not the picture taken: programs that convert pictures write it too.
    ("QuickTime:CreateDate", "", ""),
)
# These hold the tags of a preview, of all standards together, or of something else than the picture.
OTHER_GROUPS = re.compile(r"(?:IFD[1-9]|SubIFD\d*|Composite|System|XMP-.*|IPTC\d*|MIE-.*|ICC.*|Track\d+):")


@dataclass(frozen=True)
class Moment:
    """A date and time: local, or UTC if it `is_instant`; `offset` in minutes east of UTC.

    `days` is the length of the day, month or year that begins then, for a date without a time.
    """

    at: datetime
    offset: int | None = None
    is_instant: bool = False
    days: int = 0

    def claim(self) -> dict[str, Any]:
        """Return the moment as a claim (`gallery.claims.ladder`)."""
        claim: dict[str, Any] = {"at": self.at.isoformat(), "offset": self.offset}
        claim |= {"is_instant": True} if self.is_instant else {}
        return claim | {"days": self.days} if self.days else claim


def exposure_of(tags: Tags) -> Moment | None:
    """Return when the picture was taken, or else digitised, by the most trustworthy tag."""
    moments = [*_moments(tags, _exposure_rows(tags)), *_moments(tags, DIGITISING), *_makers_moments(tags)]
    if not moments:
        return None
    chosen = moments[0]
    for other in moments[1:]:
        if other.days < chosen.days and chosen.at <= other.at < chosen.at + timedelta(days=chosen.days):
            chosen = other  # The same day, and more precise.
    return _with_offset(chosen, [*moments, *_moments(tags, LAST_CHANGE)])


def last_change_of(tags: Tags) -> Moment | None:
    """Return when a program, or the camera, last changed the file."""
    return next(_moments(tags, LAST_CHANGE), None)


def gps_instant_of(tags: Tags) -> Moment | None:
    """Return the time in UTC that the satellites gave."""
    for value in (tags.get("Composite:GPSDateTime"), tags.get("XMP-exif:GPSDateTime")):
        moment = read_moment(value)
        if moment and not moment.days and is_believable(moment.at, since=EARLIEST_DIGITAL):
            return replace(moment, at=_in_utc(moment), offset=None, is_instant=True)
    return None


def offset_between(at: datetime, instant: datetime) -> int | None:
    """Return the offset of a local time from the same instant in UTC; None if they cannot be the same."""
    difference = at - instant
    minutes = round(difference / ZONE_STEP) * ZONE_STEP // timedelta(minutes=1)
    is_zone = abs(minutes) <= MAX_OFFSET and abs(difference - timedelta(minutes=minutes)) <= TOLERANCE
    return minutes if is_zone else None


def read_moment(value: Any, *, time: Any = None) -> Moment | None:
    """Return the moment that a text names, perhaps with its time in another text; None if it names none."""
    text = f"{value} {time}" if isinstance(time, str) else value
    if not isinstance(text, str):
        return None
    text = text.strip()
    match = MOMENT.fullmatch(text) or COMPACT.fullmatch(text)
    return _built(match) if match else _of_mail(text)


def _exposure_rows(tags: Tags) -> tuple[tuple[str, str, str], ...]:
    """Return EXPOSURE, with IPTC before XMP if a program that knows only IPTC changed it."""
    current, stored = tags.get("File:CurrentIPTCDigest"), tags.get("Photoshop:IPTCDigest")
    if not (current and stored) or current == stored:
        return EXPOSURE
    return (*EXPOSURE[:2], EXPOSURE[4], *EXPOSURE[2:4])


def _moments(tags: Tags, rows: tuple[tuple[str, str, str], ...]) -> Iterator[Moment]:
    for date, detail, offset in rows:
        is_iptc = date.startswith("IPTC:")
        moment = read_moment(tags.get(date), time=tags.get(detail) if is_iptc else None)
        if moment is None and is_iptc:
            moment = read_moment(tags.get(date))
        if moment is None or not _is_set(moment.at):
            continue
        if date.startswith("QuickTime:") and moment.offset is None:
            moment = replace(moment, is_instant=True)  # by the specification in UTC
        if detail and not is_iptc and not moment.at.microsecond:
            moment = replace(moment, at=moment.at.replace(microsecond=_microseconds(tags.get(detail))))
        if offset and moment.offset is None and not moment.is_instant:
            moment = replace(moment, offset=read_offset(tags.get(offset)))
        yield moment


def _makers_moments(tags: Tags) -> Iterator[Moment]:
    """Yield the moments of exposure in makers' notes and in old formats' own headers."""
    known = {row[0] for row in EXPOSURE}
    for key in tags:
        if key.endswith(":DateTimeOriginal") and key not in known and not OTHER_GROUPS.match(key):
            yield from _moments(tags, ((key, "", ""),))


def _with_offset(chosen: Moment, others: list[Moment]) -> Moment:
    """Return a local moment with the offset of another tag that names the same one."""
    if chosen.offset is not None or chosen.is_instant:
        return chosen
    second = chosen.at.replace(microsecond=0)
    for other in others:
        if other.offset is not None and other.at.replace(microsecond=0) == second:
            return replace(chosen, offset=other.offset)
    return chosen


def _built(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    hour = int(parts["hour"] or 0)
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        at = datetime(  # noqa: DTZ001  (local times have no zone)
            *(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1)),
            # Some telephones count the first hour of a day as its 24th, and clocks have leap seconds.
            *(0 if hour == 24 else hour, int(parts["minute"] or 0), min(int(parts["second"] or 0), 59)),
            _microseconds(parts["fraction"]),
        )
    except ValueError:
        return None
    zone = parts["zone"]
    if zone in UNIVERSAL and parts["hour"]:
        return Moment(at, is_instant=True)
    if parts["hour"]:
        return Moment(at, read_offset(zone))
    return Moment(at, days=1 if parts["day"] else 30 if parts["month"] else 365)


def _of_mail(text: str) -> Moment | None:
    """Return the moment of a text such as `Sat, 4 May 2019 10:20:30 GMT`, which PNG recommends."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        read = parsedate_to_datetime(text)
        at, offset = read.replace(tzinfo=None), read.utcoffset()
        if offset is None:
            return Moment(at)
        return Moment(at, is_instant=True) if not offset else Moment(at, int(offset.total_seconds() // 60))
    return None


def read_offset(value: Any) -> int | None:
    """Return the minutes east of UTC that a text such as +08:00 names."""
    if not isinstance(value, str):
        return None
    if value.strip() in UNIVERSAL:
        return 0
    match = OFFSET.fullmatch(value.strip())
    minutes = int(match[2]) * 60 + int(match[3] or 0) if match else MAX_OFFSET + 1
    if minutes > MAX_OFFSET:
        return None
    return -minutes if match and match[1] == "-" else minutes


def _in_utc(moment: Moment) -> datetime:
    return moment.at if moment.offset is None else moment.at - timedelta(minutes=moment.offset)


def _microseconds(value: Any) -> int:
    """Return the microseconds of the digits behind a decimal point."""
    digits = re.match(r"\d+", str(value or "").strip())
    return int(digits[0][:6].ljust(6, "0")) if digits else 0


def _is_set(at: datetime) -> bool:
    return is_believable(at, since=EARLIEST_PHOTOGRAPH) and not is_unset_clock(at)
