"""Photos: list, read, change, delete; how far their processing has come, and another try."""

from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import Input
from gallery.access.problems import ApiView
from gallery.api.paging import PageQuery, answer_page
from gallery.bin import bin_photos
from gallery.editing import date_photo, edit_photo
from gallery.images import EXTENSIONS
from gallery.models import MAX_IMPORTANCE, Photo, Step
from gallery.progress import retry, states
from gallery.serializers import LocalTimeField, PhotoChanges, PhotoPage, PhotoSerializer
from gallery.tokens import Scope

MAX_PIXELS = 1_000_000
SHA256, SHA1, MD5 = 64, 40, 32  # hexadecimal digits


class PhotoQuery(PageQuery):
    """Which photos, and how many of them."""

    checksum = serializers.RegexField(
        rf"^(?:[0-9a-fA-F]{{{SHA256}}}|[0-9a-fA-F]{{{SHA1}}}|[0-9a-fA-F]{{{MD5}}})$",
        required=False,
        help_text="SHA-256, SHA-1 or MD5 of the file, in hexadecimal.",
    )
    extension = serializers.ChoiceField(sorted(set(EXTENSIONS.values())), required=False)
    min_width = serializers.IntegerField(required=False, min_value=1, max_value=MAX_PIXELS)
    max_width = serializers.IntegerField(required=False, min_value=1, max_value=MAX_PIXELS)
    min_height = serializers.IntegerField(required=False, min_value=1, max_value=MAX_PIXELS)
    max_height = serializers.IntegerField(required=False, min_value=1, max_value=MAX_PIXELS)
    min_importance = serializers.IntegerField(required=False, min_value=0, max_value=MAX_IMPORTANCE)
    max_importance = serializers.IntegerField(required=False, min_value=0, max_value=MAX_IMPORTANCE)
    taken_from = LocalTimeField(required=False, help_text="This moment or later.")
    taken_before = LocalTimeField(required=False, help_text="Earlier than this moment.")
    filename = serializers.CharField(
        required=False, max_length=255, trim_whitespace=False, help_text="A part of the name."
    )
    kind = serializers.ChoiceField(Photo.Kind.choices, required=False)

    def conditions(self) -> Q:
        """The filters of a valid query as a condition on Photo."""
        lookups = {
            "extension": "extension",
            **{f"min_{name}": f"{name}__gte" for name in ("width", "height", "importance")},
            **{f"max_{name}": f"{name}__lte" for name in ("width", "height", "importance")},
            "taken_from": "taken_at__gte",
            "taken_before": "taken_at__lt",
            "filename": "filename__icontains",
            "kind": "kind",
        }
        data = self.validated_data
        found = Q(**{lookup: data[name] for name, lookup in lookups.items() if name in data})
        return found & by_checksum(data["checksum"]) if "checksum" in data else found


class StateSerializer(serializers.Serializer):
    """One step of a photo's processing."""

    step = serializers.ChoiceField(Step.choices)
    title = serializers.CharField()
    state = serializers.ChoiceField(["done", "waiting", "failed"])
    reason = serializers.CharField(help_text="Why it failed or what it waits for; may be empty.")


class RetrySerializer(Input):
    """Which step."""

    step = serializers.ChoiceField(Step.choices)


class Photos(ApiView):
    """All of a person's photos."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_photos", parameters=[PhotoQuery], responses=PhotoPage, tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """List photos, the latest upload first. Pages are cut by cursor, and nothing is counted."""
        query = PhotoQuery.read(request.query_params)
        found = Photo.objects.visible_to(request.user).filter(query.conditions())
        return Response(answer_page(found, query, PhotoSerializer))


class OnePhoto(ApiView):
    """One photo."""

    scopes = {"GET": Scope.PHOTO_READ, "PATCH": Scope.PHOTO_WRITE, "DELETE": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="read_photo", responses=PhotoSerializer, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """Everything that is known of a photo."""
        return Response(PhotoSerializer(own_photo(request, photo_id)).data)

    @extend_schema(operation_id="change_photo", request=PhotoChanges, responses=PhotoSerializer, tags=["photos"])
    def patch(self, request: ApiRequest, photo_id: int) -> Response:
        """Change importance, description or date; what is left out stays as it is."""
        photo = own_photo(request, photo_id)
        data = PhotoChanges.read(request.data).validated_data
        with transaction.atomic():
            if "description" in data or "importance" in data:
                said = {"description": photo.description, "importance": photo.importance}
                edit_photo(photo, user=request.user, **{name: data.get(name, said[name]) for name in said})
            if "taken_at" in data:
                date_photo(photo, user=request.user, taken_at=data["taken_at"])
        return Response(PhotoSerializer(own_photo(request, photo_id)).data)

    @extend_schema(operation_id="delete_photo", request=None, responses={204: None}, tags=["photos"])
    def delete(self, request: ApiRequest, photo_id: int) -> Response:
        """Put a photo into the bin, from where its owner can bring it back for 30 days."""
        photo = own_photo(request, photo_id)
        bin_photos(Photo.objects.filter(pk=photo.pk), user=request.user)
        return Response(status=204)


class Processing(ApiView):
    """How far a photo's processing has come."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="read_processing", responses=StateSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """The state of each step, with the reason where one failed."""
        return Response(StateSerializer(states(own_photo(request, photo_id)), many=True).data)


class Retry(ApiView):
    """Another try."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="retry_step", request=RetrySerializer, responses={202: StateSerializer(many=True)}, tags=["photos"]
    )
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Do a step again that had failed; it is done in the background."""
        photo = own_photo(request, photo_id)
        wanted = RetrySerializer.read(request.data)
        retry(photo, Step(wanted.validated_data["step"]), user=request.user)
        return Response(StateSerializer(states(own_photo(request, photo_id)), many=True).data, status=202)


def own_photo(request: ApiRequest, photo_id: int) -> Photo:
    """A photo of the one who asks, or 404."""
    return get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)


def by_checksum(checksum: str) -> Q:
    """Photos with this digest; which of the three it is, its length tells."""
    field = {SHA256: "sha256", SHA1: "sha1", MD5: "md5"}[len(checksum)]
    return Q(**{field: checksum.lower()})
