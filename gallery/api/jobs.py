"""State of the background processing for administrators: queues, backlogs and failures, without pictures."""

from drf_spectacular.utils import extend_schema
from redis import RedisError
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.models import Step
from gallery.processing.backlog import backlogs, failures
from gallery.processing.failures import count_failed_photos
from gallery.processing.queues import queue_lengths

SHOWN_FAILURES = 200


class BacklogSerializer(serializers.Serializer):
    """A processing step and the photos that still lack its output."""

    step = serializers.ChoiceField(Step.choices)
    title = serializers.CharField()
    version = serializers.CharField(help_text="Version of the step's output; empty if the step is unavailable.")
    missing = serializers.IntegerField(allow_null=True, help_text="Number of photos without this output.")
    running = serializers.IntegerField(help_text="Number of these photos that workers have begun.")
    failed = serializers.IntegerField(
        help_text="Photos that are tried again only on request, without broken files and dismissed failures."
    )
    seconds_left = serializers.IntegerField(
        allow_null=True, help_text="Estimate from the speed of the last minutes; null: unknown."
    )
    reason = serializers.CharField(help_text="Why the step is unavailable; empty if it runs.")


class JobsSerializer(serializers.Serializer):
    """Queue lengths and the backlog of each step."""

    queues = serializers.DictField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Waiting messages by queue; null: the broker is down.",
    )
    failed_photos = serializers.IntegerField(
        help_text="Photos with a failed step or a broken file, without dismissed ones."
    )
    steps = BacklogSerializer(many=True)


class FailureSerializer(serializers.Serializer):
    """A processing step that failed for a photo."""

    photo_id = serializers.IntegerField()
    owner = serializers.CharField(source="photo.owner.username")
    step = serializers.ChoiceField(Step.choices)
    version = serializers.CharField()
    attempts = serializers.IntegerField()
    is_final = serializers.BooleanField(help_text="True: not retried until a user requests it.")
    error = serializers.CharField(
        source="reason", help_text="Name of the error; empty if the worker died without reporting one."
    )
    failed_at = serializers.DateTimeField()


class JobsView(ApiView):
    scopes = {"GET": Scope.ADMIN}

    @extend_schema(operation_id="read_jobs", responses=JobsSerializer, tags=["administration"])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """Return the length of each queue and the backlog of each step."""
        try:
            queues: dict[str, int] | None = queue_lengths()
        except RedisError:
            queues = None
        return Response(
            JobsSerializer({"queues": queues, "failed_photos": count_failed_photos(), "steps": backlogs()}).data
        )


class FailureListView(ApiView):
    scopes = {"GET": Scope.ADMIN}

    @extend_schema(operation_id="list_failures", responses=FailureSerializer(many=True), tags=["administration"])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """List the latest failed steps, at most 200, without dismissed ones. Photos are identified by id only."""
        return Response(FailureSerializer(failures()[:SHOWN_FAILURES], many=True).data)
