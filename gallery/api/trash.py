"""The bin: what lies in it, and the way out of it; for good nothing is deleted over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.api.paging import BEFORE, SERVER_MOMENT, PageQuery, answer_page_by
from gallery.models import Photo
from gallery.photos.trash import restore_photos
from gallery.serializers import Page, PhotoSerializer


class BinQuery(PageQuery):
    """Which part of the bin."""

    cursor = serializers.RegexField(f"^{SERVER_MOMENT}$", required=False, help_text=BEFORE)


class BinnedPhoto(PhotoSerializer):
    """A photo in the bin; of its pictures the thumbnail alone is to be had."""

    trashed_at = serializers.DateTimeField(read_only=True, help_text="30 days later it is deleted for good.")

    class Meta(PhotoSerializer.Meta):
        fields = (*PhotoSerializer.Meta.fields, "trashed_at")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class BinPage(Page):
    """Some of the photos in the bin, and where to go on."""

    results = BinnedPhoto(many=True)


class Bin(ApiView):
    """The bin."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_bin", parameters=[BinQuery], responses=BinPage, tags=["bin"])
    def get(self, request: ApiRequest) -> Response:
        """List the photos in the bin, what was put there last first."""
        binned = Photo.objects.trashed_by(request.user)
        return Response(answer_page_by("trashed_at", binned, BinQuery.read(request.query_params), BinnedPhoto))


class Restore(ApiView):
    """Out of the bin."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="restore_photo", request=None, responses=PhotoSerializer, tags=["bin"])
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Take a photo out of the bin; one that is not in it stays where it is."""
        restore_photos(Photo.objects.filter(pk=photo_id), user=request.user)
        # Looked for only now: it may have been deleted for good meanwhile.
        return Response(PhotoSerializer(Photo.objects.get_visible_or_404(photo_id, user=request.user)).data)
