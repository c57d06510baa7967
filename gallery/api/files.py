"""A photo's files: thumbnail, preview, and the original with ranges."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from gallery.access import ApiRequest
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem, answer_plainly
from gallery.images import CONTENT_TYPES
from gallery.tokens import Scope
from gallery.views import files

ETAG = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag: if the file is still the same, 304 answers."
)
RANGE = OpenApiParameter(
    "Range", str, OpenApiParameter.HEADER, description="One range of bytes, such as bytes=100-199."
)
NOTHING_NEW = OpenApiResponse(None, description="The file is still the same.")
WEBP = {(200, "image/webp"): OpenApiTypes.BINARY, (206, "image/webp"): OpenApiTypes.BINARY, 304: NOTHING_NEW}
ORIGINAL: dict[Any, Any] = {
    **{(200, content_type): OpenApiTypes.BINARY for content_type in CONTENT_TYPES.values()},
    **{(206, content_type): OpenApiTypes.BINARY for content_type in CONTENT_TYPES.values()},
    304: NOTHING_NEW,
}
BEYOND = {(416, CONTENT_TYPE): OpenApiResponse(Problem, description="The file ends before the range begins.")}


class Thumbnail(ApiView):
    """The small picture."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="download_thumbnail", parameters=[ETAG, RANGE], responses=WEBP | BEYOND, tags=["photos"]
    )
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """The small picture, WebP; 404 until it is made."""
        return _with_problem(files.send_thumbnail(request, photo_id))


class Preview(ApiView):
    """The large picture."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="download_preview", parameters=[ETAG, RANGE], responses=WEBP | BEYOND, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """The large picture, WebP; 404 until it is made."""
        return _with_problem(files.send_preview(request, photo_id))


class Original(ApiView):
    """The file as it came."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="download_original", parameters=[ETAG, RANGE], responses=ORIGINAL | BEYOND, tags=["photos"]
    )
    def get(self, request: ApiRequest, photo_id: int) -> HttpResponseBase:
        """The very bytes that were uploaded; a broken download goes on with `Range`."""
        return _with_problem(files.send_original(request, photo_id))


def _with_problem(response: HttpResponseBase) -> HttpResponseBase:
    """What the pages answer without words, in the shape of the API's errors."""
    if response.status_code != 416:
        return response
    answer = answer_plainly(416, _("The file ends before this range begins."))
    answer["Content-Range"] = response["Content-Range"]
    return answer
