"""The photos in an album: list them in its order, add, remove and move them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import MISSING, ApiView
from gallery.access.tokens import Scope
from gallery.albums.contents import add_photos, move_photos, remove_photos
from gallery.api.paging import CURSOR_HELP, MOMENT, PageQuery, answer_page_by_time
from gallery.api.selection import PhotoSelection
from gallery.models import Album, AlbumPhoto, Photo
from gallery.serializers import PhotoIdField, PhotoPage, PhotoSerializer

# Cursors of the order by hand hold positions in millionths, and those are whole or halves.
PARTS = 1_000_000


class AlbumPhotoQuery(PageQuery):
    """Query parameters for the photos in an album."""

    cursor = serializers.RegexField(f"^{MOMENT}$", required=False, help_text=CURSOR_HELP)


class PhotoMoves(PhotoSelection):
    """Photos in their new order, and the photo that they are moved before."""

    before = PhotoIdField(required=False, allow_null=True, help_text="Id of a photo in the album; null: to the end.")


class PhotoVerdict(serializers.Serializer):
    """The verdict on one photo."""

    id = serializers.IntegerField()
    result = serializers.ChoiceField(
        ["added", "removed", "moved", "unchanged", "unknown"],
        help_text="`unchanged`: it was in the album already, or is not in it; `unknown`: you have no such photo.",
    )


class PhotoVerdicts(serializers.Serializer):
    """Verdicts in the order of the request, and the number of changed photos."""

    count = serializers.IntegerField()
    results = PhotoVerdict(many=True)


class AlbumPhotosView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ, "POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="list_album_photos", parameters=[AlbumPhotoQuery], responses=PhotoPage, tags=["albums"])
    def get(self, request: ApiRequest, album_id: int) -> Response:
        """List the photos of an album in its order; `photos/?album=` lists them with filters."""
        album: Album = Album.objects.get_visible_or_404(album_id, user=request.user)
        query = AlbumPhotoQuery.read(request.query_params)
        if album.order == Album.Order.BY_HAND:
            return Response(_page_by_hand(request, album, query))
        photos = Photo.objects.visible_to(request.user).select_related("place")
        members = photos.filter(memberships__album=album, memberships__is_member=True)
        is_newest = album.order == Album.Order.NEWEST
        return Response(answer_page_by_time("dated_at", members, query, PhotoSerializer, latest_first=is_newest))

    @extend_schema(
        operation_id="add_to_album",
        request=PhotoSelection,
        responses={200: PhotoVerdicts, **MISSING},
        examples=[OpenApiExample("Two photos", {"photos": [17, 18]}, request_only=True)],
        tags=["albums"],
    )
    def post(self, request: ApiRequest, album_id: int) -> Response:
        """Add photos to an album, behind the others."""
        Album.objects.get_visible_or_404(album_id, user=request.user)
        wanted = PhotoSelection.read(request.data)
        added = add_photos(album_id, wanted.queryset(), user=request.user)
        return Response(_verdicts(request, wanted, changed=added, result="added"))


class RemoveAlbumPhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="remove_from_album",
        request=PhotoSelection,
        responses={200: PhotoVerdicts, **MISSING},
        tags=["albums"],
    )
    def post(self, request: ApiRequest, album_id: int) -> Response:
        """Take photos out of an album; they stay in the gallery. Imports do not add them again."""
        Album.objects.get_visible_or_404(album_id, user=request.user)
        wanted = PhotoSelection.read(request.data)
        removed = remove_photos(album_id, wanted.queryset(), user=request.user)
        return Response(_verdicts(request, wanted, changed=removed, result="removed"))


class MoveAlbumPhotosView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="move_in_album",
        request=PhotoMoves,
        responses={200: PhotoVerdicts, **MISSING},
        examples=[OpenApiExample("To the front", {"photos": [18, 17], "before": 5}, request_only=True)],
        tags=["albums"],
    )
    def post(self, request: ApiRequest, album_id: int) -> Response:
        """Move photos before another one in the order by hand, or to the end; `order` of the album stays as it is."""
        Album.objects.get_visible_or_404(album_id, user=request.user)
        wanted = PhotoMoves.read(request.data)
        before = wanted.validated_data.get("before")
        moved = move_photos(album_id, wanted.validated_data["photos"], user=request.user, before=before)
        if moved is None:
            raise serializers.ValidationError({"before": _("This photo is not in the album.")})
        return Response(_verdicts(request, wanted, changed=moved, result="moved"))


def _verdicts(request: ApiRequest, wanted: PhotoSelection, *, changed: set[int], result: str) -> dict[str, Any]:
    """Return the verdict on each photo; ids of other users' photos are as unknown as those of none."""
    known = set(
        Photo.objects.visible_to(request.user)
        .filter(pk__in=wanted.validated_data["photos"])
        .values_list("pk", flat=True)
    )
    results = [
        {"id": pk, "result": result if pk in changed else "unchanged" if pk in known else "unknown"}
        for pk in dict.fromkeys(wanted.validated_data["photos"])
    ]
    return {"count": len(changed), "results": results}


def _page_by_hand(request: ApiRequest, album: Album, query: AlbumPhotoQuery) -> dict[str, Any]:
    """Return a page of the order by hand; the cursor names the place of the last photo."""
    visible = Photo.objects.visible_to(request.user).values("pk")
    rows = album.memberships.filter(is_member=True, photo__in=visible).select_related("photo__place")
    if "cursor" in query.validated_data:
        place, pk = map(int, query.validated_data["cursor"].split("."))
        position = place / PARTS
        rows = rows.filter(Q(position__gt=position) | Q(position=position, pk__gt=pk))
    size = query.validated_data["page_size"]
    found: list[AlbumPhoto] = list(rows.order_by("position", "pk")[: size + 1])
    shown, last = found[:size], found[size - 1] if len(found) > size else None
    return {
        "results": PhotoSerializer([row.photo for row in shown], many=True).data,
        "next_cursor": f"{round(last.position * PARTS)}.{last.pk}" if last else None,
    }
