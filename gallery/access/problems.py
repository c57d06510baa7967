"""Errors as problem documents, `application/problem+json` (RFC 9457), and the base class of API views."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from gallery.access.entity_tags import etag_of, failed_condition, matches
from gallery.access.permissions import scope_of
from gallery.access.refusals import Conflict as Conflict
from gallery.access.refusals import InvalidRequest as InvalidRequest
from gallery.access.refusals import LengthRequired, MissingScope, PreconditionFailed
from gallery.access.refusals import TooLarge as TooLarge
from gallery.access.refusals import UnsupportedMedia as UnsupportedMedia
from gallery.access.tokens import Scope
from gallery.access.transfers import SECONDS_TO_WAIT, TooManyTransfers
from gallery.pictures.images import ImageTooLarge, InvalidImage, UnsupportedImage

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:photosearch:problem:"
# The problem type of errors without a specific one.
TYPE_OF_STATUS = {
    400: "bad-request",
    401: "not-authenticated",
    403: "permission-denied",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    409: "conflict",
    411: "length-required",
    412: "precondition-failed",
    413: "too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    423: "locked",
    429: "throttled",
    431: "headers-too-long",
    460: "checksum-mismatch",
    500: "server-error",
    501: "method-not-allowed",
    502: "not-ready",
    503: "not-ready",
    504: "not-ready",
    507: "insufficient-storage",
}
# Types that are more specific than the statuses 400, 401, 412 and 413.
SPECIFIC_TYPES = ("invalid", "parse-error", "authentication-failed", "wrong-version", "quota-exceeded")
# Names of statuses that HTTP itself does not define.
TITLE_OF_STATUS = {460: "Checksum Mismatch"}
PROBLEM_TYPES = sorted({*TYPE_OF_STATUS.values(), *SPECIFIC_TYPES})


class FieldError(serializers.Serializer):
    """Error in one field of the request."""

    field = serializers.CharField(help_text="Name of the field; dots separate nested fields.")
    detail = serializers.CharField(help_text="Sentence that describes the error.")


class Problem(serializers.Serializer):
    """Problem document that describes an error."""

    type = serializers.CharField(
        help_text=f"Identifier of the error: {TYPE_PREFIX} and one of {', '.join(PROBLEM_TYPES)}. More may be added."
    )
    title = serializers.CharField(help_text="Name of the HTTP status.")
    status = serializers.IntegerField(help_text="HTTP status.")
    detail = serializers.CharField(help_text="Sentence that describes the error and its solution.")
    errors = FieldError(many=True, help_text="Errors in fields; often empty.")
    scope = serializers.CharField(required=False, help_text="With 403: the scope that the token lacks.")


# For the schema of views that raise Conflict.
CONFLICT: dict[Any, Any] = {
    (409, CONTENT_TYPE): OpenApiResponse(Problem, description="The current state does not allow this; see `detail`.")
}


# For the schema of views whose body contains ids.
MISSING: dict[Any, Any] = {
    (404, CONTENT_TYPE): OpenApiResponse(Problem, description="The resource does not exist, or is not yours.")
}


class ApiView(APIView):
    """Base class of all API views; `scopes` maps HTTP methods to the scope that a token needs."""

    scopes: ClassVar[dict[str, Scope]] = {}
    # Without OPTIONS, which the framework would answer with its own description.
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body without a length before it is read."""
        super().initial(request, *args, **kwargs)
        if lacks_length(request._request):
            raise LengthRequired(_("The request needs the header “Content-Length”; chunked bodies are not accepted."))

    def check_permissions(self, request: Request) -> None:
        """Throttle first, so that refused requests count too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> None:
        """Report the scope that the token lacks."""
        scope = scope_of(self, str(request.method))
        if request.auth is not None and scope and scope not in request.auth.scopes:
            raise MissingScope(scope)
        super().permission_denied(request, message, code)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the headers of every answer: the remaining requests, and the entity tag."""
        response = super().finalize_response(request, response, *args, **kwargs)
        # The framework adds Allow to every answer; HTTP requires it only with 405, and it would mislead with 404.
        if response.status_code != 405:
            response.headers.pop("Allow", None)
        for throttle in getattr(self, "counted_by", []):
            for name, value in throttle.headers().items():
                response[name] = value
        if response.status_code == 200 and isinstance(response, Response):
            response.add_post_render_callback(partial(add_entity_tag, request._request))
        return response

    def get_throttles(self) -> list[Any]:
        """Keep the throttles: their counts appear in the answer."""
        self.counted_by = super().get_throttles()
        return self.counted_by

    def check_throttles(self, request: Request) -> None:
        """Do nothing: `check_permissions` has checked them already."""


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Return the problem document for a view's exception; None for server errors. Called by the framework."""
    error = _as_api_exception(error)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(ceil(wait))
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail))
        detail = _("Invalid fields: %(fields)s.") % {"fields": ", ".join(item["field"] for item in errors) or "body"}
        body = problem(error.status_code, detail, errors=errors)
    else:
        code, scope = str(getattr(error.detail, "code", "") or ""), getattr(error, "scope", "")
        body = problem(error.status_code, str(error.detail), code=code, scope=scope)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)


def _as_api_exception(error: Exception) -> Exception:
    """Return the API exception for errors that the client caused; other errors unchanged."""
    match error:
        case Http404():
            return exceptions.NotFound(_("Not found."))
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return TooLarge(_("The request body is too large."))
        case TooManyFilesSent() | SuspiciousOperation():
            return InvalidRequest(_("The request is malformed."))
        case TooManyTransfers():
            return exceptions.Throttled(SECONDS_TO_WAIT, str(error))
        case ImageTooLarge():
            return TooLarge(str(error), error.kind)
        case UnsupportedImage():
            return UnsupportedMedia(str(error))
        case InvalidImage() | BadRequest():
            return InvalidRequest(str(error))
    return error


def problem(
    status: int, detail: str, *, code: str = "", errors: list[dict[str, str]] | None = None, scope: str = ""
) -> dict[str, Any]:
    """Return the problem document of an error as a dictionary."""
    kind = code.replace("_", "-") or TYPE_OF_STATUS.get(status, "other")
    body = {
        "type": f"{TYPE_PREFIX}{kind}",
        "title": TITLE_OF_STATUS.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": _encodable(detail),
        "errors": [{name: _encodable(value) for name, value in error.items()} for error in errors or []],
    }
    return body | ({"scope": scope} if scope else {})


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON may contain and UTF-8 cannot encode; texts may quote the request."""
    return text.encode(errors="replace").decode()


def problem_response(status: int, detail: str, *, code: str = "") -> HttpResponse:
    """Return a problem document as a Django response, for errors outside API views."""
    return JsonResponse(problem(status, detail, code=code), status=status, content_type=CONTENT_TYPE)


def lacks_length(request: HttpRequest) -> bool:
    """Return whether the body is chunked; Django would read such a body as empty."""
    return "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length")


def add_entity_tag(request: HttpRequest, response: Response) -> HttpResponse | None:
    """Add an ETag to JSON, and answer 304 or 412 if a condition of the request fails."""
    response["ETag"] = etag = etag_of(response.content)
    status = failed_condition(request, etag) if request.method in ("GET", "HEAD") else None
    if status is None:
        return None
    instead = HttpResponse(status=304) if status == 304 else problem_response(412, _("The resource has changed."))
    if status == 304:
        del instead["Content-Type"]
    for name in ("ETag", "Vary", "RateLimit", "RateLimit-Policy"):
        if name in response:
            instead[name] = response[name]
    return instead


def check_precondition(request: Request, shown: Any) -> None:
    """Compare `If-Match` with the entity tag of `shown`, the current answer to GET. Raises PreconditionFailed."""
    if not matches(request.headers.get("If-Match", ""), etag_of(JSONRenderer().render(shown))):
        raise PreconditionFailed(_("The resource has changed. Read it again, then repeat the change."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unhandled exception with a problem document in the API, with a page elsewhere. Called by Django."""
    if request.path.startswith("/api/"):
        return problem_response(500, _("Internal server error. It has been logged."))
    from django.views.defaults import server_error as show_server_error

    return show_server_error(request)


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten the framework's nested validation errors."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            part = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(below, ".".join(filter(None, (path, part))))
    elif isinstance(detail, list):
        for number, below in enumerate(detail):
            nested = isinstance(below, dict | list)
            yield from _field_errors(below, ".".join(filter(None, (path, str(number)))) if nested else path)
    else:
        yield {"field": path or "body", "detail": str(detail)}
