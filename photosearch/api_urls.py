"""Addresses of the API: version 1 joins those of both apps and of monitoring; docs/api.md describes the versions."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound

from gallery.access.problems import ApiView
from gallery.api import urls as gallery_urls
from photosearch.monitoring import health, metrics
from search.api import urls as search_urls

app_name = "api"


class UnknownAddressView(ApiView):
    """Any other address below /api/: answers 404 as a problem document."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @extend_schema(exclude=True)
    def initial(self, *_args: object, **_kwargs: object) -> None:
        raise NotFound(_("No such address. All addresses end with a slash."))


class AnyPathConverter(StringConverter):
    """Matches the rest of an address, with slashes and line breaks, or nothing."""

    regex = "(?s:.*)"


register_converter(AnyPathConverter, "any_path")

monitoring = [
    path("health/live/", health.HealthLive.as_view(), name="live"),
    path("health/ready/", health.HealthReady.as_view(), name="ready"),
    path("metrics/", metrics.Metrics.as_view(), name="metrics"),
]
urlpatterns = [
    path("v1/", include([*gallery_urls.version_1, *search_urls.version_1, *monitoring])),
    path("<any_path:rest>", UnknownAddressView.as_view(), name="unknown-address"),
]
