"""The trash: list and restore photos. The API deletes nothing for good."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.api.paging import CURSOR_HELP, SERVER_MOMENT, PageQuery, answer_page_by_time
from gallery.models import Photo
from gallery.photos.trash import restore_photos
from gallery.serializers import Page, PhotoSerializer


class TrashQuery(PageQuery):
    """Query parameters for the list of the trash."""

    cursor = serializers.RegexField(f"^{SERVER_MOMENT}$", required=False, help_text=CURSOR_HELP)


class TrashedPhoto(PhotoSerializer):
    """A photo in the trash; only its thumbnail can be downloaded."""

    trashed_at = serializers.DateTimeField(read_only=True, help_text="The photo is deleted for good 30 days later.")

    class Meta(PhotoSerializer.Meta):
        fields = (*PhotoSerializer.Meta.fields, "trashed_at")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class TrashPage(Page):
    """Page of photos in the trash."""

    results = TrashedPhoto(many=True)


class TrashView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_trash", parameters=[TrashQuery], responses=TrashPage, tags=["trash"])
    def get(self, request: ApiRequest) -> Response:
        """List the photos in the trash, last deleted first."""
        trashed = Photo.objects.trashed_by(request.user).select_related("place")
        return Response(answer_page_by_time("trashed_at", trashed, TrashQuery.read(request.query_params), TrashedPhoto))


class RestoreView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="restore_photo", request=None, responses=PhotoSerializer, tags=["trash"])
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Restore a photo from the trash; a photo outside the trash stays as it is."""
        restore_photos(Photo.objects.filter(pk=photo_id), user=request.user)
        # Read afterwards, because the photo may have been deleted for good in the meantime.
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)
