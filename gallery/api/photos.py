"""Photos: list, read, change and delete them, and show and retry their processing steps."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import QueryBoolean, StrictSerializer
from gallery.access.permissions import may_administrate
from gallery.access.problems import CONFLICT, MISSING, ApiView, Conflict, check_precondition
from gallery.access.tokens import Scope
from gallery.api.changes import AS_OF, complete_until
from gallery.api.edits import PhotoChanges
from gallery.api.paging import CURSOR_HELP, MOMENT, NUMBER, PageQuery, answer_page, answer_page_by_time
from gallery.models import Photo, Step
from gallery.photos.statements import apply_statement
from gallery.photos.trash import move_to_trash
from gallery.processing.progress import retry, states_for
from gallery.serializers import PhotoPage, PhotoSerializer, SourceSerializer, StateField
from search.serializers import FilterQuery

SHA256, SHA1, MD5 = 64, 40, 32  # hexadecimal digits


class PhotoQuery(PageQuery, FilterQuery):
    """Query parameters for the list of photos."""

    cursor = serializers.RegexField(f"^(?:{NUMBER}|{MOMENT})$", required=False, help_text=CURSOR_HELP)
    order = serializers.ChoiceField(
        ["newest", "oldest"],
        required=False,
        help_text="Order by date taken, or else uploaded, as in the timeline; by default, latest upload first.",
    )
    is_dated = QueryBoolean(required=False, help_text="Only photos with (true) or without (false) a date taken.")
    updated_since = serializers.DateTimeField(
        required=False,
        help_text="Only photos changed since this time; `photos/removed/` lists the removed ones.",
    )
    checksum = serializers.RegexField(
        rf"^(?:[0-9a-fA-F]{{{SHA256}}}|[0-9a-fA-F]{{{SHA1}}}|[0-9a-fA-F]{{{MD5}}})$",
        required=False,
        help_text="SHA-256, SHA-1 or MD5 of the file, in hexadecimal.",
    )

    def conditions(self, *, user: AbstractBaseUser | AnonymousUser) -> Q:
        """Return the filters of a valid query as a condition on Photo. Raises Http404 if `user` has no such album."""
        data = self.validated_data
        found = self.filters(user=user).photo_conditions()
        if "checksum" in data:
            found &= by_checksum(data["checksum"])
        if "is_dated" in data:
            found &= Q(taken_at__isnull=not data["is_dated"])
        if "updated_since" in data:
            found &= Q(changed_at__gte=data["updated_since"])
        return found


class StateSerializer(serializers.Serializer):
    """State of one processing step of a photo."""

    step = serializers.ChoiceField(Step.choices)
    version = serializers.CharField(
        help_text="Version of the step's output, such as an encoder's model; empty if the step is unavailable."
    )
    title = serializers.CharField()
    state = StateField()
    reason = serializers.CharField(help_text="Why the step failed or what it waits for; may be empty.")


class RetrySerializer(StrictSerializer):
    """The processing step to retry."""

    step = serializers.ChoiceField(Step.choices)


class ChangedPage(PhotoPage):
    """Page of photos, with the time up to which it is complete."""

    as_of = serializers.DateTimeField(allow_null=True, help_text=AS_OF)


class PhotoListView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="list_photos", parameters=[PhotoQuery], responses={200: ChangedPage, **MISSING}, tags=["photos"]
    )
    def get(self, request: ApiRequest) -> Response:
        """List the user's photos, with optional filters. The list has no total count."""
        query = PhotoQuery.read(request.query_params)
        # Determined before reading, so that later changes belong to the next request.
        as_of = complete_until() if "updated_since" in query.validated_data else None
        return Response(self._page(request, query) | {"as_of": as_of})

    def _page(self, request: ApiRequest, query: PhotoQuery) -> dict[str, Any]:
        found = (
            Photo.objects.visible_to(request.user).select_related("place").filter(query.conditions(user=request.user))
        )
        if order := query.validated_data.get("order"):
            return answer_page_by_time("dated_at", found, query, PhotoSerializer, latest_first=order == "newest")
        return answer_page(found, query, PhotoSerializer)


class PhotoDetailView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ, "PATCH": Scope.PHOTO_WRITE, "DELETE": Scope.PHOTO_WRITE}
    is_conditional = True

    @extend_schema(operation_id="read_photo", responses=PhotoSerializer, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """Return a photo with its data and addresses."""
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)

    @extend_schema(
        operation_id="change_photo",
        request=PhotoChanges,
        responses={200: PhotoSerializer, **CONFLICT},
        tags=["photos"],
    )
    def patch(self, request: ApiRequest, photo_id: int) -> Response:
        """Change importance, description, date or place; omitted fields keep their values."""
        Photo.objects.get_visible_or_404(photo_id, user=request.user)
        statement = PhotoChanges.read(request.data).statement()
        with transaction.atomic():
            _unchanged_photo(request, photo_id)
            if statement:
                outcome = apply_statement(Photo.objects.filter(pk=photo_id), user=request.user, statement=statement)
                if outcome.left_out:
                    raise Conflict(_("The photo has no date, or its date would leave the years 1000 to 2999."))
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)

    @extend_schema(operation_id="delete_photo", request=None, responses={204: None}, tags=["photos"])
    def delete(self, request: ApiRequest, photo_id: int) -> Response:
        """Move a photo to the trash, where it can be restored for 30 days."""
        with transaction.atomic():
            photo = _unchanged_photo(request, photo_id)
            move_to_trash(Photo.objects.filter(pk=photo.pk), user=request.user)
        return Response(status=204)


class ProcessingView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="read_processing", responses=StateSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """List the photo's processing steps with their states.

        To wait for a new photo, poll until no step is `waiting` without a reason: a waiting step with a reason needs
        something that is currently unavailable.
        """
        return Response(_states(request, photo_id))


class SourceListView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_sources", responses=SourceSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """List the photo's sources, oldest first, with the details that each source had about it."""
        photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
        sources = photo.sources.select_related("job").order_by("pk")
        return Response(SourceSerializer(sources, many=True, context={"request": request}).data)


class RetryView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="retry_step", request=RetrySerializer, responses={202: StateSerializer(many=True)}, tags=["photos"]
    )
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Retry a failed step in the background."""
        photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
        wanted = RetrySerializer.read(request.data)
        retry(photo, Step(wanted.validated_data["step"]), user=request.user)
        return Response(_states(request, photo_id), status=202)


def _states(request: ApiRequest, photo_id: int) -> Any:
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    states = states_for(photo, is_administrator=may_administrate(request))
    return StateSerializer(states, many=True).data


def _unchanged_photo(request: ApiRequest, photo_id: int) -> Photo:
    """Return the photo, locked. Raises PreconditionFailed if it does not match `If-Match`."""
    photos = Photo.objects.visible_to(request.user).select_for_update(no_key=True)
    photo: Photo = get_object_or_404(photos, pk=photo_id)
    check_precondition(request, PhotoSerializer(photo).data)
    return photo


def by_checksum(checksum: str) -> Q:
    """Return the condition for photos with this checksum, whose length identifies the algorithm."""
    field = {SHA256: "sha256", SHA1: "sha1", MD5: "md5"}[len(checksum)]
    return Q(**{field: checksum.lower()})
