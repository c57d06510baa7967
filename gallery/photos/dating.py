"""Dates by hand: set, shift, clear, or return to the automatic one. Each function returns a `Statement`."""

from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from typing import Any

from gallery.models import Photo
from gallery.photos.shifting import Shift
from gallery.photos.statements import Skipped, Statement
from gallery.photos.time_zones import offset_at

FIELDS = ("date", "offset")
# The time of photos that get a day, but have no time yet.
NOON = time(12)


class OwnZone(Enum):
    """Instead of a time zone: each photo keeps the offset that it has."""

    KEPT = "kept"


Zone = tzinfo | OwnZone | None
"""A time zone by hand; None: unknown."""


def set_date(day: date, at: time | None, *, zone: Zone) -> Statement:
    """Set day and time; without `at`, photos keep their time of day."""

    def state(photo: Photo) -> dict[str, Any]:
        own = photo.taken_at.time() if photo.taken_at else NOON
        # Forms have no sub-seconds.
        time_of_day = own if at is None or at == own.replace(microsecond=0) else at
        moment = datetime.combine(day, time_of_day)
        return _dated(photo, moment, zone=zone)

    return Statement(FIELDS, state)


def set_moment(moment: datetime, *, zone: Zone) -> Statement:
    """Set the local date and time exactly."""
    return Statement(FIELDS, lambda photo: _dated(photo, moment, zone=zone))


def set_zone(zone: tzinfo | None) -> Statement:
    """Set the time zone of dated photos; the local time stays. Undated photos are left out."""

    def state(photo: Photo) -> dict[str, Any] | Skipped:
        return _dated(photo, photo.taken_at, zone=zone) if photo.taken_at else Skipped.UNDATED

    return Statement(FIELDS, state)


def shift_date(shift: Shift, *, zone: Zone) -> Statement:
    """Shift each photo's date. Leaves out undated photos, and dates that would lie outside the timeline."""

    def state(photo: Photo) -> dict[str, Any] | Skipped:
        if photo.taken_at is None:
            return Skipped.UNDATED
        moment = shift.apply(photo.taken_at)
        return Skipped.OUT_OF_RANGE if moment is None else _dated(photo, moment, zone=zone)

    return Statement(FIELDS, state)


def clear_date() -> Statement:
    """Declare the date unknown, regardless of other witnesses."""
    return Statement(FIELDS, lambda _photo: {"date": None})


def use_automatic_date() -> Statement:
    """Withdraw the date by hand, so that the other witnesses count again."""
    return Statement(FIELDS, lambda _photo: {})


def fixed_zone(offset: int | None) -> tzinfo | None:
    """Return the zone with this offset in minutes."""
    return None if offset is None else timezone(timedelta(minutes=offset))


def _dated(photo: Photo, moment: datetime, *, zone: Zone) -> dict[str, Any]:
    """Return the claims for a local time. A zone that is unknown by hand is claimed too: others may state one."""
    if zone is None:
        return {"date": {"at": moment.isoformat(), "offset": None}, "offset": None}
    offset = photo.taken_offset if isinstance(zone, OwnZone) else offset_at(moment, zone=zone)
    return {"date": {"at": moment.isoformat(), "offset": offset}}
