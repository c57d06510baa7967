"""The bin: what lies in it, and the way out of it; for good nothing is deleted over the API."""

from datetime import UTC, datetime, timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.api.paging import PageQuery
from gallery.api.photos import own_photo
from gallery.bin import restore_photos
from gallery.models import Photo, PhotoQuerySet
from gallery.serializers import PhotoSerializer
from gallery.tokens import Scope

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class BinQuery(PageQuery):
    """Which part of the bin."""

    # When the photo that was shown last was put there, in microseconds, and its number.
    cursor = serializers.RegexField(
        r"^[0-9]{1,16}\.[0-9]{1,18}$", required=False, help_text="`next_cursor` of the page before."
    )

    def narrow(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        """Those that come after the cursor of a valid query."""
        if "cursor" not in self.validated_data:
            return photos
        moment, _dot, number = self.validated_data["cursor"].partition(".")
        trashed_at = EPOCH + int(moment) * MICROSECOND
        return photos.filter(trashed_at__lte=trashed_at).exclude(trashed_at=trashed_at, pk__gte=int(number))


class BinnedPhoto(PhotoSerializer):
    """A photo in the bin; of its pictures the thumbnail alone is to be had."""

    trashed_at = serializers.DateTimeField(read_only=True, help_text="30 days later it is deleted for good.")

    class Meta(PhotoSerializer.Meta):
        fields = (*PhotoSerializer.Meta.fields, "trashed_at")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class BinPage(serializers.Serializer):
    """Some of the photos in the bin, and where to go on."""

    results = BinnedPhoto(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="For the parameter `cursor`; null: that was all.")


class Bin(ApiView):
    """The bin."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_bin", parameters=[BinQuery], responses=BinPage, tags=["bin"])
    def get(self, request: ApiRequest) -> Response:
        """List the photos in the bin, what was put there last first."""
        query = BinQuery.read(request.query_params)
        found = query.narrow(Photo.objects.binned_by(request.user)).order_by("-trashed_at", "-pk")
        size = query.validated_data["page_size"]
        photos = list(found[: size + 1])
        cursor = _cursor(photos[size - 1]) if len(photos) > size else None
        return Response({"results": BinnedPhoto(photos[:size], many=True).data, "next_cursor": cursor})


class Restore(ApiView):
    """Out of the bin."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="restore_photo", request=None, responses=PhotoSerializer, tags=["bin"])
    def post(self, request: ApiRequest, photo_id: int) -> Response:
        """Take a photo out of the bin; one that is not in it stays where it is."""
        restore_photos(Photo.objects.filter(pk=photo_id), user=request.user)
        # Looked for only now: it may have been deleted for good meanwhile.
        return Response(PhotoSerializer(own_photo(request, photo_id)).data)


def _cursor(photo: Photo) -> str:
    trashed_at = photo.trashed_at or EPOCH
    return f"{(trashed_at - EPOCH) // MICROSECOND}.{photo.pk}"
