"""The OpenAPI schema: operations with the errors and headers that follow from their views' properties."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import CharField, RegexField

from gallery.access.authentication import SCHEME, TokenAuthentication
from gallery.access.fields import StrictSerializer
from gallery.access.permissions import scope_of
from gallery.access.problems import CONTENT_TYPE, Problem, problem

DESCRIPTION = """\
The API can do everything that users can do in the pages, except for settings that decide who has access.

Send an API token as `Authorization: Bearer ps_…`; each operation names the scope that the token needs. Browser
sessions work too; changes then need the CSRF token in `X-CSRFToken`.

Errors are problem documents (RFC 9457). Unknown parameters and fields are errors.

Send the `next_cursor` of a page as `cursor`, with the same other parameters, to get the next page; null marks the last
page. Uploads are stored at once and processed in the background. Times of pictures are local and have no zone; all
others are in UTC. Answers may get more fields: ignore fields that you do not know.
"""
# Possible errors by properties of the operation.
WITH_THROTTLES = {"429": "Too many requests; `Retry-After` is the number of seconds to wait."}
WITH_TOKEN = {"401": "No API token, or it is unknown, expired or revoked.", "403": "The token lacks the scope."}
WITH_OBJECT = {"404": "The resource does not exist, or is not yours."}
WITH_INPUT = {"400": "The request is invalid; `errors` names the fields."}
WITH_QUERY = {**WITH_INPUT, "414": "The address exceeds the web server's limit."}
WITH_BODY = {
    **WITH_INPUT,
    "411": "The body has no `Content-Length`.",
    "413": "The body is too large.",
    "415": "The body has an unsupported type.",
}
CONDITIONAL = {"412": "The resource has changed: `If-Match` does not contain its current ETag."}
TEXT: dict[str, Any] = {"type": "string"}
SECONDS = {"type": "integer", "minimum": 0}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": TEXT,
    "description": "ETag of the expected state; if the resource has another one, the answer is 412.",
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "schema": TEXT,
    "description": "ETag of the client's copy; if it is current, the answer is 304.",
}
RATE_LIMITS = {
    "RateLimit-Policy": {"schema": TEXT, "description": "Allowed requests (`q`) per window of `w` seconds."},
    "RateLimit": {"schema": TEXT, "description": "Remaining requests (`r`), and seconds until the count resets (`t`)."},
}
ETAG = {"ETag": {"schema": TEXT, "description": "Value for `If-None-Match`, and for `If-Match` in changes."}}
# By status.
HEADERS: dict[str, dict[str, Any]] = {
    "304": ETAG,
    "401": {"WWW-Authenticate": {"schema": TEXT, "description": "How to authenticate: `Bearer`."}},
    "429": {"Retry-After": {"schema": SECONDS, "description": "Seconds."}},
}


def response_header(name: str, description: str, *statuses: int, schema: Any = str) -> OpenApiParameter:
    """Describe a header of the answers with these statuses, or of all answers."""
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description, response=list(statuses) or True
    )


class Enumerator(EndpointEnumerator):
    """Lists HEAD and OPTIONS too, if a view describes them."""

    def get_allowed_methods(self, callback: Any) -> list[str]:
        extra = [name for name in ("head", "options") if name in callback.cls.http_method_names]
        described = [name.upper() for name in extra if hasattr(getattr(callback.cls, name, None), "kwargs")]
        return [*super().get_allowed_methods(callback), *described]


class Generator(SchemaGenerator):
    """Generates the schema of all endpoints."""

    endpoint_inspector_cls = Enumerator

    def get_schema(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the schema with our description."""
        schema: dict[str, Any] = super().get_schema(*args, **kwargs)
        return schema | {"info": schema["info"] | {"description": DESCRIPTION}}


class OperationSchema(AutoSchema):
    """Describes an operation with its errors, headers and scope."""

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Exclude NUL from strings in requests, because PostgreSQL cannot store it."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        is_free = isinstance(field, CharField) and not isinstance(field, RegexField)
        if direction == "request" and is_free:
            schema["pattern"] = r"^[^\x00]*$"
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Exclude unknown fields from requests."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    def get_summary(self) -> str:
        """Return the description up to its first full stop, semicolon or colon."""
        return re.split(r"[.;:](?=\s|$)", self.get_description(), maxsplit=1)[0]

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        """Add the errors, headers and scope that follow from the view's properties."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        scope = scope_of(self.view, method)
        is_open = not self.view.permission_classes or method == "OPTIONS"
        self._describe_conditions(operation, method)
        errors = self._errors(operation, path, is_open=is_open)
        component = self.resolve_serializer(Problem, "response").ref
        for status, description in errors.items():
            content = {CONTENT_TYPE: {"schema": component, "example": problem(int(status), description)}}
            answer = {"description": description} | ({} if method == "HEAD" else {"content": content})
            operation["responses"].setdefault(status, answer)
        for status, answer in operation["responses"].items():
            headers = HEADERS.get(status, {}) | (RATE_LIMITS if self.view.get_throttles() else {})
            if headers:
                answer["headers"] = headers | answer.get("headers", {})
        if scope and not is_open:
            operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`".strip()
        return operation

    def _errors(self, operation: dict[str, Any], path: str, *, is_open: bool) -> dict[str, str]:
        """Return the errors that follow from the operation's input, by status."""
        parameters = operation.get("parameters", [])
        errors = dict(WITH_THROTTLES) if self.view.get_throttles() else {}
        if not is_open:
            errors |= WITH_TOKEN
        if "{" in path:
            errors |= WITH_OBJECT
        if any(parameter["in"] == "query" for parameter in parameters):
            errors |= WITH_QUERY
        if any(parameter["name"] == "If-Match" for parameter in parameters):
            errors |= CONDITIONAL
        if "requestBody" in operation:
            errors |= WITH_BODY
        return errors

    def _describe_conditions(self, operation: dict[str, Any], method: str) -> None:
        """Describe conditional headers: JSON answers have an ETag; views with `is_conditional` accept `If-Match`."""
        answer = operation["responses"].get("200", {})
        is_json = "application/json" in answer.get("content", {})
        if is_json:
            answer["headers"] = ETAG | answer.get("headers", {})
        if is_json and method == "GET":
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
            operation["responses"].setdefault("304", {"description": "The client's copy is current."})
        if method in ("PATCH", "DELETE") and getattr(self.view, "is_conditional", False):
            operation.setdefault("parameters", []).append(IF_MATCH)


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes authentication by API token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        """Return the definition of a bearer token."""
        return {"type": "http", "scheme": SCHEME, "description": "API token, created on the page “API tokens”."}
