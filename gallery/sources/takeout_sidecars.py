"""The sidecars of a Takeout export: the fields that are imported, and an index by folder and picture."""

import html
import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gallery.pictures.metadata import EARLIEST_PHOTOGRAPH, is_believable
from gallery.sources.dates_in_names import local_time
from gallery.sources.json_files import clean_text, read_json
from gallery.sources.source_files import SourceMetadata
from gallery.sources.takeout_matching import SidecarName, match_sidecars
from gallery.sources.takeout_names import composed_name
from gallery.sources.trees import TreeFile

FAVORITE_IMPORTANCE = 5


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
    people: tuple[str, ...]
    importance: int
    is_archived: bool
    is_trashed: bool

    def metadata(self, *, albums: tuple[str, ...] = (), kind: str = "") -> SourceMetadata:
        """Return the picture's metadata; the date is local time in this server's zone."""
        taken_at, taken_offset = _taken(self.taken)
        return SourceMetadata(
            taken_at=taken_at,
            taken_offset=taken_offset,
            is_instant=taken_at is not None,
            date_source="sidecar" if taken_at else "",
            description=self.description,
            latitude=self.latitude,
            longitude=self.longitude,
            altitude=self.altitude,
            kind=kind,
            albums=albums,
            sidecar=self.path,
            people=self.people,
            importance=self.importance,
            is_archived=self.is_archived,
        )


@dataclass(frozen=True)
class SidecarMatch:
    """The sidecar of a picture; `is_of_original` if the picture is an edited copy that shares it."""

    sidecar: Sidecar
    is_of_original: bool


class SidecarIndex:
    """The sidecars of an export by folder and picture, in a temporary database to save memory.

    `is_year` recognises the name of a folder that is no album.
    """

    def __init__(self, *, is_year: Callable[[str], Any]) -> None:
        self.albums: dict[str, str] = {}
        self._is_year = is_year
        self._database = sqlite3.connect("", check_same_thread=False)
        self._database.executescript(
            "CREATE TABLE sidecar (folder TEXT, stem TEXT, title TEXT, fields TEXT, is_matched INTEGER DEFAULT 0,"
            " PRIMARY KEY (folder, stem)) WITHOUT ROWID;"
            "CREATE TABLE picture (folder TEXT, name TEXT, stem TEXT, is_of_original INTEGER,"
            " PRIMARY KEY (folder, name)) WITHOUT ROWID;"
        )

    def add_sidecar(self, folder: str, file: TreeFile) -> None:
        """Read a JSON file and add it if it is a sidecar or describes an album."""
        content = read_json(file)
        fields = content if isinstance(content, dict) else {}
        if isinstance(fields.get("albumData"), dict):
            fields = fields["albumData"]
        title = _written_text(fields.get("title"))
        if describes_picture(fields):
            sidecar = json.dumps(asdict(parse_sidecar(fields, path=file.path)))
            row = (folder, _stem_of_sidecar(file.name), composed_name(title), sidecar)
            self._database.execute(
                "INSERT OR IGNORE INTO sidecar (folder, stem, title, fields) VALUES (?, ?, ?, ?)", row
            )
        elif title and not self._is_year(title):
            # The name of an album's file is translated, so it is recognised by the fields that it lacks.
            self.albums[folder] = title

    def add_picture(self, folder: str, name: str) -> None:
        """Add the name of a file that may have a sidecar."""
        row = (folder, composed_name(name))
        self._database.execute("INSERT OR IGNORE INTO picture (folder, name) VALUES (?, ?)", row)

    def match(self, *, on_progress: Callable[[], None]) -> None:
        """Give the sidecars of each folder to its pictures, when all were added."""
        folders = [folder for (folder,) in self._database.execute("SELECT DISTINCT folder FROM sidecar")]
        for folder in folders:
            on_progress()
            names = [name for (name,) in self._database.execute("SELECT name FROM picture WHERE folder = ?", (folder,))]
            rows = self._database.execute("SELECT stem, title FROM sidecar WHERE folder = ?", (folder,))
            for name, match in match_sidecars(names, [SidecarName(*row) for row in rows]).items():
                on_progress()
                self._database.execute(
                    "UPDATE picture SET stem = ?, is_of_original = ? WHERE folder = ? AND name = ?",
                    (match.stem, match.is_of_original, folder, name),
                )
                self._database.execute(
                    "UPDATE sidecar SET is_matched = 1 WHERE folder = ? AND stem = ?", (folder, match.stem)
                )

    def find(self, folder: str, name: str) -> SidecarMatch | None:
        """Return the sidecar of the picture called `name`, or of its original."""
        query = (
            "SELECT fields, is_of_original FROM picture JOIN sidecar USING (folder, stem) WHERE folder = ? AND name = ?"
        )
        row = self._database.execute(query, (folder, composed_name(name))).fetchone()
        if not row:
            return None
        fields = json.loads(row[0])
        return SidecarMatch(Sidecar(**fields | {"people": tuple(fields["people"])}), bool(row[1]))

    def is_orphan(self, folder: str, name: str) -> bool:
        """Return whether the JSON file called `name` is a sidecar that no picture of its folder matches."""
        query = "SELECT is_matched FROM sidecar WHERE folder = ? AND stem = ?"
        row = self._database.execute(query, (folder, _stem_of_sidecar(name))).fetchone()
        return row is not None and not row[0]


def describes_picture(fields: dict[str, Any]) -> bool:
    """Return whether the content of a JSON file is that of a sidecar of Google Photos."""
    return "photoTakenTime" in fields or "creationTime" in fields


def _stem_of_sidecar(name: str) -> str:
    return composed_name(name)[: -len(".json")]


def parse_sidecar(fields: dict[str, Any], *, path: str) -> Sidecar:
    """Return the fields that are imported, of which some may be missing or nonsense."""
    taken = fields.get("photoTakenTime")
    position = _position(fields.get("geoData")) or _position(fields.get("geoDataExif"))
    latitude, longitude, altitude = position or (None, None, None)
    return Sidecar(
        path=path,
        title=_written_text(fields.get("title")),
        taken=taken.get("timestamp") if isinstance(taken, dict) else None,
        latitude=latitude,
        longitude=longitude,
        altitude=altitude,
        description=_written_text(fields.get("description")),
        people=_people(fields.get("people")),
        importance=FAVORITE_IMPORTANCE if fields.get("favorited") is True else 0,
        is_archived=fields.get("archived") is True or fields.get("inLockedFolder") is True,
        is_trashed=fields.get("trashed") is True,
    )


def _written_text(value: Any) -> str:
    """Return the text as it was written: Takeout writes some characters as in HTML, such as &#39;."""
    return clean_text(html.unescape(value)) if isinstance(value, str) else ""


def _people(people: Any) -> tuple[str, ...]:
    names = [person.get("name") for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    return tuple(dict.fromkeys(filter(None, map(clean_text, names))))


def _position(geo: Any) -> tuple[float, float, float | None] | None:
    """Return latitude, longitude and altitude; zeros mean unknown."""
    geo = geo if isinstance(geo, dict) else {}
    latitude, longitude, altitude = (geo.get(name) for name in ("latitude", "longitude", "altitude"))
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    if (latitude, longitude) == (0, 0) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude, altitude if isinstance(altitude, int | float) and 0 < abs(altitude) < 100_000 else None


def _taken(timestamp: Any) -> tuple[datetime | None, int | None]:
    """Return local time in this server's zone and its offset in minutes; a timestamp of 0 means unknown."""
    try:
        taken_at, offset = local_time(datetime.fromtimestamp(int(timestamp), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None, None
    return (taken_at, offset) if int(timestamp) and is_believable(taken_at, since=EARLIEST_PHOTOGRAPH) else (None, None)
