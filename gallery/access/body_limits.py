"""The largest request body at each address: one table for the application and for the web server in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

# Room for the boundaries, names and CSRF token of a form beside its file.
ENVELOPE = 64 * 1024
DEFAULT = "DATA_UPLOAD_MAX_MEMORY_SIZE"
PLACEHOLDER = UUID(int=0)


@dataclass(frozen=True)
class BodyLimit:
    """The limit of one address: the setting that holds it, and whether forms may contain files."""

    setting: str = DEFAULT
    takes_forms_with_files: bool = False

    @property
    def takes_files(self) -> bool:
        """Return whether this address accepts files, in a form or as the bare body."""
        return self.setting != DEFAULT

    @property
    def file_bytes(self) -> int:
        """Return the largest file accepted, in bytes."""
        return int(getattr(settings, self.setting))

    @property
    def bytes(self) -> int:
        """Return the largest `Content-Length` accepted."""
        return self.file_bytes + (ENVELOPE if self.takes_forms_with_files else 0)


@dataclass(frozen=True)
class LimitedPath:
    """A path with its own limit; `is_prefix` if an upload's id follows."""

    path: str
    is_prefix: bool
    limit: BodyLimit


OTHERS = BodyLimit()
PICTURE_FORM = BodyLimit("MAX_UPLOAD_BYTES", takes_forms_with_files=True)
ARCHIVE_FORM = BodyLimit("MAX_ARCHIVE_BYTES", takes_forms_with_files=True)
PICTURE_PIECE = BodyLimit("MAX_UPLOAD_BYTES")
ARCHIVE_PIECE = BodyLimit("MAX_ARCHIVE_BYTES")
# By URL name; all other addresses have the limit `OTHERS`.
LIMITS = {
    "gallery:upload": PICTURE_FORM,
    "search:picture": PICTURE_FORM,
    "gallery:new_import": ARCHIVE_FORM,
    "gallery:uploads": PICTURE_PIECE,
    "gallery:resume_upload": PICTURE_PIECE,
    "gallery:archive_uploads": ARCHIVE_PIECE,
    "gallery:resume_archive_upload": ARCHIVE_PIECE,
    "api:upload": PICTURE_FORM,
    "api:search-by-picture": PICTURE_FORM,
    "api:import-archive": ARCHIVE_PIECE,
    "api:begin-upload": PICTURE_PIECE,
    "api:resume-upload": PICTURE_PIECE,
    "api:begin-archive": ARCHIVE_PIECE,
    "api:resume-archive": ARCHIVE_PIECE,
}
WITH_NUMBER = {"gallery:resume_upload", "gallery:resume_archive_upload", "api:resume-upload", "api:resume-archive"}


def limit_of(request: HttpRequest) -> BodyLimit:
    """Return the limit of the requested address, whether or not it exists."""
    try:
        return LIMITS.get(resolve(request.path_info).view_name, OTHERS)
    except Resolver404:
        return OTHERS


def limited_paths() -> Iterator[LimitedPath]:
    """Return every path with its own limit, for the web server's configuration."""
    for name, limit in LIMITS.items():
        if name in WITH_NUMBER:
            yield LimitedPath(reverse(name, args=[PLACEHOLDER]).partition(str(PLACEHOLDER))[0], True, limit)
        else:
            yield LimitedPath(reverse(name), False, limit)


def too_large(limit: int) -> str:
    """Return the message for a file over `limit` bytes."""
    return _("This file is too large. The limit is %(limit)s.") % {"limit": filesizeformat(limit)}
