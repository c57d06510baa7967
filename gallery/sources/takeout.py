"""Google Takeout: side-cars first, from all parts of the export; then the pictures with what theirs and albums' say."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gallery.pictures.metadata import EARLIEST_PHOTOGRAPH, is_believable, printable
from gallery.sources import plain
from gallery.sources.dates_in_names import local_time
from gallery.sources.skip_rules import Skips, extension_of
from gallery.sources.source_files import Claims, Found, FoundFile, PassedOver, PassedOverBecause
from gallery.sources.takeout_names import (
    composed,
    fits,
    fits_with_other_ending,
    original_readings,
    readings,
    sidecar_stems,
)
from gallery.sources.trees import Entry, Folder, Tree

MAX_JSON_BYTES = 1 << 20
# Google Photos, Google Fotos, Google 相册, Google フォト, …
ROOT_FOLDER = re.compile(
    r"takeout|google\s(?:photos|fotos|foto['’]?s?|фото|相册|相簿|フォト|포토|zdjęcia|kuvat|fotky|fényképek)",
    re.IGNORECASE,
)
# Photos from 2023, Fotos von 2023, Photos de 2023, Foto dal 2023, 2023 年的照片, 2023年の写真, …: these are no albums.
YEAR_FOLDER = re.compile(
    r"(?:photos from|photos de|fotos von|fotos de|fotos del|foto d[ae]l|foto's (?:van|uit)|zdjęcia z|foton från"
    r"|bilder fra|billeder fra|фото за|фотографии за) (?:19|20)\d\d"
    r"|(?:19|20)\d\d\s?(?:年的照片|年的相片|年の写真|년 사진|년의 사진|yılından fotoğraflar)",
    re.IGNORECASE,
)


class SidecarIndex:
    """What the side-cars of an export say, by folder and name: in a temporary database, not in memory."""

    def __init__(self) -> None:
        self.albums: dict[str, str] = {}
        self._database = sqlite3.connect("", check_same_thread=False)
        self._database.execute(
            "CREATE TABLE sidecar (folder TEXT, stem TEXT, path TEXT, told TEXT, PRIMARY KEY (folder, stem))"
            " WITHOUT ROWID"
        )

    def add(self, folder: str, entry: Entry) -> None:
        """Read one side-car; what is none, or cannot be read, is left out."""
        told = _read_json(entry)
        title = _text(told.get("title"))
        if "photoTakenTime" in told or "creationTime" in told:
            row = (folder, composed(entry.name)[: -len(".json")], entry.path, json.dumps(_compact(told)))
            self._database.execute("INSERT OR IGNORE INTO sidecar VALUES (?, ?, ?, ?)", row)
        elif title and not YEAR_FOLDER.fullmatch(title):
            # The file is called after its purpose in the person's language; what it lacks tells it apart.
            self.albums[folder] = title

    def find(self, folder: str, name: str) -> tuple[str, dict[str, Any], bool] | None:
        """Path and contents of the side-car of the picture called `name`, and whether it is rather its original's."""
        for base, number in readings(name):
            if row := self._look_up(folder, base, number):
                return *row, False
        for base, number in original_readings(name):
            if row := self._look_up(folder, base, number) or self._look_up_other_ending(folder, base, number):
                return *row, True
        return None

    def _look_up(self, folder: str, base: str, number: str) -> tuple[str, dict[str, Any]] | None:
        stems = sidecar_stems(base, number)
        marks = ",".join("?" * len(stems))
        query = f"SELECT stem, path, told FROM sidecar WHERE folder = ? AND stem IN ({marks})"  # noqa: S608
        rows = {stem: (path, json.loads(told)) for stem, path, told in self._database.execute(query, (folder, *stems))}
        for stem in stems:
            if stem in rows and fits(rows[stem][1]["title"], stem, base=base):
                return rows[stem]
        return None

    def _look_up_other_ending(self, folder: str, base: str, number: str) -> tuple[str, dict[str, Any]] | None:
        stem = base.rpartition(".")[0]
        query = "SELECT stem, path, told FROM sidecar WHERE folder = ? AND stem > ? AND stem < ? ORDER BY stem"
        # The sign behind the dot is the slash.
        for found, path, told in self._database.execute(query, (folder, f"{stem}.", f"{stem}/")):
            if fits_with_other_ending(found, base=base, number=number):
                return path, json.loads(told)
        return None


def recognises(parts: Sequence[str]) -> bool:
    """Whether one of the folders on the way is Takeout's."""
    return any(ROOT_FOLDER.fullmatch(part) or YEAR_FOLDER.fullmatch(part) for part in parts)


def read_index(tree: Tree, skips: Skips) -> SidecarIndex:
    """Read all side-cars of the export: that of a picture may lie in another part."""
    index = SidecarIndex()
    for folder in tree.folders(skips):
        for entry in folder.entries:
            if extension_of(entry.name) == "json":
                skips.progressed()
                index.add(_name_of(folder), entry)
    return index


def read_folder(folder: Folder, index: SidecarIndex) -> Iterator[Found]:
    """What lies in `folder`."""
    name = _name_of(folder)
    album = index.albums.get(name)
    jsons = [entry for entry in folder.entries if extension_of(entry.name) == "json"]
    others = [entry for entry in folder.entries if extension_of(entry.name) != "json"]
    for entry in jsons:
        yield entry.passed_over(PassedOverBecause.SIDECAR)
    for found in plain.read_folder(replace(folder, entries=others)):
        yield _with_sidecar(found, index, folder=name, album=album) if isinstance(found, FoundFile) else found


def _with_sidecar(found: FoundFile, index: SidecarIndex, *, folder: str, album: str | None) -> Found:
    # The file's time is that of the export.
    found = replace(found, modified_at=None, claims=replace(found.claims, albums=(album,) if album else ()))
    sidecar = index.find(folder, composed(found.filename))
    if not sidecar:
        return found
    path, told, is_of_original = sidecar
    if told["trashed"]:
        return PassedOver(found.path, PassedOverBecause.TRASHED, found.size)
    filename = found.filename if is_of_original else _original_name(told["title"], found.filename)
    return replace(found, filename=filename, claims=_claims(told, found.claims, path))


def _name_of(folder: Folder) -> str:
    """The folder's name within the export, the same in all its parts however they were unpacked."""
    return composed("/".join(plain.after(folder.way, "takeout") or folder.way))


def _read_json(entry: Entry) -> dict[str, Any]:
    if entry.size > MAX_JSON_BYTES:
        return {}
    try:
        with entry.open() as file:
            told = json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return {}
    if isinstance(told, dict) and isinstance(told.get("albumData"), dict):
        return dict(told["albumData"])
    return told if isinstance(told, dict) else {}


def _compact(told: dict[str, Any]) -> dict[str, Any]:
    """What we keep of a side-car."""
    taken = told.get("photoTakenTime")
    return {
        "title": _text(told.get("title")),
        "taken": taken.get("timestamp") if isinstance(taken, dict) else None,
        "position": _position(told.get("geoData")) or _position(told.get("geoDataExif")),
        "description": _text(told.get("description")),
        "archived": told.get("archived") is True or told.get("inLockedFolder") is True,
        "trashed": told.get("trashed") is True,
    }


def _claims(told: dict[str, Any], claims: Claims, path: str) -> Claims:
    latitude, longitude, altitude = told["position"] or (None, None, None)
    taken_at, taken_offset = _taken(told["taken"])
    return replace(
        claims,
        taken_at=taken_at,
        taken_offset=taken_offset,
        date_source="sidecar" if taken_at else "",
        description=told["description"],
        latitude=latitude,
        longitude=longitude,
        altitude=altitude,
        sidecar=path,
        is_archived=told["archived"],
    )


def _taken(timestamp: Any) -> tuple[datetime | None, int | None]:
    """An instant in seconds, so the local time is that of this server; 0 stands for nothing known."""
    try:
        taken_at, offset = local_time(datetime.fromtimestamp(int(timestamp), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None, None
    return (taken_at, offset) if int(timestamp) and is_believable(taken_at, since=EARLIEST_PHOTOGRAPH) else (None, None)


def _position(geo: Any) -> tuple[float, float, float | None] | None:
    """Latitude, longitude, altitude; zeros stand for nothing known."""
    geo = geo if isinstance(geo, dict) else {}
    latitude, longitude, altitude = (geo.get(name) for name in ("latitude", "longitude", "altitude"))
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    if (latitude, longitude) == (0, 0) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude, altitude if isinstance(altitude, int | float) and 0 < abs(altitude) < 100_000 else None


def _original_name(title: str, filename: str) -> str:
    """The title, which may lack its ending."""
    ending = extension_of(filename)
    return title if not title or extension_of(title) == ending else (f"{title}.{ending}" if title else filename)


def _text(value: Any) -> str:
    """Its lines, without what PostgreSQL refuses."""
    return "\n".join(map(printable, value.splitlines())).strip() if isinstance(value, str) else ""
