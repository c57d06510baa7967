"""What an administrator's program sees of the machinery: queues, backlogs and failures, and nobody's pictures."""

from drf_spectacular.utils import extend_schema
from redis import RedisError
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.models import Step
from gallery.processing.backlog import backlogs, failures
from gallery.processing.tasks import queue_lengths

SHOWN_FAILURES = 200


class BacklogSerializer(serializers.Serializer):
    """What is still to be done of a step."""

    step = serializers.ChoiceField(Step.choices)
    title = serializers.CharField()
    version = serializers.CharField(help_text="Of the step's output; empty where nothing can be done.")
    missing = serializers.IntegerField(allow_null=True, help_text="How many photos lack it.")
    reason = serializers.CharField(help_text="Why nothing is done about it; may be empty.")


class JobsSerializer(serializers.Serializer):
    """Queues and backlogs."""

    queues = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True, help_text="Waiting messages; null: the broker is down."
    )
    steps = BacklogSerializer(many=True)


class FailureSerializer(serializers.Serializer):
    """A step that failed."""

    photo_id = serializers.IntegerField()
    owner = serializers.CharField(source="photo.owner.username")
    step = serializers.ChoiceField(Step.choices)
    version = serializers.CharField()
    attempts = serializers.IntegerField()
    is_final = serializers.BooleanField(help_text="Nothing tries again until somebody asks.")
    error = serializers.CharField(
        source="reason", help_text="Name of the error; empty if the worker died without reporting one."
    )
    failed_at = serializers.DateTimeField()


class Jobs(ApiView):
    """The machinery."""

    scopes = {"GET": Scope.ADMIN}

    @extend_schema(operation_id="read_jobs", responses=JobsSerializer, tags=["administration"])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """What waits in each queue, and how many photos lack the output of each step."""
        try:
            queues: dict[str, int] | None = queue_lengths()
        except RedisError:
            queues = None
        return Response(JobsSerializer({"queues": queues, "steps": backlogs()}).data)


class FailureList(ApiView):
    """What failed."""

    scopes = {"GET": Scope.ADMIN}

    @extend_schema(operation_id="list_failures", responses=FailureSerializer(many=True), tags=["administration"])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """The latest steps that failed, at most 200; a photo is named by its number alone."""
        return Response(FailureSerializer(failures()[:SHOWN_FAILURES], many=True).data)
