"""Time zones of instants: that of the place where a picture was taken, or else that of this server."""

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from gallery.places.locating import zone_of as zone_name_of


def server_zone() -> tzinfo:
    """Return the zone of instants at unknown places."""
    return ZoneInfo(settings.TIME_ZONE)


def zone_of(latitude: float, longitude: float) -> tzinfo | None:
    """Return the time zone at a point; None if it is unknown."""
    name = zone_name_of(latitude, longitude)
    try:
        return ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError:
        return None
