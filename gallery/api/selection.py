"""Operations on many photos at once: change, delete, restore, and download as a zip file."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import JsonBoolean, StrictSerializer
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.api.edits import PhotoChanges
from gallery.api.files import BYTES, match_accepted_type
from gallery.forms import MAX_SELECTED
from gallery.models import Photo, PhotoQuerySet
from gallery.photos.download import stream_zip
from gallery.photos.statements import EditOutcome, apply_statement
from gallery.photos.trash import move_to_trash, restore_photos
from gallery.serializers import PhotoIdField


class PhotoSelection(StrictSerializer):
    """Selected photos; unknown ids and ids of other users' photos are ignored."""

    photos = serializers.ListField(child=PhotoIdField(), min_length=1, max_length=MAX_SELECTED, help_text="Photo ids.")

    def queryset(self) -> PhotoQuerySet:
        """Return the photos of a valid selection, of any owner: the caller must filter by user."""
        return Photo.objects.filter(pk__in=self.validated_data["photos"])


class SelectionChanges(PhotoSelection, PhotoChanges):
    """Selected photos and their new values; omitted fields keep their values."""


class Count(serializers.Serializer):
    """Number of photos that an operation changed."""

    count = serializers.IntegerField(help_text="Number of photos changed.")


class ChangedCount(Count):
    """Numbers of photos that a change concerned, and the code that undoes it."""

    left_out = serializers.IntegerField(
        help_text="Number of photos left out: those without a date to shift, or whose date would leave 1000–2999."
    )
    undo = serializers.CharField(allow_null=True, help_text="Value for `photos/undo/`; null: nothing was changed.")


class ChangePhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="change_photos",
        request=SelectionChanges,
        responses=ChangedCount,
        examples=[
            OpenApiExample("Important ones", {"photos": [17, 18], "importance": 4}, request_only=True),
            OpenApiExample(
                "Camera clock 1 year ahead", {"photos": [17, 18], "shift": {"years": -1}}, request_only=True
            ),
        ],
        tags=["photos"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Set or shift the dates, set the places, the importance or the description of many photos."""
        wanted = SelectionChanges.read(request.data)
        statement = wanted.statement()
        outcome = EditOutcome()
        if statement:
            outcome = apply_statement(wanted.queryset(), user=request.user, statement=statement)
        undo = str(outcome.edit.pk) if outcome.edit else None
        return Response({"count": outcome.count, "left_out": outcome.left_out, "undo": undo})


class DeletePhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="delete_photos", request=PhotoSelection, responses=Count, tags=["photos"])
    def post(self, request: ApiRequest) -> Response:
        """Move many photos to the trash, where they can be restored for 30 days."""
        count, _moment = move_to_trash(PhotoSelection.read(request.data).queryset(), user=request.user)
        return Response({"count": count})


class RestorePhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="restore_photos", request=PhotoSelection, responses=Count, tags=["trash"])
    def post(self, request: ApiRequest) -> Response:
        """Restore many photos from the trash."""
        return Response({"count": restore_photos(PhotoSelection.read(request.data).queryset(), user=request.user)})


class DownloadSelection(PhotoSelection):
    """Selected photos, with or without the files that belong to them."""

    companions = JsonBoolean(
        default=False, help_text="Add the files that belong to the photos: camera raws, and films of live photos."
    )


class DownloadPhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="download_photos",
        request=DownloadSelection,
        parameters=[response_header("Content-Disposition", "File name of the zip archive.", 200)],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (200, BYTES): OpenApiTypes.BINARY,
            (404, CONTENT_TYPE): OpenApiResponse(Problem, description="None of the photos exists and is yours."),
        },
        tags=["photos"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Download the originals of many photos as a zip file, created while it is sent; 404 if none is yours."""
        selection = DownloadSelection.read(request.data)
        photos = list(selection.queryset().visible_to(request.user).order_by("dated_at", "pk"))
        if not photos:
            raise NotFound(_("No such photos."))
        response = StreamingHttpResponse(
            stream_zip(photos, with_companions=selection.validated_data["companions"]),
            content_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="photosearch.zip"'},
        )
        return match_accepted_type(request, response)
