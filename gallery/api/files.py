"""A photo's files: thumbnail, preview, original and film, with ranges."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from gallery.access import ApiRequest
from gallery.access.file_answers import ServedFile, send_file
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem, problem_response
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.models import Photo
from gallery.photos.files import film_of, original_of, thumbnail_of
from gallery.pictures.formats import FORMATS

HEADERS = [
    OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description="ETags: if the file has one of them, the answer is 304.",
    ),
    OpenApiParameter(
        "If-Match", str, OpenApiParameter.HEADER, description="ETags: if the file has none of them, the answer is 412."
    ),
    response_header("ETag", "Entity tag of the file.", 200, 206, 304),
    response_header("Accept-Ranges", "`bytes`.", 200, 206),
    response_header("Cache-Control", "How long a copy may be reused without another request.", 200, 206, 304),
    response_header("Content-Length", "Size in bytes.", 200, 206, schema=int),
    response_header("Content-Disposition", "File name: `filename*` in UTF-8, `filename` in ASCII.", 200, 206),
]
RANGES = [
    OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range of bytes, such as bytes=100-199."),
    OpenApiParameter(
        "If-Range", str, OpenApiParameter.HEADER, description="ETag of the file that the range belongs to."
    ),
    response_header("Content-Range", "Range of the bytes sent, and the size of the file.", 206, 416),
]
# Media type under which generated clients recognise files.
BYTES = "application/octet-stream"
UNCHANGED = OpenApiResponse(None, description="The client's copy is current.")


def files_of(*content_types: str) -> dict[Any, Any]:
    """Describe answers with a file: in its own type, or as `application/octet-stream` if `Accept` prefers that."""
    bodies = {
        (status, content_type): OpenApiTypes.BINARY for status in (200, 206) for content_type in (*content_types, BYTES)
    }
    unsatisfiable = OpenApiResponse(Problem, description="The file ends before the range begins.")
    return {**bodies, 304: UNCHANGED, (416, CONTENT_TYPE): unsatisfiable}


WEBP = files_of("image/webp")
MP4 = files_of("video/mp4")
ORIGINAL = files_of(*(row.content_type for row in FORMATS))
HEAD: dict[Any, Any] = {200: OpenApiResponse(None, description="The file exists."), 304: UNCHANGED}


class ThumbnailView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="download_thumbnail", parameters=[*HEADERS, *RANGES], responses=WEBP, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Download the small image in WebP; 404 until it exists."""
        photo = get_object_or_404(Photo.objects.belonging_to(request.user), pk=photo_id, thumbnail_version__gt=0)
        return _send(request, thumbnail_of(photo, size="small"))

    @extend_schema(operation_id="head_thumbnail", parameters=HEADERS, responses=HEAD, tags=["photos"])
    def head(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Return the status and size of the thumbnail."""
        return self.get(request, photo_id)


class PreviewView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="download_preview", parameters=[*HEADERS, *RANGES], responses=WEBP, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Download the large image in WebP; 404 until it exists."""
        photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id, thumbnail_version__gt=0)
        return _send(request, thumbnail_of(photo, size="large"))

    @extend_schema(operation_id="head_preview", parameters=HEADERS, responses=HEAD, tags=["photos"])
    def head(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Return the status and size of the preview."""
        return self.get(request, photo_id)


class OriginalView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="download_original", parameters=[*HEADERS, *RANGES], responses=ORIGINAL, tags=["photos"]
    )
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Download the uploaded file, unchanged. `Range` resumes an interrupted download."""
        photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
        return _send(request, original_of(photo))

    @extend_schema(operation_id="head_original", parameters=HEADERS, responses=HEAD, tags=["photos"])
    def head(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Return the size and name of the original."""
        return self.get(request, photo_id)


class FilmView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="download_film", parameters=[*HEADERS, *RANGES], responses=MP4, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Download the film of a motion photo; 404 if it has none. `Range` resumes an interrupted download."""
        photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
        return _send(request, film_of(photo))

    @extend_schema(operation_id="head_film", parameters=HEADERS, responses=HEAD, tags=["photos"])
    def head(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """Return the size and name of the film."""
        return self.get(request, photo_id)


def match_accepted_type(request: ApiRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a file in its own type, or as `application/octet-stream` if `Accept` prefers that."""
    own = response["Content-Type"]
    response["Content-Type"] = request._request.get_preferred_type([own, BYTES]) or own
    patch_vary_headers(response, ["Accept"])
    return response


def _send(request: ApiRequest, file: ServedFile) -> HttpResponseBase:
    """Send the file; a failed condition or range becomes a problem document."""
    response = send_file(request._request, file, user=request.user)
    if response.status_code in (200, 206):
        return match_accepted_type(request, response)
    if response.status_code not in (412, 416):
        return response
    sentences = {412: _("The resource has changed."), 416: _("The file ends before this range begins.")}
    answer = problem_response(response.status_code, sentences[response.status_code])
    for name in ("Content-Range", "ETag"):
        if name in response:
            answer[name] = response[name]
    return answer
