"""The schema, and a page on which people browse it and try it out."""

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
    """The schema in JSON; anybody may read it."""

    permission_classes: list[type] = []
    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """All that can be asked here."""
        return Response(schema_in(get_language()))


@cache
def schema_in(_language: str) -> dict[str, Any]:
    """The schema in the language that is active: to make it takes a second, and nothing changes it."""
    schema: dict[str, Any] = Generator().get_schema(request=None, public=True)
    return schema


# Swagger UI writes style attributes into its page; scripts it needs none but its own file.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class Reference(ApiView):
    """Swagger UI, from the installed package, over the schema."""

    permission_classes: list[type] = []

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The page; what a person tries out there is asked with their session."""
        return render(request._request, "gallery/account/api_reference.html")
