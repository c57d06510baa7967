"""Photos: list, read, change, delete; how far their processing has come, and another try."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import QueryBoolean, StrictSerializer, StrictString
from gallery.access.permissions import may_administrate
from gallery.access.problems import ApiView, check_precondition
from gallery.access.tokens import Scope
from gallery.api.changes import AS_OF, complete_until
from gallery.api.paging import BEFORE, MOMENT, NUMBER, PageQuery, answer_page, answer_page_by
from gallery.models import Photo, PhotoSource, Step
from gallery.photos.editing import date_photo, edit_photos
from gallery.photos.trash import move_to_trash
from gallery.processing.progress import retry, states_for
from gallery.serializers import PhotoChanges, PhotoPage, PhotoSerializer, SourceSerializer, StateField
from search.serializers import FilterQuery

SHA256, SHA1, MD5 = 64, 40, 32  # hexadecimal digits


class PhotoQuery(PageQuery, FilterQuery):
    """Which photos, and how many of them."""

    cursor = serializers.RegexField(f"^(?:{NUMBER}|{MOMENT})$", required=False, help_text=BEFORE)
    order = serializers.ChoiceField(
        ["newest", "oldest"],
        required=False,
        help_text="By when they were taken, or else uploaded, as in the timeline; without it, the latest upload first.",
    )
    is_dated = QueryBoolean(required=False, help_text="Whether it is known when they were taken.")
    updated_since = serializers.DateTimeField(
        required=False,
        help_text="Only photos changed since this time; `photos/removed/` lists the removed ones.",
    )
    album = StrictString(required=False, max_length=255, trim_whitespace=False, help_text="Name of an imported album.")
    checksum = serializers.RegexField(
        rf"^(?:[0-9a-fA-F]{{{SHA256}}}|[0-9a-fA-F]{{{SHA1}}}|[0-9a-fA-F]{{{MD5}}})$",
        required=False,
        help_text="SHA-256, SHA-1 or MD5 of the file, in hexadecimal.",
    )

    def conditions(self) -> Q:
        """A valid query as a condition on Photo."""
        data = self.validated_data
        found = self.filters().photo_conditions()
        if "checksum" in data:
            found &= by_checksum(data["checksum"])
        if "is_dated" in data:
            found &= Q(taken_at__isnull=not data["is_dated"])
        if "updated_since" in data:
            found &= Q(changed_at__gte=data["updated_since"])
        if "album" in data:
            found &= Q(Exists(PhotoSource.objects.filter(photo=OuterRef("pk"), albums__contains=[data["album"]])))
        return found


class StateSerializer(serializers.Serializer):
    """One step of a photo's processing."""

    step = serializers.ChoiceField(Step.choices)
    version = serializers.CharField(
        help_text="Version of the step's output, such as an encoder's model; empty if the step is unavailable."
    )
    title = serializers.CharField()
    state = StateField()
    reason = serializers.CharField(help_text="Why it failed or what it waits for; may be empty.")


class RetrySerializer(StrictSerializer):
    """Which step."""

    step = serializers.ChoiceField(Step.choices)


class ChangedPage(PhotoPage):
    """Page of photos, with the time up to which it is complete."""

    as_of = serializers.DateTimeField(allow_null=True, help_text=AS_OF)


class Photos(ApiView):
    """All of a person's photos."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_photos", parameters=[PhotoQuery], responses=ChangedPage, tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """List photos. Pages are cut by cursor, and nothing is counted."""
        query = PhotoQuery.read(request.query_params)
        # Taken before reading: later changes belong to the next request.
        as_of = complete_until() if "updated_since" in query.validated_data else None
        return Response(self._page(request, query) | {"as_of": as_of})

    def _page(self, request: ApiRequest, query: PhotoQuery) -> dict[str, Any]:
        found = Photo.objects.visible_to(request.user).filter(query.conditions())
        if order := query.validated_data.get("order"):
            return answer_page_by("dated_at", found, query, PhotoSerializer, latest_first=order == "newest")
        return answer_page(found, query, PhotoSerializer)


class OnePhoto(ApiView):
    """One photo."""

    scopes = {"GET": Scope.PHOTO_READ, "PATCH": Scope.PHOTO_WRITE, "DELETE": Scope.PHOTO_WRITE}
    is_conditional = True

    @extend_schema(operation_id="read_photo", responses=PhotoSerializer, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """Everything that is known of a photo."""
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)

    @extend_schema(operation_id="change_photo", request=PhotoChanges, responses=PhotoSerializer, tags=["photos"])
    def patch(self, request: ApiRequest, photo_id: int) -> Response:
        """Change importance, description or date; what is left out stays as it is."""
        Photo.objects.get_visible_or_404(photo_id, user=request.user)
        data = PhotoChanges.read(request.data).validated_data
        said = {name: data[name] for name in ("description", "importance") if name in data}
        with transaction.atomic():
            photo = _unchanged_photo(request, photo_id)
            if said:
                edit_photos(Photo.objects.filter(pk=photo_id), user=request.user, **said)
            if "taken_at" in data:
                date_photo(photo, user=request.user, taken_at=data["taken_at"])
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)

    @extend_schema(operation_id="delete_photo", request=None, responses={204: None}, tags=["photos"])
    def delete(self, request: ApiRequest, photo_id: int) -> Response:
        """Put a photo into the bin, from where its owner can bring it back for 30 days."""
        with transaction.atomic():
            photo = _unchanged_photo(request, photo_id)
            move_to_trash(Photo.objects.filter(pk=photo.pk), user=request.user)
        return Response(status=204)


class Processing(ApiView):
    """How far a photo's processing has come."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="read_processing", responses=StateSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """The state of each step, with the reason where one failed.

        To wait for a new photo, ask until no step is `waiting` without a reason: one that waits and gives a reason
        waits for something that is not there at the moment.
        """
        return Response(
            StateSerializer(
                states_for(
                    Photo.objects.get_visible_or_404(photo_id, user=request.user),
                    is_administrator=may_administrate(request),
                ),
                many=True,
            ).data
        )


class Sources(ApiView):
    """Where a photo came from."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_sources", responses=SourceSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """Each place that the photo came from, the first first, with what was known of it there."""
        sources = (
            Photo.objects.get_visible_or_404(photo_id, user=request.user).sources.select_related("job").order_by("pk")
        )
        return Response(SourceSerializer(sources, many=True, context={"request": request}).data)


class Retry(ApiView):
    """Another try."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="retry_step", request=RetrySerializer, responses={202: StateSerializer(many=True)}, tags=["photos"]
    )
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Do a step again that had failed; it is done in the background."""
        photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
        wanted = RetrySerializer.read(request.data)
        retry(photo, Step(wanted.validated_data["step"]), user=request.user)
        return Response(
            StateSerializer(
                states_for(
                    Photo.objects.get_visible_or_404(photo_id, user=request.user),
                    is_administrator=may_administrate(request),
                ),
                many=True,
            ).data,
            status=202,
        )


def _unchanged_photo(request: ApiRequest, photo_id: int) -> Photo:
    """Return the photo, locked, if it matches `If-Match`; else PreconditionFailed."""
    photos = Photo.objects.visible_to(request.user).select_for_update(no_key=True)
    photo: Photo = get_object_or_404(photos, pk=photo_id)
    check_precondition(request, PhotoSerializer(photo).data)
    return photo


def by_checksum(checksum: str) -> Q:
    """Photos with this digest; which of the three it is, its length tells."""
    field = {SHA256: "sha256", SHA1: "sha1", MD5: "md5"}[len(checksum)]
    return Q(**{field: checksum.lower()})
