"""Health checks for supervisors, load balancers and clients: is the process alive, and is it ready for requests?"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiResponse, extend_schema
from redis import RedisError
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem, problem_response
from gallery.processing.queues import broker_version
from photosearch.caching import remember
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.keywords.index import KeywordSearchUnavailable, connected

# The checks are open to everyone and not throttled, and a dependency in trouble answers slowly.
DEPENDENCIES_CACHE_SECONDS = 5
DEPENDENCIES = ("queue", "keyword_index", "encoders")


@login_not_required
@never_cache
def show_health(_request: HttpRequest) -> HttpResponse:
    """Answer 200 `ok` if the database answers, else 503. Without the other dependencies the site still works."""
    if not _database_answers():
        return HttpResponse("The database does not answer.", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


class Live(serializers.Serializer):
    """The answer of a running process."""

    status = serializers.ChoiceField(["ok"])


class Ready(serializers.Serializer):
    """The site is ready. While a dependency is down, some functions are missing."""

    status = serializers.ChoiceField(["ok"])
    queue = serializers.BooleanField(help_text="Valkey answers.")
    keyword_index = serializers.BooleanField(
        allow_null=True, help_text="Elasticsearch answers; null if it is not configured."
    )
    encoders = serializers.BooleanField(help_text="The encoder process answers.")


class HealthLive(ApiView):
    """The liveness check, without authentication or throttling."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    throttle_classes: list[type] = []

    @extend_schema(operation_id="is_live", responses=Live, tags=["health"], auth=[])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """Check that this process answers, without checking its dependencies."""
        return Response({"status": "ok"})


class HealthReady(HealthLive):
    """The readiness check, also open to everyone."""

    @extend_schema(
        operation_id="is_ready",
        responses={200: Ready, (503, CONTENT_TYPE): OpenApiResponse(Problem, description="The database is down.")},
        tags=["health"],
        auth=[],
    )
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """Check that the database answers, which every request needs, and list the state of other dependencies."""
        if not _database_answers():
            return problem_response(503, "The database does not answer.")
        dependencies = remember("dependencies", _check_dependencies, seconds=DEPENDENCIES_CACHE_SECONDS, read=_read)
        return Response({"status": "ok", **dependencies})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _check_dependencies() -> dict[str, bool | None]:
    return {"queue": _queue_answers(), "keyword_index": _index_answers(), "encoders": _encoders_answer()}


def _read(stored: dict[str, bool | None]) -> dict[str, bool | None]:
    return {name: None if stored[name] is None else bool(stored[name]) for name in DEPENDENCIES}


def _queue_answers() -> bool:
    try:
        broker_version()
    except RedisError:
        return False
    return True


def _index_answers() -> bool | None:
    if not settings.ELASTICSEARCH_URL:
        return None
    try:
        with connected() as client:
            client.info()
    except KeywordSearchUnavailable:
        return False
    return True


def _encoders_answer() -> bool:
    try:
        describe_encoders()
    except EncoderUnavailable:
        return False
    return True
