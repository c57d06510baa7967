"""Whether the site lives, and whether it is ready: for supervisors, load balancers and clients."""

from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError
from drf_spectacular.utils import OpenApiResponse, extend_schema
from redis import RedisError
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem, problem_response
from gallery.processing.tasks import broker_version
from photosearch.caching import remember
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.keywords.index import KeywordSearchUnavailable, connected

# Anybody may ask as often as they like, and a neighbour in trouble answers slowly.
NEIGHBOURS_SECONDS = 5


class Live(serializers.Serializer):
    """It lives."""

    status = serializers.ChoiceField(["ok"])


class Ready(serializers.Serializer):
    """It is ready; without the neighbours it does less, and says so where it matters."""

    status = serializers.ChoiceField(["ok"])
    queue = serializers.BooleanField(help_text="Valkey answers.")
    keyword_index = serializers.BooleanField(allow_null=True, help_text="Elasticsearch answers; null: there is none.")
    encoders = serializers.BooleanField(help_text="The encoder process answers.")


class HealthLive(ApiView):
    """Asked often, by anybody."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    throttle_classes: list[type] = []

    @extend_schema(operation_id="is_live", responses=Live, tags=["health"], auth=[])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """This process answers; nothing else is asked."""
        return Response({"status": "ok"})


class HealthReady(HealthLive):
    """Whether requests may be sent here."""

    @extend_schema(
        operation_id="is_ready",
        responses={200: Ready, (503, CONTENT_TYPE): OpenApiResponse(Problem, description="The database is down.")},
        tags=["health"],
        auth=[],
    )
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """The database answers, without which nothing works; and which of its neighbours do."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except OperationalError:
            return problem_response(503, "The database does not answer.")
        neighbours = remember("neighbours", _neighbours, seconds=NEIGHBOURS_SECONDS, read=_read)
        return Response({"status": "ok", **neighbours})


def _neighbours() -> dict[str, bool | None]:
    return {"queue": _queue(), "keyword_index": _index(), "encoders": _encoders()}


def _read(stored: dict[str, bool | None]) -> dict[str, bool | None]:
    return {
        name: None if stored[name] is None else bool(stored[name]) for name in ("queue", "keyword_index", "encoders")
    }


def _queue() -> bool:
    try:
        broker_version()
    except RedisError:
        return False
    return True


def _index() -> bool | None:
    if not settings.ELASTICSEARCH_URL:
        return None
    try:
        with connected() as client:
            client.info()
    except KeywordSearchUnavailable:
        return False
    return True


def _encoders() -> bool:
    try:
        describe_encoders()
    except EncoderUnavailable:
        return False
    return True
