"""Chooses the claims of the most trustworthy witnesses, and derives a photo's columns from them.

Claims are plain JSON, `field → witness → value`. A photo has claims of its own (its bytes, and its owner), and each of
its sources and merges has others; the choice does not depend on their order. The fields and their values:

date: `at`, an ISO time with sub-seconds, and `offset`, minutes east of UTC or null. `at` is local time, except that of
an instant (`is_instant`), which is in UTC because the witness does not know the zone. `days` is the length of the
period that begins then, if the witness knows no moment in it: 1 for a day, 365 for a year.
offset: minutes east of UTC, for a date that has none.
place: `latitude` and `longitude` in degrees, and perhaps `altitude` in metres.
description: a text. labels: `title`, a text, and the lists `keywords` and `people`.
importance: 1–5. kind: one of Photo.Kind. archived: true or false.
rotation: 90, 180 or 270 degrees clockwise, after that of EXIF, by hand only.

A person may also state null: the field is then unknown, no matter what the others state.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from gallery.models import Witness

Claims = Mapping[str, Mapping[str, Any]]
ZoneOf = Callable[[float, float], tzinfo | None]
"""Returns the time zone of a latitude and longitude, if it is known."""

RANKS = {witness: rank for rank, witness in enumerate(Witness.values)}


@dataclass(frozen=True)
class Belief:
    """The chosen value of a field and its witness."""

    witness: str
    value: Any


def believed(claims: Iterable[Claims]) -> dict[str, Belief]:
    """Return the value of the most trustworthy witness for each field that is stated."""
    beliefs: dict[str, Belief] = {}
    for stated in claims:
        for field, values in stated.items():
            for witness, value in values.items():
                belief = Belief(witness, value)
                if field not in beliefs or _doubt(field, belief) < _doubt(field, beliefs[field]):
                    beliefs[field] = belief
    return beliefs


def photo_fields(claims: Iterable[Claims], *, zone: tzinfo, zone_of: ZoneOf) -> dict[str, Any]:
    """Return the fields of a Photo that follow from `claims`; instants at unknown places are in `zone`.

    Without claims about the archive, `is_archived` stays None, because the rules of the owner decide.
    """
    beliefs = believed(claims)
    place = _value(beliefs, "place") or {}
    if place:
        zone = zone_of(place["latitude"], place["longitude"]) or zone
    date = _value(beliefs, "date")
    taken_at, offset = _moment(date, zone=zone) if date else (None, None)
    if taken_at and offset is None:
        offset = _value(beliefs, "offset")
    return {
        "taken_at": taken_at,
        "taken_offset": offset,
        "date_source": _witness(beliefs, "date"),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "altitude": place.get("altitude"),
        "place_source": _witness(beliefs, "place"),
        "description": _value(beliefs, "description") or "",
        "labels": _value(beliefs, "labels") or {},
        "importance": _value(beliefs, "importance") or 0,
        "kind": _value(beliefs, "kind") or "",
        "rotation": _value(beliefs, "rotation") or 0,
        "is_archived": bool(_value(beliefs, "archived")) if "archived" in beliefs else None,
    }


def _doubt(field: str, belief: Belief) -> tuple[Any, ...]:
    """Return a key that orders claims of `field`, the most trustworthy first.

    Of equals, that is the more precise date, and of those the earlier one, because copies are made later; the higher
    importance; and else the richer value.
    """
    rank, value = RANKS[belief.witness], belief.value
    if value is None:
        return rank, True
    text = json.dumps(value, sort_keys=True)
    if field == "date":
        return rank, False, value.get("days", 0), value["at"], text
    if field == "importance":
        return rank, False, -value
    return rank, False, -len(text), text


def _moment(date: Mapping[str, Any], *, zone: tzinfo) -> tuple[datetime, int | None]:
    """Return local time and its offset in minutes, if known."""
    at = datetime.fromisoformat(date["at"])
    if not date.get("is_instant"):
        return at, date.get("offset")
    local = at.replace(tzinfo=UTC).astimezone(zone)
    offset = local.utcoffset()
    return local.replace(tzinfo=None), int(offset.total_seconds() // 60) if offset is not None else None


def _value(beliefs: Mapping[str, Belief], field: str) -> Any:
    return beliefs[field].value if field in beliefs else None


def _witness(beliefs: Mapping[str, Belief], field: str) -> str:
    return beliefs[field].witness if field in beliefs else ""
