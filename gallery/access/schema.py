"""The OpenAPI schema: operations with the errors and headers that follow from the properties of their views."""

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

# What each of the parts of a request may bring about.
ALWAYS = {"429": "Too many requests; `Retry-After` says when to come again."}
WITH_KEY = {"401": "There is no key, or it is unknown, expired or revoked.", "403": "The key lacks the scope."}
WITH_OBJECT = {"404": "There is no such thing, or it is not yours."}
WITH_INPUT = {"400": "Something in the request is not valid; `errors` names the fields."}
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
    """A header of the answers with these statuses, or of all answers."""
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description, response=list(statuses) or True
    )


class Enumerator(EndpointEnumerator):
    """Lists HEAD and OPTIONS too, where a view defines the method."""

    def get_allowed_methods(self, callback: Any) -> list[str]:
        extra = [name for name in ("head", "options") if name in callback.cls.http_method_names]
        described = [name.upper() for name in extra if hasattr(getattr(callback.cls, name, None), "kwargs")]
        return [*super().get_allowed_methods(callback), *described]


class Generator(SchemaGenerator):
    """The schema of all endpoints."""

    endpoint_inspector_cls = Enumerator


class Schema(AutoSchema):
    """Operations with their errors, headers and scopes."""

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Texts that are taken hold no NUL: the database has none."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        is_free = isinstance(field, CharField) and not isinstance(field, RegexField)
        if direction == "request" and is_free:
            schema["pattern"] = r"^[^\x00]*$"
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """What is read knows its fields and takes no others."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    def get_summary(self) -> str:
        """What a view's method says of itself, up to the first full stop or semicolon: short enough for a list."""
        return re.split(r"[.;:](?=\s|$)", self.get_description(), maxsplit=1)[0]

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        """Add what no view has to say itself."""
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
        errors = dict(ALWAYS) if self.view.get_throttles() else {}
        if not is_open:
            errors |= WITH_KEY
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
    """How the schema calls it."""

    target_class = TokenAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        """A bearer token."""
        return {"type": "http", "scheme": SCHEME, "description": "A key made on the page “Keys for programs”."}
