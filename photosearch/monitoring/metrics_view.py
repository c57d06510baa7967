"""Figures for Prometheus, for the token in the settings or an administrator's key."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
from prometheus_client.core import GaugeMetricFamily
from redis import RedisError
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gallery.access import ApiRequest
from gallery.access.authentication import SCHEME, TokenAuthentication
from gallery.access.permissions import HasScope
from gallery.access.problems import ApiView
from gallery.access.tokens import ApiToken, Scope
from gallery.models import Photo
from gallery.processing.backlog import backlogs, failures
from gallery.processing.tasks import queue_lengths
from photosearch.caching import remember
from photosearch.monitoring.metrics import CONTENT_TYPE, exposition

# Counting a large library takes long: as of so many seconds ago.
CACHE_SECONDS = 15


def _is_scraper(request: Request) -> bool:
    """Return whether the request carries METRICS_TOKEN, if one is set."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return bool(expected) and scheme.lower() == SCHEME and constant_time_compare(token.strip(), expected)


class ScraperOrToken(TokenAuthentication):
    """Accepts METRICS_TOKEN, which belongs to no user, or a key."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return None for METRICS_TOKEN, which the permission checks."""
        return None if _is_scraper(request) else super().authenticate(request)


class IsScraperOrAdministrator(HasScope):
    """Allow METRICS_TOKEN, which gives access to these figures only, or an administrator whose key has the scope.

    The client address proves nothing: other accounts and proxies on this machine use it too.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check METRICS_TOKEN first."""
        return _is_scraper(request) or super().has_permission(request, view)


class Metrics(ApiView):
    """The figures."""

    scopes = {"GET": Scope.ADMIN}
    authentication_classes: list[type[BaseAuthentication]] = [ScraperOrToken, SessionAuthentication]
    permission_classes: list[type[BasePermission]] = [IsScraperOrAdministrator]

    @extend_schema(
        operation_id="read_metrics",
        responses={(200, "text/plain"): str},
        tags=["administration"],
        # METRICS_TOKEN is sent as a bearer token, like a key.
        auth=[{"key": []}, {"cookieAuth": []}],  # type: ignore[list-item]
    )
    def get(self, request: ApiRequest) -> HttpResponse:  # noqa: ARG002 - the framework's signature
        """Request latency, queue lengths, backlogs, failures and photos, in Prometheus' text format."""
        return HttpResponse(exposition(gauges()), content_type=CONTENT_TYPE)


def gauges() -> Iterator[GaugeMetricFamily]:
    """What can be counted now."""
    photos, failed, counted = remember("metrics", _count, seconds=CACHE_SECONDS, read=_read)
    yield GaugeMetricFamily("photosearch_photos", "Stored photos.", value=photos)
    yield GaugeMetricFamily("photosearch_failures", "Steps of photos that failed.", value=failed)
    missing = GaugeMetricFamily("photosearch_missing", "Photos that lack a step's output.", labels=["step", "version"])
    for step, version, number in counted:
        missing.add_metric([step, version], number)
    yield missing
    try:
        lengths = queue_lengths()
    except RedisError:
        yield GaugeMetricFamily("photosearch_broker_up", "Whether Valkey answers.", value=0)
        return
    yield GaugeMetricFamily("photosearch_broker_up", "Whether Valkey answers.", value=1)
    queues = GaugeMetricFamily("photosearch_queue_length", "Messages that wait.", labels=["queue"])
    for name, length in lengths.items():
        queues.add_metric([name], length)
    yield queues


def _count() -> dict[str, Any]:
    return {
        "photos": Photo.objects.count(),
        "failures": failures().count(),
        "missing": [
            [str(backlog.step), backlog.version, backlog.missing]
            for backlog in backlogs()
            if backlog.missing is not None
        ],
    }


def _read(counted: dict[str, Any]) -> tuple[int, int, list[tuple[str, str, int]]]:
    missing = [(str(step), str(version), int(number)) for step, version, number in counted["missing"]]
    return int(counted["photos"]), int(counted["failures"]), missing
