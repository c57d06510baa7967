"""The OpenAPI schema, and a page to browse it and try it out."""

from functools import cache
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.schema import Generator


class SchemaView(ApiView):
    """The schema in JSON, without authentication."""

    permission_classes: list[type] = []
    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        return Response(schema_in(get_language()))


@cache
def schema_in(_language: str) -> dict[str, Any]:
    """Return the schema in the active language; cached, because generating it takes a second."""
    schema: dict[str, Any] = Generator().get_schema(request=None, public=True)
    return schema


# Swagger UI sets style attributes; it needs no inline scripts.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class ReferenceView(ApiView):
    """Swagger UI, from the installed package, for our schema."""

    permission_classes: list[type] = []

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> HttpResponse:
        """Return the page. Requests tried out there use the browser session."""
        return render(request._request, "gallery/account/api_reference.html")
