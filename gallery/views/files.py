"""Thumbnails and originals: the only way to a photo's bytes, and only for its owner."""

import os
from pathlib import Path
from typing import IO

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gallery.files import open_original, safe_filename, thumbnail_path
from gallery.images import CONTENT_TYPES
from gallery.models import Photo, PhotoQuerySet
from gallery.ranges import FilePart, UnsatisfiableRange, read_range
from gallery.views import PageRequest

# A photo's bytes never change, and the addresses of thumbnails carry their version.
CACHE_CONTROL = "private, max-age=31536000, immutable"
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
    response: HttpResponseBase | None = get_conditional_response(request, etag=quote_etag(etag))
    if response is None:
        try:
            file = open_original(path)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:  # lost, or moved by its owner
            raise Http404(path.name) from error
        response = _whole_or_part(request, file, etag=etag, content_type=content_type, filename=filename)
    response["ETag"] = quote_etag(etag)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = CACHE_CONTROL
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _whole_or_part(
    request: PageRequest, file: IO[bytes], *, etag: str, content_type: str, filename: str
) -> HttpResponseBase:
    size = os.fstat(file.fileno()).st_size
    # A part of another version of the file would be of no use to the one who asks.
    is_wanted = request.method == "GET" and request.headers.get("If-Range", quote_etag(etag)) == quote_etag(etag)
    try:
        span = read_range(request.headers.get("Range", ""), size=size) if is_wanted else None
    except UnsatisfiableRange:
        file.close()
        return HttpResponse(status=416, content_type=content_type, headers={"Content-Range": f"bytes */{size}"})
    if span is None:
        return FileResponse(file, content_type=content_type, filename=filename)
    begin, end = span
    response = FileResponse(FilePart(file, begin, end), content_type=content_type, filename=filename, status=206)
    response["Content-Length"] = str(end - begin + 1)
    response["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return response
