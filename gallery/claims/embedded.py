"""The claims of a file's own metadata, as its header is read at the door; the metadata step replaces them."""

from datetime import UTC
from typing import Any

from gallery.claims.ladder import Claims
from gallery.claims.origins import instant, local
from gallery.metadata.dates import offset_between
from gallery.models import Witness
from gallery.pictures.metadata import Metadata


def claims_of_metadata(metadata: Metadata) -> Claims:
    """Return what the metadata of a file states: date, offset and place."""
    claims: dict[str, dict[str, Any]] = {}
    data = metadata.data
    if metadata.taken_at:
        claims["date"] = {Witness.EXIF.value: local(metadata.taken_at, metadata.taken_offset)}
    if metadata.gps_at:
        claims.setdefault("date", {})[Witness.GPS.value] = instant(metadata.gps_at)
    if metadata.taken_at and metadata.gps_at:
        offset = offset_between(metadata.taken_at, metadata.gps_at.astimezone(UTC).replace(tzinfo=None))
        if offset is not None:
            claims["offset"] = {Witness.GPS.value: offset}
    if "latitude" in data and "longitude" in data:
        place = {name: data[name] for name in ("latitude", "longitude", "altitude") if name in data}
        claims["place"] = {Witness.EXIF.value: place}
    return claims
