"""Errors in one shape, `application/problem+json` (RFC 9457): type, title, status, detail, and the fields at fault."""

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
TYPE = "urn:photosearch:problem:"
# What a status says to programs where nothing more exact is known.
KINDS = {
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
MORE_KINDS = ("invalid", "parse-error", "authentication-failed", "wrong-version", "quota-exceeded")
# Names of statuses that HTTP itself does not define.
TITLES = {460: "Checksum Mismatch"}
ALL_KINDS = sorted({*KINDS.values(), *MORE_KINDS})


class FieldError(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="Its name; with dots where fields are nested.")
    detail = serializers.CharField(help_text="A sentence.")


class Problem(serializers.Serializer):
    """An error."""

    type = serializers.CharField(
        help_text=f"What kind of error it is, for programs: {TYPE} and {', '.join(ALL_KINDS)}; more may come."
    )
    title = serializers.CharField(help_text="The name of the HTTP status.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong and what to do, in a sentence.")
    errors = FieldError(many=True, help_text="The fields at fault; often empty.")
    scope = serializers.CharField(required=False, help_text="With 403: the scope that the key lacks.")


# For the schema of views that raise Conflict.
CONFLICT: dict[Any, Any] = {
    (409, CONTENT_TYPE): OpenApiResponse(Problem, description="As things stand that cannot be done; `detail` says why.")
}


# For that of views that are told of objects in the body.
MISSING: dict[Any, Any] = {
    (404, CONTENT_TYPE): OpenApiResponse(Problem, description="There is no such thing, or it is not yours.")
}


class ApiView(APIView):
    """Every view of the API is one; `scopes` names what each of its methods wants of a key."""

    scopes: ClassVar[dict[str, Scope]] = {}
    # The framework's own answer to OPTIONS is no part of this API.
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body without a length before it is read."""
        super().initial(request, *args, **kwargs)
        if lacks_length(request._request):
            raise LengthRequired(_("Say in “Content-Length” how long the body is; chunked bodies are not taken."))

    def check_permissions(self, request: Request) -> None:
        """Throttle first, so that refused requests count too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> None:
        """Report the scope that the key lacks."""
        scope = scope_of(self, str(request.method))
        if request.auth is not None and scope and scope not in request.auth.scopes:
            raise MissingScope(scope)
        super().permission_denied(request, message, code)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the headers of every answer: the remaining requests, and the entity tag."""
        response = super().finalize_response(request, response, *args, **kwargs)
        # The framework adds Allow to every answer; HTTP requires it only with 405, and it makes no sense with 404.
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
        """They come before the permissions."""


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """The framework's hook: the response to an exception that a view has raised; None if it is our own fault."""
    error = _as_answer(error)
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
        detail = _("This is not valid: %(fields)s.") % {"fields": ", ".join(item["field"] for item in errors) or "body"}
        body = problem(error.status_code, detail, errors=errors)
    else:
        code, scope = str(getattr(error.detail, "code", "") or ""), getattr(error, "scope", "")
        body = problem(error.status_code, str(error.detail), code=code, scope=scope)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)


def _as_answer(error: Exception) -> Exception:
    """What says the same of a request, for exceptions that are somebody's mistake; others as they are."""
    match error:
        case Http404():
            return exceptions.NotFound(_("There is no such thing, or it is not yours."))
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return TooLarge(_("The body of this request is too large."))
        case TooManyFilesSent() | SuspiciousOperation():
            return InvalidRequest(_("This request cannot be read."))
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
    """The body of an error."""
    kind = code.replace("_", "-") or KINDS.get(status, "other")
    body = {
        "type": f"{TYPE}{kind}",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": _sayable(detail),
        "errors": [{name: _sayable(value) for name, value in error.items()} for error in errors or []],
    }
    return body | ({"scope": scope} if scope else {})


def _sayable(text: str) -> str:
    """`text`, perhaps of the request, without the halves of characters that JSON may hold and UTF-8 may not."""
    return text.encode(errors="replace").decode()


def problem_response(status: int, detail: str, *, code: str = "") -> HttpResponse:
    """The same for what happens outside of the framework's views."""
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
    instead = HttpResponse(status=304) if status == 304 else problem_response(412, _("This has changed meanwhile."))
    if status == 304:
        del instead["Content-Type"]
    for name in ("ETag", "Vary", "RateLimit", "RateLimit-Policy"):
        if name in response:
            instead[name] = response[name]
    return instead


def check_precondition(request: Request, shown: Any) -> None:
    """Raise PreconditionFailed if `If-Match` does not contain the tag of `shown`, the current answer to GET."""
    if not matches(request.headers.get("If-Match", ""), etag_of(JSONRenderer().render(shown))):
        raise PreconditionFailed(_("This has changed meanwhile: read it again, then repeat the change."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's hook for what nobody caught: pages are told in HTML, programs in their shape."""
    if request.path.startswith("/api/"):
        return problem_response(500, _("Something went wrong here; it has been logged."))
    from django.views.defaults import server_error as show_server_error

    return show_server_error(request)


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten what the framework says of fields within fields."""
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
