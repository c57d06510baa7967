"""The items that a source yields: files that may be pictures, with their metadata, and skipped files with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO
from uuid import UUID

from gallery.storage.identities import identity_of, storable_path


@dataclass(frozen=True)
class SourceMetadata:
    """Metadata of a picture from its path, its name and its sidecar; empty fields are unknown.

    `taken_at` is local time without a zone, `taken_offset` in minutes east of UTC; of an instant both are those of this
    server's zone. `date_source` is a value of Witness, `kind` one of Photo.Kind; latitude and longitude are in degrees,
    altitude in metres.
    """

    taken_at: datetime | None = None
    taken_offset: int | None = None
    is_instant: bool = False
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
    title: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    importance: int = 0
    is_archived: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A file that may be a picture.

    `path` is an absolute path, or `ARCHIVE.zip!/MEMBER`, decoded for display; `location` are the raw bytes that it was
    decoded from, which identify the file, and `earlier_location` those under which earlier versions recorded it, if
    they differ. `filename` is the original name, `size` is in bytes,
    `modified_at` in UTC (None if it is not the time of the picture). `open` returns a seekable file with the picture's
    bytes (decoded if the program had disguised them); it may raise OSError, or UnreadableMember of a damaged archive.
    A file that `is_plain` exists on the disk with exactly these bytes, so it can be imported in place. `read_sidecar`
    returns the bytes of its XMP sidecar, none without one. A file with a `role` (CompanionRole) belongs to the picture
    with the identity `partner`.
    """

    path: str
    filename: str
    size: int
    modified_at: datetime | None
    open: Callable[[], IO[bytes]]
    is_plain: bool = True
    metadata: SourceMetadata = SourceMetadata()
    read_sidecar: Callable[[], bytes] = bytes
    location: bytes = b""
    earlier_location: bytes = b""
    role: str = ""
    partner: UUID | None = None

    @property
    def identity(self) -> UUID:
        return _identity(self)


class SkipReason(StrEnum):
    """The reason why a file is not imported."""

    VIDEO = "video"
    MOTION = "motion"  # the video of a live photo
    SIDECAR = "sidecar"
    ORPHAN = "orphan"  # a sidecar without its picture
    OVERSIZED = "oversized"  # a sidecar that is too large to be read
    HIDDEN = "hidden"
    SYSTEM = "system"
    IGNORED = "ignored"
    LINK = "link"  # the target is found at its own path, or is outside the source
    PARTIAL = "partial"  # an unfinished download, or a file that is still growing
    TRASHED = "trashed"  # in the trash of the program that exported it
    ENCRYPTED = "encrypted"  # only the program that wrote it has the key
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"
    ARCHIVE = "archive"  # inside a folder or another archive
    DAMAGED_REST = "damaged_rest"  # of an archive: further members may be lost


@dataclass(frozen=True)
class SkippedFile:
    """A file that is not imported, or a whole folder (its path ends with “/”); `size` is in bytes."""

    path: str
    reason: SkipReason
    size: int = 0
    location: bytes = b""
    earlier_location: bytes = b""

    @property
    def identity(self) -> UUID:
        return _identity(self)


SourceItem = SourceFile | SkippedFile


def _identity(item: SourceItem) -> UUID:
    return identity_of(item.location or storable_path(item.path).encode())
