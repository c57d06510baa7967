"""The claims of an origin of a picture: its name, its folders, its modification time, and its sidecar."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gallery.claims.ladder import Claims
from gallery.models import Witness
from gallery.pictures.metadata import is_believable
from gallery.sources.dated_folders import Period, period_of_folders
from gallery.sources.dates_in_names import local_time, moment_in_name
from gallery.sources.kinds import kind_of_name
from gallery.sources.source_files import SourceMetadata
from gallery.text.cleaning import remove_invisible

DAY = timedelta(days=1)


def claims_of_origin(
    source_metadata: SourceMetadata,
    *,
    filename: str,
    path: str,
    modified_at: datetime | None,
    importance: int = 0,
    archives: bool = False,
) -> Claims:
    """Return what an origin states about a picture: its sidecar, its name, its path with folders, and its file time.

    `importance` and `archives` were chosen for an import as a whole, so they are stated by the folder.
    """
    claims: dict[str, dict[str, Any]] = {}

    def state(field: str, witness: Witness, value: Any) -> None:
        if value:
            claims.setdefault(field, {})[witness.value] = value

    state("date", Witness.SIDECAR, _sidecar_date(source_metadata))
    state("place", Witness.SIDECAR, _sidecar_place(source_metadata))
    state("description", Witness.SIDECAR, remove_invisible(source_metadata.description))
    state("importance", Witness.SIDECAR, source_metadata.importance)
    state("labels", Witness.SIDECAR, _sidecar_labels(source_metadata))
    state("kind", Witness.FILENAME, kind_of_name(filename))
    state("kind", Witness.FOLDER, source_metadata.kind)
    state("importance", Witness.FOLDER, importance)
    state("archived", Witness.SIDECAR, source_metadata.is_archived)
    state("archived", Witness.FOLDER, archives)
    written = _believable(modified_at)
    state("date", Witness.FILENAME, _date_in_name(filename, written))
    state("date", Witness.FOLDER, _date_of_folder(path, written))
    state("date", Witness.FILE, written and instant(written))
    return claims


def local(at: datetime, offset: int | None = None, *, days: int = 0) -> dict[str, Any]:
    """Return the value of a date whose local time is known; it begins a period of `days` if they are given."""
    return {"at": at.isoformat(), "offset": offset} | ({"days": days} if days else {})


def instant(moment: datetime) -> dict[str, Any]:
    """Return the value of a date of which only the instant is known."""
    return {"at": moment.astimezone(UTC).replace(tzinfo=None).isoformat(), "offset": None, "is_instant": True}


def _sidecar_date(metadata: SourceMetadata) -> dict[str, Any] | None:
    if metadata.taken_at is None:
        return None
    if not metadata.is_instant:
        return local(metadata.taken_at, metadata.taken_offset)
    # Its reader converted it to TIME_ZONE.
    return instant((metadata.taken_at - timedelta(minutes=metadata.taken_offset or 0)).replace(tzinfo=UTC))


def _sidecar_labels(metadata: SourceMetadata) -> dict[str, Any]:
    labels = {"title": metadata.title, "keywords": list(metadata.keywords), "people": list(metadata.people)}
    return {name: value for name, value in labels.items() if value}


def _sidecar_place(metadata: SourceMetadata) -> dict[str, float] | None:
    if metadata.latitude is None or metadata.longitude is None:
        return None
    place = {"latitude": metadata.latitude, "longitude": metadata.longitude}
    return place | ({"altitude": metadata.altitude} if metadata.altitude is not None else {})


def _believable(modified_at: datetime | None) -> datetime | None:
    """Return a file time to the second; None if no picture can be of that time."""
    written = modified_at and modified_at.replace(microsecond=0)
    return written if written and is_believable(written.astimezone(UTC).replace(tzinfo=None)) else None


def _date_in_name(filename: str, written: datetime | None) -> dict[str, Any] | None:
    named = moment_in_name(filename)
    if named is None:
        return None
    if named.is_instant:
        return instant(named.at)
    return local(named.at, named.offset) if named.has_time else _within((named.at, named.at + DAY), written)


def _date_of_folder(path: str, written: datetime | None) -> dict[str, Any] | None:
    """Return the date of the folder, unless the file contradicts it."""
    period = period_of_folders(path)
    # A file older than its folder's date was not taken then: the folder is named after its own creation.
    if period is None or (written and local_time(written)[0] <= period[0] - DAY):
        return None
    return _within(period, written)


def _within(period: Period, written: datetime | None) -> dict[str, Any]:
    """Return the beginning of a period, or the file's time in it, which is more precise."""
    begin, end = period
    if written and begin <= local_time(written)[0] < end:
        return instant(written)
    return local(begin, days=(end - begin).days)
