"""What a source says of each file that it finds: a picture with what path and side-cars claim of it, or why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO


@dataclass(frozen=True)
class Claims:
    """What a picture's surroundings say of it: its path, its name, its side-car; empty where they say nothing.

    `taken_at` is local time without a zone, `taken_offset` in minutes east of UTC, `date_source` a value of
    Photo.DateSource, `kind` one of Photo.Kind; latitude and longitude are in degrees, altitude in metres.
    """

    taken_at: datetime | None = None
    taken_offset: int | None = None
    date_source: str = ""
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    kind: str = ""
    albums: tuple[str, ...] = ()
    account: str = ""
    conversation: str = ""
    sidecar: str = ""
    is_archived: bool = False


@dataclass(frozen=True)
class FoundFile:
    """A file that may be a picture.

    `path` says where it lies: an absolute path, or `ARCHIVE.zip!/MEMBER`. `filename` is its original name, `size` is in
    bytes, `modified_at` in UTC (None where it says nothing). `open` gives its bytes (decoded where they were
    disguised), to be read and sought in; it may raise OSError, or UnreadableMember of a broken archive.
    Only a file that `is_plain` lies on the disk just as it is, and can be left in place.
    """

    path: str
    filename: str
    size: int
    modified_at: datetime | None
    open: Callable[[], IO[bytes]]
    is_plain: bool = True
    claims: Claims = Claims()


class PassedOverBecause(StrEnum):
    """Why a file is no picture to take in."""

    VIDEO = "video"
    MOTION = "motion"  # the film that belongs to a live photo
    SIDECAR = "sidecar"
    HIDDEN = "hidden"
    SYSTEM = "system"
    IGNORED = "ignored"
    LINK = "link"  # what it points to is found where it lies, or is none of this source's
    PARTIAL = "partial"  # a download that has not ended, a file that still grows
    TRASHED = "trashed"  # its owner had thrown it away there
    ENCRYPTED = "encrypted"  # needs a key that only the program that wrote it has
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class PassedOver:
    """A file that is not taken in, or a whole folder (its path ends with “/”), and why; `size` is in bytes."""

    path: str
    because: PassedOverBecause
    size: int = 0


Found = FoundFile | PassedOver
