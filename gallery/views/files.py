"""Thumbnails and originals: the only way to a photo's bytes, and only for its owner."""

import os
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.access.entity_tags import failed_condition
from gallery.access.transfers import count_download
from gallery.models import Photo, PhotoQuerySet
from gallery.pictures.images import CONTENT_TYPES
from gallery.pictures.opening import open_original
from gallery.storage.files import disposition_of, safe_filename, thumbnail_path
from gallery.storage.ranges import FilePart, UnsatisfiableRange, read_range

# A photo's bytes never change, and the addresses of thumbnails carry their version.
CACHE_CONTROL = "private, max-age=31536000, immutable"
# The header that names the file for nginx to send, which itself announces ranges.
FRONT_SENDS = "X-Accel-Redirect"
# Set in the environment of requests through nginx (photosearch/front/wsgi.py); clients cannot set it.
BEHIND_FRONT = "photosearch.front"
# Opened on its own, a file can run nothing and load nothing, whatever it holds.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def send_thumbnail(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """The small picture of the gallery, WebP; of a photo in the bin too, which shows it."""
    return _send_thumbnail(request, Photo.objects.belonging_to(request.user), photo_id, "small")


@require_safe
def send_preview(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """The large picture of the photo's page, WebP."""
    return _send_thumbnail(request, Photo.objects.visible_to(request.user), photo_id, "large")


@require_safe
def send_original(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """The very bytes that were uploaded, under the type that was decoded."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
    return _send(
        request,
        photo.path,
        etag=photo.sha256,
        content_type=CONTENT_TYPES[photo.extension],
        filename=safe_filename(photo.filename, extension=photo.extension),
    )


def _send_thumbnail(request: PageRequest, photos: PhotoQuerySet, photo_id: int, size: str) -> HttpResponseBase:
    photo = get_object_or_404(photos, pk=photo_id, thumbnail_version__gt=0)
    return _send(
        request,
        thumbnail_path(size, owner_id=photo.owner_id, sha256=photo.sha256),
        etag=f"{photo.sha256}-{size}-{photo.thumbnail_version}",
        content_type="image/webp",
        filename=f"{photo.pk}-{size}.webp",
    )


def _send(request: PageRequest, path: Path, *, etag: str, content_type: str, filename: str) -> HttpResponseBase:
    status = failed_condition(request, quote_etag(etag))
    if status == 412:
        return HttpResponse(status=412, headers={"ETag": quote_etag(etag)})
    if status == 304:
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        try:
            file = open_original(path)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:  # lost, or moved by its owner
            raise Http404(path.name) from error
        response = _whole_or_part(request, file, path, etag=etag, content_type=content_type, filename=filename)
    response["ETag"] = quote_etag(etag)
    if FRONT_SENDS not in response:
        response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = CACHE_CONTROL
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _is_sent_by_front(request: PageRequest) -> bool:
    """Return whether nginx is in front and sends the file or the requested range.

    nginx would compare If-Match and If-Unmodified-Since with its own values, not with the ones we send.
    """
    is_compared = "If-Match" in request.headers or "If-Unmodified-Since" in request.headers
    return BEHIND_FRONT in request.META and not is_compared


def _leave_to_front(path: Path, *, content_type: str, filename: str) -> HttpResponse:
    """Return an answer that names the file for nginx (photosearch/front/nginx.conf)."""
    response = HttpResponse(content_type=content_type)
    if path.is_relative_to(settings.MEDIA_ROOT):
        response[FRONT_SENDS] = quote(f"/_front/media/{path.relative_to(settings.MEDIA_ROOT)}")
    else:
        response[FRONT_SENDS] = quote(f"/_front/in-place{path}")
    response["Content-Disposition"] = disposition_of(filename)
    return response


def _whole_or_part(
    request: PageRequest, file: IO[bytes], path: Path, *, etag: str, content_type: str, filename: str
) -> HttpResponseBase:
    size = os.fstat(file.fileno()).st_size
    # A part of another version of the file would be of no use to the one who asks.
    is_wanted = request.method == "GET" and request.headers.get("If-Range", quote_etag(etag)) == quote_etag(etag)
    try:
        span = read_range(request.headers.get("Range", ""), size=size) if is_wanted else None
    except UnsatisfiableRange:
        file.close()
        return HttpResponse(status=416, content_type=content_type, headers={"Content-Range": f"bytes */{size}"})
    if _is_sent_by_front(request):
        file.close()
        return _leave_to_front(path, content_type=content_type, filename=filename)
    return _send_ourselves(request, file, span, content_type=content_type, filename=filename)


def _send_ourselves(
    request: PageRequest, file: IO[bytes], span: tuple[int, int] | None, *, content_type: str, filename: str
) -> FileResponse:
    if span is None:
        response = FileResponse(file, content_type=content_type)
    else:
        begin, end = span
        size = os.fstat(file.fileno()).st_size
        response = FileResponse(FilePart(file, begin, end), content_type=content_type, status=206)
        response["Content-Length"] = str(end - begin + 1)
        response["Content-Range"] = f"bytes {begin}-{end}/{size}"
    response["Content-Disposition"] = disposition_of(filename)
    if BEHIND_FRONT in request.META:
        count_download(response, user=request.user)
    return response
