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
FORM_OVERHEAD = 64 * 1024
DEFAULT_SETTING = "DATA_UPLOAD_MAX_MEMORY_SIZE"
PLACEHOLDER_ID = UUID(int=0)


@dataclass(frozen=True)
class BodyLimit:
    """The limit of one address: the setting that holds it, and whether forms may contain files.

    A form may be as large as `files` of the largest files.
    """

    setting: str = DEFAULT_SETTING
    takes_forms_with_files: bool = False
    files: int = 1

    @property
    def takes_files(self) -> bool:
        """Return whether this address accepts files, in a form or as the bare body."""
        return self.setting != DEFAULT_SETTING

    @property
    def file_bytes(self) -> int:
        """Return the largest file accepted, in bytes."""
        return int(getattr(settings, self.setting))

    @property
    def bytes(self) -> int:
        """Return the largest `Content-Length` accepted."""
        return self.files * self.file_bytes + (FORM_OVERHEAD if self.takes_forms_with_files else 0)


@dataclass(frozen=True)
class LimitedPath:
    """A path with its own limit; `is_prefix` if an upload's id follows."""

    path: str
    is_prefix: bool
    limit: BodyLimit


DEFAULT_LIMIT = BodyLimit()
PICTURE_FORM = BodyLimit("MAX_UPLOAD_BYTES", takes_forms_with_files=True)
# Other apps share an album's pictures in one form, which a browser without scripts cannot split.
SHARED_FORM = BodyLimit("MAX_UPLOAD_BYTES", takes_forms_with_files=True, files=10)
ARCHIVE_FORM = BodyLimit("MAX_ARCHIVE_BYTES", takes_forms_with_files=True)
PICTURE_PIECE = BodyLimit("MAX_UPLOAD_BYTES")
ARCHIVE_PIECE = BodyLimit("MAX_ARCHIVE_BYTES")
# By URL name; all other addresses have the limit `DEFAULT_LIMIT`.
LIMITS = {
    "gallery:upload": PICTURE_FORM,
    "gallery:share": SHARED_FORM,
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
WITH_UPLOAD_ID = {"gallery:resume_upload", "gallery:resume_archive_upload", "api:resume-upload", "api:resume-archive"}


def limit_of(request: HttpRequest) -> BodyLimit:
    """Return the limit of the requested address, whether or not it exists."""
    try:
        return LIMITS.get(resolve(request.path_info).view_name, DEFAULT_LIMIT)
    except Resolver404:
        return DEFAULT_LIMIT


def limited_paths() -> Iterator[LimitedPath]:
    """Return every path with its own limit, for the web server's configuration."""
    for name, limit in LIMITS.items():
        if name in WITH_UPLOAD_ID:
            yield LimitedPath(reverse(name, args=[PLACEHOLDER_ID]).partition(str(PLACEHOLDER_ID))[0], True, limit)
        else:
            yield LimitedPath(reverse(name), False, limit)


def too_large(limit: int) -> str:
    """Return the message for a file over `limit` bytes."""
    return _("This file is too large. The limit is %(limit)s.") % {"limit": filesizeformat(limit)}
