"""Figures for Prometheus: how long requests take, counted in every web process, and how the machinery does.

The processes write to files in one folder (PROMETHEUS_MULTIPROC_DIR), of which whoever is asked makes the sum;
`prepare` empties it before they start.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# The package reads the name of the folder when it is imported. Without one a process counts for itself alone.
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
    "How long answers took to begin.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestMetrics:
    """Middleware: measures every request, by the route that answered and not by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Measure one."""
        began = perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        # What a client calls its method must not become a series of its own.
        method = request.method if request.method in METHODS else "other"
        LATENCY.labels(method, route, str(response.status_code)).observe(perf_counter() - began)
        return response


def forget() -> None:
    """Begin to count anew; before any process that counts is there."""
    for file in FOLDER.glob("*.db") if FOLDER else ():
        file.unlink(missing_ok=True)


def exposition(gauges: Iterable[GaugeMetricFamily]) -> bytes:
    """Everything in Prometheus' text format: what all processes have counted, and `gauges` as they are now."""

    class Now(Collector):
        def collect(self) -> Iterable[GaugeMetricFamily]:
            return gauges

    registry = CollectorRegistry()
    if FOLDER:
        MultiProcessCollector(registry)
    else:
        registry.register(LATENCY)
    registry.register(Now())
    return generate_latest(registry)
