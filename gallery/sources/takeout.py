"""Google Takeout: read the sidecars of all parts of an export first, then yield pictures with sidecar and album."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gallery.pictures.metadata import EARLIEST_PHOTOGRAPH, is_believable
from gallery.sources import plain
from gallery.sources.dates_in_names import local_time
from gallery.sources.skip_rules import SkipRules, extension_of
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceItem, SourceMetadata
from gallery.sources.takeout_names import (
    composed_name,
    possible_original_titles,
    possible_titles,
    sidecar_fits,
    sidecar_fits_other_extension,
    sidecar_stems,
)
from gallery.sources.trees import Folder, Tree, TreeFile
from gallery.text.cleaning import clean_line

MAX_JSON_BYTES = 1 << 20
# Google Photos, Google Fotos, Google 相册, Google フォト, …
ROOT_FOLDER = re.compile(
    r"takeout|google\s(?:photos|fotos|foto['’]?s?|фото|相册|相簿|フォト|포토|zdjęcia|kuvat|fotky|fényképek)",
    re.IGNORECASE,
)
# Photos from 2023, Fotos von 2023, Photos de 2023, Foto dal 2023, 2023 年的照片, 2023年の写真, …: not albums.
YEAR_FOLDER = re.compile(
    r"(?:photos from|photos de|fotos von|fotos de|fotos del|foto d[ae]l|foto's (?:van|uit)|zdjęcia z|foton från"
    r"|bilder fra|billeder fra|фото за|фотографии за) (?:19|20)\d\d"
    r"|(?:19|20)\d\d\s?(?:年的照片|年的相片|年の写真|년 사진|년의 사진|yılından fotoğraflar)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sidecar:
    """The fields of a sidecar that are imported, with the sidecar's path.

    `taken` is the Unix time as written; latitude and longitude are in degrees, altitude in metres.
    """

    path: str
    title: str
    taken: Any
    latitude: float | None
    longitude: float | None
    altitude: float | None
    description: str
    is_archived: bool
    is_trashed: bool


@dataclass(frozen=True)
class SidecarMatch:
    """The sidecar of a picture; `is_of_original` if the picture is an edited copy that shares it."""

    sidecar: Sidecar
    is_of_original: bool


class SidecarIndex:
    """The sidecars of an export by folder and name, in a temporary database to save memory."""

    def __init__(self) -> None:
        self.albums: dict[str, str] = {}
        self._database = sqlite3.connect("", check_same_thread=False)
        self._database.execute(
            "CREATE TABLE sidecar (folder TEXT, stem TEXT, fields TEXT, PRIMARY KEY (folder, stem)) WITHOUT ROWID"
        )

    def add(self, folder: str, file: TreeFile) -> None:
        """Read a JSON file and add it if it is a sidecar or describes an album."""
        fields = _read_json(file)
        title = _clean_text(fields.get("title"))
        if "photoTakenTime" in fields or "creationTime" in fields:
            sidecar = _parse_sidecar(fields, path=file.path)
            row = (folder, composed_name(file.name)[: -len(".json")], json.dumps(asdict(sidecar)))
            self._database.execute("INSERT OR IGNORE INTO sidecar VALUES (?, ?, ?)", row)
        elif title and not YEAR_FOLDER.fullmatch(title):
            # The name of an album's file is translated, so it is recognised by the fields that it lacks.
            self.albums[folder] = title

    def find(self, folder: str, name: str) -> SidecarMatch | None:
        """Return the sidecar of the picture called `name`, or of its original."""
        for base, number in possible_titles(name):
            if sidecar := self._look_up(folder, base, number):
                return SidecarMatch(sidecar, is_of_original=False)
        for base, number in possible_original_titles(name):
            if sidecar := self._look_up(folder, base, number) or self._look_up_extension(folder, base, number):
                return SidecarMatch(sidecar, is_of_original=True)
        return None

    def _look_up(self, folder: str, base: str, number: str) -> Sidecar | None:
        stems = sidecar_stems(base, number)
        marks = ",".join("?" * len(stems))
        query = f"SELECT stem, fields FROM sidecar WHERE folder = ? AND stem IN ({marks})"  # noqa: S608
        rows = {stem: _load(fields) for stem, fields in self._database.execute(query, (folder, *stems))}
        for stem in stems:
            if stem in rows and sidecar_fits(rows[stem].title, stem, base=base):
                return rows[stem]
        return None

    def _look_up_extension(self, folder: str, base: str, number: str) -> Sidecar | None:
        """Find the sidecar of a picture with another extension: edited HEIC pictures are JPEGs."""
        stem = base.rpartition(".")[0]
        query = "SELECT stem, fields FROM sidecar WHERE folder = ? AND stem > ? AND stem < ? ORDER BY stem"
        # The slash is the character after the dot.
        for found, fields in self._database.execute(query, (folder, f"{stem}.", f"{stem}/")):
            if sidecar_fits_other_extension(found, base=base, number=number):
                return _load(fields)
        return None


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a folder of Takeout."""
    return any(ROOT_FOLDER.fullmatch(part) or YEAR_FOLDER.fullmatch(part) for part in parts)


def read_index(tree: Tree, rules: SkipRules) -> SidecarIndex:
    """Read all sidecars of the export: a picture and its sidecar may be in different archives."""
    index = SidecarIndex()
    for folder in tree.folders(rules):
        for file in folder.files:
            if extension_of(file.name) == "json":
                rules.on_progress()
                index.add(_name_in_export(folder), file)
    return index


def read_folder(folder: Folder, index: SidecarIndex) -> Iterator[SourceItem]:
    """Yield the items in `folder`, pictures with the metadata of their sidecar and album."""
    name = _name_in_export(folder)
    album = index.albums.get(name)
    others = [file for file in folder.files if extension_of(file.name) != "json"]
    for file in folder.files:
        if extension_of(file.name) == "json":
            yield file.skipped(SkipReason.SIDECAR)
    for item in plain.read_folder(replace(folder, files=others)):
        yield _with_sidecar(item, index, folder=name, album=album) if isinstance(item, SourceFile) else item


def _with_sidecar(file: SourceFile, index: SidecarIndex, *, folder: str, album: str | None) -> SourceItem:
    # Drop the modification time: it is the time of the export.
    file = replace(file, modified_at=None, metadata=replace(file.metadata, albums=(album,) if album else ()))
    match = index.find(folder, composed_name(file.filename))
    if not match:
        return file
    sidecar = match.sidecar
    if sidecar.is_trashed:
        return SkippedFile(file.path, SkipReason.TRASHED, file.size)
    filename = file.filename if match.is_of_original else _original_name(sidecar.title, file.filename)
    return replace(file, filename=filename, metadata=_merge(file.metadata, sidecar))


def _name_in_export(folder: Folder) -> str:
    """Return the folder's path within the export, equal in all archives however they were unpacked."""
    return composed_name("/".join(plain.folders_after(folder.relative_parts, "takeout") or folder.relative_parts))


def _read_json(file: TreeFile) -> dict[str, Any]:
    if file.size > MAX_JSON_BYTES:
        return {}
    try:
        with file.open() as opened:
            content = json.loads(opened.read())
    except (OSError, ValueError, RecursionError):
        return {}
    if isinstance(content, dict) and isinstance(content.get("albumData"), dict):
        return dict(content["albumData"])
    return content if isinstance(content, dict) else {}


def _parse_sidecar(fields: dict[str, Any], *, path: str) -> Sidecar:
    taken = fields.get("photoTakenTime")
    position = _position(fields.get("geoData")) or _position(fields.get("geoDataExif"))
    latitude, longitude, altitude = position or (None, None, None)
    return Sidecar(
        path=path,
        title=_clean_text(fields.get("title")),
        taken=taken.get("timestamp") if isinstance(taken, dict) else None,
        latitude=latitude,
        longitude=longitude,
        altitude=altitude,
        description=_clean_text(fields.get("description")),
        is_archived=fields.get("archived") is True or fields.get("inLockedFolder") is True,
        is_trashed=fields.get("trashed") is True,
    )


def _load(fields: str) -> Sidecar:
    return Sidecar(**json.loads(fields))


def _merge(metadata: SourceMetadata, sidecar: Sidecar) -> SourceMetadata:
    taken_at, taken_offset = _taken(sidecar.taken)
    return replace(
        metadata,
        taken_at=taken_at,
        taken_offset=taken_offset,
        date_source="sidecar" if taken_at else "",
        description=sidecar.description,
        latitude=sidecar.latitude,
        longitude=sidecar.longitude,
        altitude=sidecar.altitude,
        sidecar=sidecar.path,
        is_archived=sidecar.is_archived,
    )


def _taken(timestamp: Any) -> tuple[datetime | None, int | None]:
    """Return local time in this server's zone and its offset in minutes; a timestamp of 0 means unknown."""
    try:
        taken_at, offset = local_time(datetime.fromtimestamp(int(timestamp), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None, None
    return (taken_at, offset) if int(timestamp) and is_believable(taken_at, since=EARLIEST_PHOTOGRAPH) else (None, None)


def _position(geo: Any) -> tuple[float, float, float | None] | None:
    """Return latitude, longitude and altitude; zeros mean unknown."""
    geo = geo if isinstance(geo, dict) else {}
    latitude, longitude, altitude = (geo.get(name) for name in ("latitude", "longitude", "altitude"))
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    if (latitude, longitude) == (0, 0) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude, altitude if isinstance(altitude, int | float) and 0 < abs(altitude) < 100_000 else None


def _original_name(title: str, filename: str) -> str:
    """Return the title, with the extension of `filename` if it lacks one."""
    extension = extension_of(filename)
    if not title or extension_of(title) == extension:
        return title
    return f"{title}.{extension}"


def _clean_text(value: Any) -> str:
    """Return the text without characters that PostgreSQL refuses; line breaks are kept."""
    return "\n".join(map(clean_line, value.splitlines())).strip() if isinstance(value, str) else ""
