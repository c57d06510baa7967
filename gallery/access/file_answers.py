"""Answers with a file: all of it or one range, sent by this process or left to nginx."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import quote_etag

from gallery.access.entity_tags import failed_condition
from gallery.access.transfers import count_download
from gallery.pictures.opening import open_original
from gallery.storage.files import disposition_of
from gallery.storage.ranges import FilePart, UnsatisfiableRange, read_range

# For bytes that never change: those of originals, and of thumbnails at addresses with their version.
CACHE_CONTROL = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"
# The header that names a file for nginx to send; nginx itself handles ranges.
FRONT_SENDS = "X-Accel-Redirect"
# Set in the environment of requests through nginx (photosearch/front/wsgi.py); clients cannot set it.
BEHIND_FRONT = "photosearch.front"
# A file opened on its own cannot run or load anything, whatever it contains.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class ServedFile:
    """A file to send: its entity tag without quotes, its media type, and the name under which clients save it.

    Only a `part` of the file is sent, if given: the position of its first byte, and the number of bytes. A file with a
    `version` is kept by browsers without asking again only under an address with this `v`.
    """

    path: Path
    etag: str
    content_type: str
    filename: str
    part: tuple[int, int] | None = None
    version: str = ""


def send_file(request: HttpRequest, file: ServedFile, *, user: AbstractBaseUser) -> HttpResponseBase:
    """Return the file or the requested range, or 304, 412 or 416. Raises Http404 if the file is missing."""
    etag = quote_etag(file.etag)
    status = failed_condition(request, etag)
    if status == 412:
        return HttpResponse(status=412, headers={"ETag": etag})
    if status == 304:
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        try:
            opened = open_original(file.path)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:  # lost, or moved by its owner
            raise Http404(file.path.name) from error
        response = _whole_or_range(request, file, opened, user=user)
    response["ETag"] = etag
    if FRONT_SENDS not in response:
        response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = CACHE_CONTROL if request.GET.get("v", "") == file.version else REVALIDATE
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _whole_or_range(
    request: HttpRequest, file: ServedFile, opened: IO[bytes], *, user: AbstractBaseUser
) -> HttpResponseBase:
    first, size = file.part or (0, os.fstat(opened.fileno()).st_size)
    # With If-Range, a range of another version of the file would be useless to the client.
    etag = quote_etag(file.etag)
    is_wanted = request.method == "GET" and request.headers.get("If-Range", etag) == etag
    try:
        span = read_range(request.headers.get("Range", ""), size=size) if is_wanted else None
    except UnsatisfiableRange:
        opened.close()
        return HttpResponse(status=416, content_type=file.content_type, headers={"Content-Range": f"bytes */{size}"})
    if _is_sent_by_front(request) and not file.part:
        opened.close()
        return _leave_to_front(file)
    response = _send_from_here(opened, first, size, span, content_type=file.content_type)
    response["Content-Disposition"] = disposition_of(file.filename)
    if BEHIND_FRONT in request.META:
        count_download(response, user=user)
    return response


def _is_sent_by_front(request: HttpRequest) -> bool:
    """Return whether nginx is in front and sends the file or the requested range.

    nginx would compare If-Match and If-Unmodified-Since with its own values, not with the ones we send.
    """
    is_compared = "If-Match" in request.headers or "If-Unmodified-Since" in request.headers
    return BEHIND_FRONT in request.META and not is_compared


def _leave_to_front(file: ServedFile) -> HttpResponse:
    """Return an answer that names the file for nginx (photosearch/front/nginx.conf)."""
    response = HttpResponse(content_type=file.content_type)
    if file.path.is_relative_to(settings.MEDIA_ROOT):
        response[FRONT_SENDS] = quote(f"/_front/media/{file.path.relative_to(settings.MEDIA_ROOT)}")
    else:
        response[FRONT_SENDS] = quote(f"/_front/in-place{file.path}")
    response["Content-Disposition"] = disposition_of(file.filename)
    return response


def _send_from_here(
    opened: IO[bytes], first: int, size: int, span: tuple[int, int] | None, *, content_type: str
) -> FileResponse:
    """Return `size` bytes from position `first` on, or of these a span."""
    begin, end = span or (0, size - 1)
    part = FilePart(opened, first + begin, first + end)
    response = FileResponse(part, content_type=content_type, status=206 if span else 200)
    response["Content-Length"] = str(end - begin + 1)
    if span:
        response["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return response
