"""Errors in one shape, `application/problem+json` (RFC 9457): type, title, status, detail, and the fields at fault."""

from collections.abc import Iterator
from http import HTTPStatus
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
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from gallery.access.transfers import SECONDS_TO_WAIT, TooManyTransfers
from gallery.images import ImageTooLarge, InvalidImage, UnsupportedImage
from gallery.tokens import Scope

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
    412: "wrong-version",
    413: "too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    423: "locked",
    429: "throttled",
    431: "headers-too-long",
    500: "server-error",
    501: "method-not-allowed",
    502: "not-ready",
    503: "not-ready",
    504: "not-ready",
    507: "insufficient-storage",
}
# What else there is: of the statuses 400, 401 and 413.
MORE_KINDS = ("invalid", "parse-error", "checksum-mismatch", "authentication-failed", "quota-exceeded")
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


class TooLarge(exceptions.APIException):
    """The file or the picture exceeds the limits."""

    status_code = 413
    default_code = "too-large"


class Unsupported(exceptions.APIException):
    """The bytes are no picture of a type that we read, or the body is of a type that is not taken here."""

    status_code = 415
    default_code = "unsupported-media-type"


class Conflict(exceptions.APIException):
    """The thing is not in a state in which that can be done."""

    status_code = 409
    default_code = "conflict"


class Refused(exceptions.APIException):
    """The request makes no sense as it is; `detail` says why."""

    status_code = 400
    default_code = "invalid"


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

    def check_permissions(self, request: Request) -> None:
        """Who is refused has asked, too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """They come before the permissions."""


def answer_problem(error: Exception, _context: dict[str, Any]) -> Response | None:
    """The framework's hook: the response to an exception that a view has raised; None if it is our own fault."""
    error = _as_answer(error)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail))
        detail = _("This is not valid: %(fields)s.") % {"fields": ", ".join(item["field"] for item in errors) or "body"}
        body = problem(error.status_code, detail, errors=errors)
    else:
        body = problem(error.status_code, str(error.detail), code=str(getattr(error.detail, "code", "") or ""))
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
            return Refused(_("This request cannot be read."))
        case TooManyTransfers():
            return exceptions.Throttled(SECONDS_TO_WAIT, str(error))
        case ImageTooLarge():
            return TooLarge(str(error), error.kind)
        case UnsupportedImage():
            return Unsupported(str(error))
        case InvalidImage() | BadRequest():
            return Refused(str(error))
    return error


def problem(status: int, detail: str, *, code: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The body of an error."""
    kind = code.replace("_", "-") or KINDS.get(status, "other")
    return {
        "type": f"{TYPE}{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _sayable(detail),
        "errors": [{name: _sayable(value) for name, value in error.items()} for error in errors or []],
    }


def _sayable(text: str) -> str:
    """`text`, perhaps of the request, without the halves of characters that JSON may hold and UTF-8 may not."""
    return text.encode(errors="replace").decode()


def answer_plainly(status: int, detail: str) -> HttpResponse:
    """The same for what happens outside of the framework's views."""
    return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's hook for what nobody caught: pages are told in HTML, programs in their shape."""
    if request.path.startswith("/api/"):
        return answer_plainly(500, _("Something went wrong here; it has been logged."))
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
