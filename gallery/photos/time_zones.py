"""Time zones as people write them: `Asia/Shanghai`, `new york`, 杭州, `UTC+5:45`, `-0330`, `Z`."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from gallery.places.finding import find_places
from gallery.places.keys import key_of

MINUTE = timedelta(minutes=1)
# The zones in use reach from UTC−12:00 to UTC+14:00; some that were used earlier go further.
MAX_OFFSET = 16 * 60
OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-−–])\s*(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
UNIVERSAL = {"z", "utc", "gmt", "ut"}


def parse_zone(text: str) -> tzinfo | None:
    """Return the time zone that `text` names or states as an offset; None if there is none."""
    written = text.strip()
    if written.lower() in UNIVERSAL:
        return UTC
    if match := OFFSET.fullmatch(written):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes > MAX_OFFSET:
            return None
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    name = _zones_by_folded_name().get(_folded(written)) or _zone_of_town(written)
    return ZoneInfo(name) if name else None


def offset_at(moment: datetime, *, zone: tzinfo) -> int:
    """Return the minutes east of UTC in `zone` at a local time.

    Of a time that occurs twice when clocks are set back, the first counts; a time that clocks skip has the offset
    before. Offsets before the introduction of standard time have seconds, and are rounded.
    """
    offset = zone.utcoffset(moment.replace(tzinfo=zone, fold=0))
    return round((offset or timedelta()) / MINUTE)


def offset_text(minutes: int) -> str:
    """Return an offset such as UTC+5:45."""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}:{rest:02}"


def current_offset(name: str) -> str:
    """Return the offset of a named zone today."""
    zone = ZoneInfo(name)
    return offset_text(offset_at(datetime.now(zone).replace(tzinfo=None), zone=zone))


def find_zones(text: str, *, limit: int) -> list[str]:
    """Return the names of zones that contain `text`, those of matching cities first, then those of towns."""
    wanted = _folded(text)
    if not wanted:
        return []
    found = [(key, name) for key, name in _zones_by_folded_name().items() if "/" in key and wanted in key]
    ranked = sorted(found, key=lambda pair: (not pair[0].rpartition("/")[2].startswith(wanted), pair[1]))
    towns = find_places(text, limit=limit) if len(ranked) < limit else []
    return list(dict.fromkeys([name for _key, name in ranked] + [town.zone for town in towns]))[:limit]


def _zone_of_town(text: str) -> str:
    """Return the zone of the largest town with exactly this name; empty if there is none."""
    if not any(character.isalpha() for character in text):
        return ""
    towns = [town for town in find_places(text) if key_of(text) in map(key_of, town.names)]
    return towns[0].zone if towns else ""


@cache
def _zones_by_folded_name() -> dict[str, str]:
    """All zones by their folded names, and by their cities alone."""
    names = sorted(name for name in available_timezones() if name[0].isupper() and not name.startswith("Etc/"))
    cities = {_folded(name.rpartition("/")[2]): name for name in reversed(names) if "/" in name}
    return cities | {_folded(name): name for name in names}


def _folded(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip()).casefold()
