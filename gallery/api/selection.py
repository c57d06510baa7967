"""What is done with many photos at once: change them, into the bin and out of it, all of them in one zip file."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import MAX_NUMBER, JsonInteger, StrictSerializer, StrictString
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.api.files import BYTES, as_asked
from gallery.forms import MAX_SELECTED
from gallery.models import MAX_IMPORTANCE, Photo, PhotoQuerySet
from gallery.photos.download import stream_zip
from gallery.photos.editing import edit_photos
from gallery.photos.trash import move_to_trash, restore_photos


class Chosen(StrictSerializer):
    """Photos by their numbers; those that are not there, or not yours, are passed over."""

    photos = serializers.ListField(
        child=JsonInteger(min_value=1, max_value=MAX_NUMBER), min_length=1, max_length=MAX_SELECTED
    )

    def chosen(self) -> PhotoQuerySet:
        """The photos of a valid choice: anybody's, for the caller to narrow."""
        return Photo.objects.filter(pk__in=self.validated_data["photos"])


class ChosenChanges(Chosen):
    """… and what is said of all of them; what is left out stays as it is."""

    importance = JsonInteger(required=False, min_value=0, max_value=MAX_IMPORTANCE)
    description = StrictString(required=False, allow_blank=True, max_length=5000, trim_whitespace=False)


class Count(serializers.Serializer):
    """How far it went."""

    count = serializers.IntegerField(help_text="How many photos that was done with.")


class ChangeChosen(ApiView):
    """Say the same of many."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="change_photos",
        request=ChosenChanges,
        responses=Count,
        examples=[OpenApiExample("Important ones", {"photos": [17, 18], "importance": 4}, request_only=True)],
        tags=["photos"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Give many photos one importance, one description, or both."""
        wanted = ChosenChanges.read(request.data)
        changes = {name: value for name, value in wanted.validated_data.items() if name != "photos"}
        count = edit_photos(wanted.chosen(), user=request.user, **changes) if changes else 0
        return Response({"count": count})


class DeleteChosen(ApiView):
    """Into the bin."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="delete_photos", request=Chosen, responses=Count, tags=["photos"])
    def post(self, request: ApiRequest) -> Response:
        """Put many photos into the bin, from where their owner can bring them back for 30 days."""
        count, _moment = move_to_trash(Chosen.read(request.data).chosen(), user=request.user)
        return Response({"count": count})


class RestoreChosen(ApiView):
    """Out of the bin."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="restore_photos", request=Chosen, responses=Count, tags=["bin"])
    def post(self, request: ApiRequest) -> Response:
        """Take many photos out of the bin."""
        return Response({"count": restore_photos(Chosen.read(request.data).chosen(), user=request.user)})


class DownloadChosen(ApiView):
    """All in one."""

    scopes = {"POST": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="download_photos",
        request=Chosen,
        parameters=[response_header("Content-Disposition", "File name of the zip archive.", 200)],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (200, BYTES): OpenApiTypes.BINARY,
            (404, CONTENT_TYPE): OpenApiResponse(Problem, description="None of the photos is there, or yours."),
        },
        tags=["photos"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """The originals of many photos in a zip file, which is made while it is sent; 404 where none is yours."""
        chosen = Chosen.read(request.data).chosen()
        photos = list(chosen.visible_to(request.user).order_by("dated_at", "pk"))
        if not photos:
            raise NotFound(_("None of these photos is there, or yours."))
        response = StreamingHttpResponse(
            stream_zip(photos),
            content_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="photosearch.zip"'},
        )
        return as_asked(request, response)
