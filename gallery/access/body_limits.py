"""How large the body of a request may be, by address: one table for the application and for a web server before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

# Beside one file a form holds boundaries, names and the CSRF token.
ENVELOPE = 64 * 1024
DEFAULT = "DATA_UPLOAD_MAX_MEMORY_SIZE"
PLACEHOLDER = UUID(int=0)


@dataclass(frozen=True)
class BodyLimit:
    """The limit of one address: the setting that holds it, and whether a form may bring files."""

    setting: str = DEFAULT
    takes_forms_with_files: bool = False

    @property
    def takes_files(self) -> bool:
        """Whether a file may come here, in a form or bare."""
        return self.setting != DEFAULT

    @property
    def file_bytes(self) -> int:
        """How large a file may be."""
        return int(getattr(settings, self.setting))

    @property
    def bytes(self) -> int:
        """The largest `Content-Length` that is accepted."""
        return self.file_bytes + (ENVELOPE if self.takes_forms_with_files else 0)


@dataclass(frozen=True)
class LimitedPath:
    """A path with a limit of its own; `is_prefix` if the number of an upload follows."""

    path: str
    is_prefix: bool
    limit: BodyLimit


OTHERS = BodyLimit()
PICTURE_FORM = BodyLimit("MAX_UPLOAD_BYTES", takes_forms_with_files=True)
ARCHIVE_FORM = BodyLimit("MAX_ARCHIVE_BYTES", takes_forms_with_files=True)
PICTURE_PIECE = BodyLimit("MAX_UPLOAD_BYTES")
ARCHIVE_PIECE = BodyLimit("MAX_ARCHIVE_BYTES")
# By the names of the addresses; all others have the limit `OTHERS`.
LIMITS = {
    "gallery:upload": PICTURE_FORM,
    "search:picture": PICTURE_FORM,
    "gallery:new_import": ARCHIVE_FORM,
    "gallery:uploads": PICTURE_PIECE,
    "gallery:resume": PICTURE_PIECE,
    "gallery:archives": ARCHIVE_PIECE,
    "gallery:resume_archive": ARCHIVE_PIECE,
    "api:upload": PICTURE_FORM,
    "api:search-by-picture": PICTURE_FORM,
    "api:import-archive": ARCHIVE_PIECE,
    "api:begin-upload": PICTURE_PIECE,
    "api:resume-upload": PICTURE_PIECE,
    "api:begin-archive": ARCHIVE_PIECE,
    "api:resume-archive": ARCHIVE_PIECE,
}
WITH_NUMBER = {"gallery:resume", "gallery:resume_archive", "api:resume-upload", "api:resume-archive"}


def limit_of(request: HttpRequest) -> BodyLimit:
    """The limit of the address that `request` asks for, whether it exists or not."""
    try:
        return LIMITS.get(resolve(request.path_info).view_name, OTHERS)
    except Resolver404:
        return OTHERS


def limited_paths() -> Iterator[LimitedPath]:
    """Every path with a limit of its own, for the configuration of a web server."""
    for name, limit in LIMITS.items():
        if name in WITH_NUMBER:
            yield LimitedPath(reverse(name, args=[PLACEHOLDER]).partition(str(PLACEHOLDER))[0], True, limit)
        else:
            yield LimitedPath(reverse(name), False, limit)
