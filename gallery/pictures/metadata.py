"""Reads what doors need of EXIF at once: date, camera and position; `gallery.metadata` reads everything later."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL.ExifTags import GPS, Base

from gallery.pictures.images import Source, read_exif
from gallery.text.cleaning import clean_line

MAX_TEXT = 1000

# In order of preference, each with its time zone tag (since EXIF 2.31).
DATE_TAGS = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal),
    (Base.DateTimeDigitized, Base.OffsetTimeDigitized),
)
EARLIEST_PHOTOGRAPH = datetime(1826, 1, 1)  # noqa: DTZ001  (local times have no zone)
EARLIEST_DIGITAL = datetime(1990, 1, 1)  # noqa: DTZ001
# Dates of cameras whose clock was never set.
UNSET_CLOCK_DATES = {datetime(year, 1, 1) for year in (1904, 1970, 1980)}  # noqa: DTZ001
MAX_OFFSET = 14 * 60


@dataclass(frozen=True)
class Metadata:
    """The first metadata of a picture file.

    `taken_at` is EXIF's local time without a zone, `taken_offset` in minutes east of UTC if known, `gps_at` the GPS
    time in UTC. `data` is plain JSON with the known ones among make, model, orientation, latitude and longitude
    (degrees), and altitude (m).
    """

    taken_at: datetime | None = None
    taken_offset: int | None = None
    gps_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


def read_metadata(file: Source) -> Metadata:
    """Read the EXIF metadata of `file`. Raises InvalidImage."""
    tags, gps = read_exif(file)
    data, gps_at = _describe(tags, gps), _gps_date(gps)
    for date_tag, offset_tag in DATE_TAGS:
        if taken_at := _exif_date(tags.get(date_tag)):
            return Metadata(taken_at, _exif_offset(tags.get(offset_tag)), gps_at, data)
    return Metadata(gps_at=gps_at, data=data)


def is_believable(taken_at: datetime, *, since: datetime = EARLIEST_DIGITAL) -> bool:
    """Return whether a picture can be of this local time: not before `since`, and not in the future."""
    # One day more than now: in zones further east it is already tomorrow.
    return since <= taken_at <= datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)


def is_unset_clock(taken_at: datetime) -> bool:
    """Return whether this is where the clocks of some cameras begin."""
    return taken_at in UNSET_CLOCK_DATES


def _exif_date(value: Any) -> datetime | None:
    try:
        taken_at = datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    is_set = is_believable(taken_at, since=EARLIEST_PHOTOGRAPH) and not is_unset_clock(taken_at)
    return taken_at if is_set else None


def _exif_offset(value: Any) -> int | None:
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", _text(value))
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > MAX_OFFSET:
        return None
    return -minutes if match[1] == "-" else minutes


def _gps_date(gps: dict[int, Any]) -> datetime | None:
    """Return the time in UTC from a date as text and a time as three numbers."""
    time = gps.get(GPS.GPSTimeStamp)
    parts = [_number(part) for part in time] if isinstance(time, tuple) else []
    match = re.fullmatch(r"(\d{4})[:-](\d\d)[:-](\d\d)", _text(gps.get(GPS.GPSDateStamp)))
    if not match or len(parts) != 3 or any(part is None or not 0 <= part < 60 for part in parts):
        return None
    hour, minute, second = (int(part or 0) for part in parts)
    try:
        moment = datetime(int(match[1]), int(match[2]), int(match[3]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return moment if is_believable(moment.replace(tzinfo=None)) else None


def _describe(tags: dict[int, Any], gps: dict[int, Any]) -> dict[str, Any]:
    known: dict[str, tuple[Callable[[Any], Any], Any]] = {
        "make": (_text, tags.get(Base.Make)),
        "model": (_text, tags.get(Base.Model)),
        "orientation": (_positive, tags.get(Base.Orientation)),
    }
    data = {key: clean(value) for key, (clean, value) in known.items()} | _position(gps)
    return {key: value for key, value in data.items() if value not in (None, "")}


def _position(gps: dict[int, Any]) -> dict[str, float]:
    latitude = _degrees(gps.get(GPS.GPSLatitude), _text(gps.get(GPS.GPSLatitudeRef)).upper() == "S", limit=90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), _text(gps.get(GPS.GPSLongitudeRef)).upper() == "W", limit=180)
    # Receivers without a position report zero for both.
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return {}
    position = {"latitude": latitude, "longitude": longitude}
    altitude = _number(gps.get(GPS.GPSAltitude))
    if altitude is not None and abs(altitude) < 100_000:
        below_sea = gps.get(GPS.GPSAltitudeRef) in (1, b"\x01")
        position["altitude"] = round(-altitude if below_sea else altitude, 1)
    return position


def _degrees(value: Any, negative: bool, *, limit: int) -> float | None:
    parts = [_number(part) for part in value] if isinstance(value, tuple) else []
    if len(parts) != 3 or any(part is None for part in parts):
        return None
    degrees = sum((part or 0.0) / 60**power for power, part in enumerate(parts))
    return round(-degrees if negative else degrees, 7) if 0 <= degrees <= limit else None


def _number(value: Any) -> float | None:
    """Return an EXIF value (int, rational, or the first of a tuple) as a finite number; None if it is not one."""
    if isinstance(value, tuple) and value:
        value = value[0]
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: Any) -> float | int | None:
    number = _number(value)
    if number is None or not 0 < number < 1e9:
        return None
    return int(number) if number.is_integer() else round(number, 8)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if not isinstance(value, str):
        return ""
    return clean_line(value)[:MAX_TEXT]
