"""Turns the values of photos stored before there were claims into claims, so that nothing set by hand changes.

Names, folders and file times of sources are read again, because their rules have become better; other values stay those
of the witness that they came from. The migration that calls this gives it the models of its time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import PurePath
from typing import Any

from gallery.claims.ladder import Claims, believed, photo_fields
from gallery.claims.origins import claims_of_origin, instant, local
from gallery.claims.zones import server_zone, zone_of
from gallery.models import Witness
from gallery.sources.kinds import kind_of_folders, kind_of_picture
from gallery.sources.source_files import SourceMetadata

DATE_FIELDS = ("taken_at", "taken_offset", "date_source")
UPLOAD = "upload"


@dataclass
class ExistingPhoto:
    """A stored photo with its sources and merges, oldest first, and the values that it had before the merges."""

    photo: Any
    sources: Sequence[Any]
    merges: Sequence[Any]
    own: dict[str, Any] = field(default_factory=dict)
    was_edited: bool = False

    def claims(self) -> list[Claims]:
        """Return the claims of the photo, its sources and its merges."""
        return [one.claims for one in (self.photo, *self.sources, *self.merges)]

    def settled(self) -> dict[str, Any]:
        """Return the columns that follow from the claims."""
        photo = self.photo
        fields = photo_fields(self.claims(), zone=server_zone(), zone_of=zone_of)
        make = str(photo.metadata.get("make") or "")
        likely = kind_of_picture(extension=photo.extension, width=photo.width, height=photo.height, make=make)
        return fields | {"kind": fields["kind"] or likely}

    def state(self, origin: Any, name: str, witness: str, value: Any) -> None:
        """Add a claim to `origin`: the photo, a source or a merge."""
        origin.claims.setdefault(name, {})[witness] = value

    @property
    def describing_source(self) -> Any:
        """The source with a sidecar, or else the first one, or the photo if there is none."""
        return next((source for source in self.sources if source.sidecar), next(iter(self.sources), self.photo))


def state_claims(existing: ExistingPhoto) -> None:
    """Set the claims of a photo, its sources and its merges."""
    photo = existing.photo
    photo.claims = {}
    for number, source in enumerate(existing.sources):
        _state_source(source, filename=photo.filename if number == 0 or source.path == UPLOAD else "")
    _separate_merges(existing)
    for state in (_state_date, _state_place, _state_description, _state_importance, _state_kind):
        state(existing)


def _state_source(source: Any, *, filename: str) -> None:
    if source.path == UPLOAD:
        source.filename = filename
    name = filename or PurePath(source.path.rpartition("!/")[2]).name
    parts = [part for part in source.path.rpartition("!/")[2].split("/")[:-1] if part]
    source.claims = claims_of_origin(
        SourceMetadata(kind=kind_of_folders(parts)),
        filename=name,
        path=source.path,
        modified_at=source.modified_at,
        importance=source.job.importance if source.job else 0,
    )


def _separate_merges(existing: ExistingPhoto) -> None:
    """Undo the merges in memory, the last one first, up to the first later edit."""
    photo, own = existing.photo, existing.own
    own |= {name: getattr(photo, name) for name in (*DATE_FIELDS, "importance", "description", "metadata")}
    edited_at = photo.edited_at
    is_unedited = True
    for merge in reversed(existing.merges):
        previous, merge.previous_values, merge.claims = merge.previous_values, {}, {}
        is_unedited = is_unedited and edited_at == merge.edited_at_after
        if not is_unedited:
            continue  # Its details cannot be told apart from later edits, and could not be undone before.
        edited_at = merge.edited_at_before
        after = dict(own)
        own |= {name: value for name, value in previous.items() if name in own}
        _state_merge(existing, merge, after=after)
    existing.was_edited = edited_at is not None


def _state_merge(existing: ExistingPhoto, merge: Any, *, after: dict[str, Any]) -> None:
    """Let a merge state what it brought; descriptions and importance, written by people, count as set by hand."""
    before = existing.own
    if after["metadata"] != before["metadata"]:
        merge.previous_values["metadata"] = {"before": before["metadata"], "after": after["metadata"]}
        place = _place_of(after["metadata"])
        if place and place != _place_of(before["metadata"]):
            existing.state(merge, "place", Witness.EXIF, place)
    by_hand = {name: after[name] for name in ("description", "importance") if after[name] != before[name]}
    if any(after[name] != before[name] for name in DATE_FIELDS) and after["taken_at"]:
        if after["date_source"] == Witness.PERSON:
            by_hand["date"] = _date_of(after)
        else:
            existing.state(merge, "date", after["date_source"] or Witness.FILE, _date_of(after))
    if not by_hand:
        return
    former = {name: before[name] for name in ("description", "importance") if name in by_hand and before[name]}
    merge.previous_values["by_hand"] = {"before": former, "after": by_hand}
    for name, value in by_hand.items():
        existing.photo.claims.setdefault(name, {}).setdefault(Witness.PERSON.value, value)


def _state_date(existing: ExistingPhoto) -> None:
    own, photo = existing.own, existing.photo
    witness = own["date_source"] or Witness.FILE.value
    stated = {name for claims in existing.claims() for name in claims.get("date", {})}
    if not own["taken_at"]:
        if existing.was_edited and not own["date_source"] and stated:
            existing.state(photo, "date", Witness.PERSON, None)
    elif witness in (Witness.PERSON, Witness.EXIF, Witness.GPS):
        photo.claims.setdefault("date", {}).setdefault(witness, _date_of(own))
    elif witness == Witness.SIDECAR or witness not in stated:
        existing.state(existing.describing_source, "date", witness, _date_of(own))


def _state_place(existing: ExistingPhoto) -> None:
    if place := _place_of(existing.own["metadata"]):
        described = existing.describing_source
        # The metadata step tells which positions stand in the file itself.
        has_sidecar = bool(getattr(described, "sidecar", ""))
        origin, witness = (described, Witness.SIDECAR) if has_sidecar else (existing.photo, Witness.EXIF)
        existing.state(origin, "place", witness, place)


def _state_description(existing: ExistingPhoto) -> None:
    text = existing.own["description"]
    has_sidecar = any(source.sidecar for source in existing.sources)
    if existing.was_edited and (text or has_sidecar):
        existing.photo.claims.setdefault("description", {}).setdefault(Witness.PERSON.value, text or None)
    elif text:
        existing.state(existing.describing_source, "description", Witness.SIDECAR, text)


def _state_importance(existing: ExistingPhoto) -> None:
    own = existing.own["importance"]
    chosen = {source.claims.get("importance", {}).get(Witness.FOLDER, 0) for source in existing.sources} or {0}
    is_by_hand = own not in chosen or (existing.was_edited and bool(own or any(chosen)))
    if is_by_hand:
        existing.photo.claims.setdefault("importance", {}).setdefault(Witness.PERSON.value, own or None)


def _state_kind(existing: ExistingPhoto) -> None:
    """Keep the kind that a program's folders stand for."""
    kind = existing.photo.kind
    beliefs = believed(existing.claims())
    if kind and "kind" not in beliefs and existing.settled()["kind"] != kind:
        existing.state(existing.describing_source, "kind", Witness.FOLDER, kind)


def _date_of(values: dict[str, Any]) -> dict[str, Any]:
    at, offset, witness = (values[name] for name in DATE_FIELDS)
    if offset is None or witness in (Witness.PERSON, Witness.EXIF):
        return local(at, offset)
    # Only instants of these witnesses had an offset: that of the server's zone.
    return instant((at - timedelta(minutes=offset)).replace(tzinfo=UTC))


def _place_of(metadata: dict[str, Any]) -> dict[str, float] | None:
    if "latitude" not in metadata or "longitude" not in metadata:
        return None
    return {name: metadata[name] for name in ("latitude", "longitude", "altitude") if name in metadata}


def existing_photos(models: Callable[[str], Any], *, batch_size: int) -> Iterator[list[ExistingPhoto]]:
    """Yield photos without claims in batches, by id; `models` returns a model by its name."""
    last = 0
    while photos := list(models("Photo").objects.filter(pk__gt=last).order_by("pk")[:batch_size]):
        last = photos[-1].pk
        new = {photo.pk: ExistingPhoto(photo, [], []) for photo in photos if not photo.claims}
        for source in models("PhotoSource").objects.filter(photo__in=new).select_related("job").order_by("pk"):
            new[source.photo_id].sources.append(source)  # type: ignore[attr-defined]
        for merge in models("PhotoMerge").objects.filter(photo__in=new).order_by("merged_at"):
            new[merge.photo_id].merges.append(merge)  # type: ignore[attr-defined]
        yield [existing for existing in new.values() if not any(existing.claims())]
