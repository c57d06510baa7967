"""The schema, and a page on which people browse it and try it out."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView

from gallery.access import ApiRequest
from gallery.access.problems import ApiView


class SchemaView(SpectacularJSONAPIView):
    """The schema in JSON; anybody may read it."""

    http_method_names = ApiView.http_method_names
    permission_classes: list[type] = []
    authentication_classes: list[type] = []


# Swagger UI writes style attributes into its page; scripts it needs none but its own file.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class Reference(ApiView):
    """Swagger UI, from the installed package, over the schema."""

    permission_classes: list[type] = []

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The page; what a person tries out there is asked with their session."""
        return render(request._request, "gallery/api_reference.html")
