"""The schema of the API (OpenAPI): besides what views declare, the errors that follow from what they are."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import CharField, RegexField

from gallery.access.authentication import SCHEME, KeyAuthentication
from gallery.access.fields import Input
from gallery.access.permissions import scope_of
from gallery.access.problems import CONTENT_TYPE, Problem, problem

# What each of the parts of a request may bring about.
ALWAYS = {"429": "Too many requests; `Retry-After` says when to come again."}
WITH_KEY = {"401": "There is no key, or it is unknown, expired or revoked.", "403": "The key lacks the scope."}
WITH_OBJECT = {"404": "There is no such thing, or it is not yours."}
WITH_INPUT = {"400": "Something in the request is not valid; `errors` names the fields."}
WITH_BODY = {**WITH_INPUT, "413": "The body is too large.", "415": "The body is of a type that is not taken here."}


class Schema(AutoSchema):
    """Operations with their errors and scopes."""

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
        if direction == "request" and isinstance(serializer, Input):
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
        errors = dict(ALWAYS) if self.view.get_throttles() else {}
        if self.view.permission_classes:
            errors |= WITH_KEY
        if "{" in path:
            errors |= WITH_OBJECT
        if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
            errors |= WITH_INPUT
        if "requestBody" in operation:
            errors |= WITH_BODY
        component = self.resolve_serializer(Problem, "response").ref
        for status, description in errors.items():
            content = {CONTENT_TYPE: {"schema": component, "example": problem(int(status), description)}}
            operation["responses"].setdefault(status, {"content": content, "description": description})
        if scope:
            operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`".strip()
        return operation


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema calls it."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        """A bearer token."""
        return {"type": "http", "scheme": SCHEME, "description": "A key made on the page “Keys for programs”."}
