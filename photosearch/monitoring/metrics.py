"""Metrics for Prometheus: latency of requests, counted in every web process, and the state of the processing.

The processes write to files in one folder (PROMETHEUS_MULTIPROC_DIR). The process that answers adds them up. The
command `prepare` deletes them before the processes start.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
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
from gallery.processing.queues import queue_lengths
from photosearch.caching import remember

# prometheus_client reads the folder's name when it is imported. Without a folder each process counts for itself.
if settings.RUN_DIR.is_dir():
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.RUN_DIR / "metrics"))
FOLDER = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) if "PROMETHEUS_MULTIPROC_DIR" in os.environ else None
if FOLDER:
    FOLDER.mkdir(mode=0o700, exist_ok=True)

from prometheus_client import CollectorRegistry, Histogram, generate_latest  # noqa: E402
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402
from prometheus_client.registry import Collector  # noqa: E402

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY = Histogram(
    "photosearch_request_seconds",
    "Time until an answer begins.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Counting a large library takes long.
CACHE_SECONDS = 15


class RequestMetrics:
    """Middleware that measures every request by its route, not by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        # A method invented by a client must not create a new time series.
        method = request.method if request.method in METHODS else "other"
        LATENCY.labels(method, route, str(response.status_code)).observe(perf_counter() - began)
        return response


def reset_metrics() -> None:
    """Delete the counts of earlier processes; call it before the web processes start."""
    for file in FOLDER.glob("*.db") if FOLDER else ():
        file.unlink(missing_ok=True)


class _Gauges(Collector):
    """Current values, collected when an answer is written."""

    def __init__(self, gauges: Iterable[GaugeMetricFamily]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._gauges


def exposition(gauges: Iterable[GaugeMetricFamily]) -> bytes:
    """Return the counts of all processes and the current `gauges`, in Prometheus' text format."""
    registry = CollectorRegistry()
    if FOLDER:
        MultiProcessCollector(registry)
    else:
        registry.register(LATENCY)
    registry.register(_Gauges(gauges))
    return generate_latest(registry)


def _is_scraper(request: Request) -> bool:
    """Return whether the request carries METRICS_TOKEN, if one is set."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return bool(expected) and scheme.lower() == SCHEME and constant_time_compare(token.strip(), expected)


class ScraperOrToken(TokenAuthentication):
    """Accept METRICS_TOKEN, which belongs to no user, or an API token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return None for METRICS_TOKEN, which the permission checks."""
        return None if _is_scraper(request) else super().authenticate(request)


class IsScraperOrAdministrator(HasScope):
    """Allow METRICS_TOKEN, which gives access to the metrics only, or an administrator whose token has the scope.

    The client address proves nothing: other accounts and proxies on this machine use it too.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check METRICS_TOKEN before the scope."""
        return _is_scraper(request) or super().has_permission(request, view)


class Metrics(ApiView):
    """The metrics of all web processes."""

    scopes = {"GET": Scope.ADMIN}
    authentication_classes: list[type[BaseAuthentication]] = [ScraperOrToken, SessionAuthentication]
    permission_classes: list[type[BasePermission]] = [IsScraperOrAdministrator]

    @extend_schema(
        operation_id="read_metrics",
        responses={(200, "text/plain"): str},
        tags=["administration"],
        # METRICS_TOKEN is sent as a bearer token, like an API token.
        auth=[{"token": []}, {"cookieAuth": []}],  # type: ignore[list-item]
    )
    def get(self, request: ApiRequest) -> HttpResponse:  # noqa: ARG002 - the framework's signature
        """Request latency, queue lengths, backlogs, failures and photos, in Prometheus' text format."""
        return HttpResponse(exposition(read_gauges()), content_type=CONTENT_TYPE)


def read_gauges() -> Iterator[GaugeMetricFamily]:
    """Yield the number of photos, failures, missing outputs and queued messages."""
    photos, failed, counted = remember("metrics", _count, seconds=CACHE_SECONDS, read=_read)
    yield GaugeMetricFamily("photosearch_photos", "Stored photos.", value=photos)
    yield GaugeMetricFamily("photosearch_failures", "Failed steps of photos.", value=failed)
    missing = GaugeMetricFamily("photosearch_missing", "Photos without a step's output.", labels=["step", "version"])
    for step, version, number in counted:
        missing.add_metric([step, version], number)
    yield missing
    try:
        lengths = queue_lengths()
    except RedisError:
        yield GaugeMetricFamily("photosearch_broker_up", "1 if Valkey answers, else 0.", value=0)
        return
    yield GaugeMetricFamily("photosearch_broker_up", "1 if Valkey answers, else 0.", value=1)
    queues = GaugeMetricFamily("photosearch_queue_length", "Waiting messages.", labels=["queue"])
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
