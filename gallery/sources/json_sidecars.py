"""JSON sidecars beside pictures in plain folders: of Google Photos, osxphotos and exiftool, and immich-go.

Other JSON files are no sidecars.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from gallery.pictures.metadata import is_believable
from gallery.sources.dates_in_names import local_time
from gallery.sources.json_files import clean_text, read_json
from gallery.sources.paired_sidecars import pair_sidecars
from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import SkipReason, SourceMetadata
from gallery.sources.takeout_matching import SidecarName, match_sidecars
from gallery.sources.takeout_names import composed_name
from gallery.sources.takeout_sidecars import Sidecar, describes_picture, parse_sidecar
from gallery.sources.trees import TreeFile

EXIFTOOL_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?([-+]\d\d:\d\d)?")
# immich-go states zeros for a picture without a place.
UNKNOWN_PLACE = (0, 0)


@dataclass(frozen=True)
class JsonSidecars:
    """The metadata of pictures by their names, and the reasons to skip the JSON files that are sidecars."""

    of_picture: Mapping[str, SourceMetadata] = field(default_factory=dict)
    reasons: Mapping[str, SkipReason] = field(default_factory=dict)

    def add_to(self, metadata: SourceMetadata, *, name: str) -> SourceMetadata:
        """Return the metadata of the picture called `name`, whose folder states `metadata`, with its sidecar's."""
        known = self.of_picture.get(name)
        if known is None:
            return metadata
        stated = {entry.name: value for entry in fields(metadata) if (value := getattr(metadata, entry.name))}
        return replace(known, **stated)


def read_json_sidecars(files: Sequence[TreeFile]) -> JsonSidecars:
    """Read the JSON files among the files of one folder that are sidecars of others."""
    found = [file for file in files if extension_of(file.name) == "json"]
    if not found or len(found) == len(files):
        return JsonSidecars()
    google: dict[str, Sidecar] = {}
    others: dict[str, SourceMetadata] = {}
    for file in found:
        content = read_json(file)
        if isinstance(content, dict) and describes_picture(content):
            google[file.name] = parse_sidecar(content, path=file.path)
        elif metadata := metadata_in(content, path=file.path):
            others[file.name] = metadata
    names = [file.name for file in files if extension_of(file.name) != "json"]
    of_picture, matched = _of_google(google, names)
    reasons = {name: SkipReason.SIDECAR if name in matched else SkipReason.ORPHAN for name in google}
    usable = [file for file in files if extension_of(file.name) != "json" or file.name in others]
    pairs = pair_sidecars(usable, extension="json")
    of_picture |= {name: others[file.name] for name, file in pairs.of_picture.items() if name not in of_picture}
    return JsonSidecars(of_picture, {**reasons, **dict.fromkeys(others, SkipReason.SIDECAR), **pairs.reasons})


def _of_google(sidecars: Mapping[str, Sidecar], names: Sequence[str]) -> tuple[dict[str, SourceMetadata], set[str]]:
    """Return the metadata by picture, and the names of the sidecars that have one."""
    stems = {composed_name(name).rpartition(".")[0]: name for name in sidecars}
    titles = [SidecarName(stem, composed_name(sidecars[name].title)) for stem, name in stems.items()]
    matches = match_sidecars(names, titles)
    found = {name: sidecars[stems[match.stem]].metadata() for name, match in matches.items()}
    return found, {stems[match.stem] for match in matches.values()}


def metadata_in(content: Any, *, path: str) -> SourceMetadata | None:
    """Return the metadata in the content of a sidecar of another program; None if it is not one."""
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        content = content[0]
    if not isinstance(content, dict):
        return None
    if "SourceFile" in content or "ExifToolVersion" in content:
        return _of_exiftool({str(key).rpartition(":")[2]: value for key, value in content.items()}, path=path)
    if "dateTaken" in content and "fileName" in content:
        return _of_immich_go(content, path=path)
    return None


def _of_exiftool(tags: dict[str, Any], *, path: str) -> SourceMetadata:
    taken_at, offset = _exiftool_date(tags)
    latitude = _coordinate(tags, "GPSLatitude", negative="S", limit=90)
    longitude = _coordinate(tags, "GPSLongitude", negative="W", limit=180)
    if latitude is None or longitude is None:
        latitude = longitude = None
    return SourceMetadata(
        taken_at=taken_at,
        taken_offset=offset,
        date_source="sidecar" if taken_at else "",
        description=_first_text(tags, "Description", "ImageDescription", "Caption-Abstract"),
        latitude=latitude,
        longitude=longitude,
        title=_first_text(tags, "Title", "ObjectName"),
        keywords=_texts(tags.get("Subject") or tags.get("Keywords") or tags.get("TagsList")),
        people=_texts(tags.get("PersonInImage")),
        importance=_rating(tags.get("Rating")),
        sidecar=path,
    )


def _of_immich_go(content: dict[str, Any], *, path: str) -> SourceMetadata:
    taken_at, offset = _instant(content.get("dateTaken"))
    place = tuple(_number(content.get(name), limit=limit) for name, limit in (("latitude", 90), ("longitude", 180)))
    latitude, longitude = (None, None) if None in place or place == UNKNOWN_PLACE else place
    tags = content.get("tags") if isinstance(content.get("tags"), list) else []
    albums = content.get("albums") if isinstance(content.get("albums"), list) else []
    return SourceMetadata(
        taken_at=taken_at,
        taken_offset=offset,
        is_instant=taken_at is not None,
        date_source="sidecar" if taken_at else "",
        description=clean_text(content.get("description")),
        latitude=latitude,
        longitude=longitude,
        albums=_texts([album.get("title") for album in albums or [] if isinstance(album, dict)]),
        keywords=_texts([tag.get("value") or tag.get("name") for tag in tags or [] if isinstance(tag, dict)]),
        importance=_rating(content.get("rating")) or (5 if content.get("favorited") is True else 0),
        is_archived=content.get("archived") is True,
        sidecar=path,
    )


def _exiftool_date(tags: Mapping[str, Any]) -> tuple[datetime | None, int | None]:
    match = EXIFTOOL_DATE.match(str(tags.get("DateTimeOriginal") or tags.get("DateCreated") or ""))
    if not match:
        return None, None
    try:
        taken_at = datetime(*map(int, match.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None, None
    zone = re.fullmatch(r"([-+])(\d\d):(\d\d)", match[7] or str(tags.get("OffsetTimeOriginal") or ""))
    minutes = int(zone[2]) * 60 + int(zone[3]) if zone else None
    if not is_believable(taken_at):
        return None, None
    return taken_at, -minutes if zone and minutes and zone[1] == "-" else minutes


def _instant(value: Any) -> tuple[datetime | None, int | None]:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None, None
    if moment.tzinfo is None or not is_believable(moment.replace(tzinfo=None)):
        return None, None
    return local_time(moment)


def _coordinate(tags: Mapping[str, Any], name: str, *, negative: str, limit: int) -> float | None:
    number = _number(tags.get(name), limit=limit)
    if number is None:
        return None
    return -abs(number) if str(tags.get(f"{name}Ref") or "").upper().startswith(negative) else number


def _number(value: Any, *, limit: int) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) <= limit else None


def _rating(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5 else 0


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(filter(None, map(clean_text, values))))


def _first_text(tags: Mapping[str, Any], *names: str) -> str:
    return next(filter(None, (clean_text(tags.get(name)) for name in names)), "")
