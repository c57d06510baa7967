"""Albums: list, make, change and delete them, and their photos in order."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import NonBlankString, StrictSerializer, StrictString
from gallery.access.problems import CONFLICT, ApiView, Conflict, check_precondition
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.albums.listing import albums_of
from gallery.albums.making import (
    MAX_DESCRIPTION,
    MAX_NAME,
    CoverNotInAlbum,
    TooManyAlbums,
    change_album,
    make_album,
)
from gallery.api.paging import PageQuery, answer_page
from gallery.models import Album
from gallery.photos.archiving import delete_album
from gallery.serializers import Page, PhotoIdField

NAME = "Albums may have the same name."
ORDER = "Order of its photos: by date, or by hand."
COVER = "Id of a photo in it; null: the latest."


class AlbumLinks(serializers.Serializer):
    """Addresses of an album's resources, relative to this host."""

    self = serializers.CharField()
    photos = serializers.CharField(help_text="The photos in the order of the album.")
    page = serializers.CharField(help_text="Web page of the album.")


class AlbumSerializer(serializers.ModelSerializer):
    """An album with the number of its photos, without those in the trash."""

    photo_count = serializers.IntegerField(read_only=True)
    order = serializers.ChoiceField(Album.Order.choices, read_only=True, help_text=ORDER)
    cover = serializers.IntegerField(
        source="cover_photo", read_only=True, allow_null=True, help_text="Id of the photo shown for it; null: empty."
    )
    stated_name = serializers.CharField(
        read_only=True, help_text="Name by which imports fill it, also after it was renamed; empty if none does."
    )
    links = serializers.SerializerMethodField()

    class Meta:
        model = Album
        fields = (
            *("id", "name", "description", "order", "photo_count", "cover", "stated_name"),
            *("created_at", "changed_at", "links"),
        )
        read_only_fields = fields

    def get_links(self, album: Album) -> dict[str, str]:
        names = {"self": "api:album", "photos": "api:album-photos", "page": "gallery:album"}
        return {link: reverse(name, args=[album.pk]) for link, name in names.items()}


class AlbumPage(Page):
    """Page of the user's albums."""

    results = AlbumSerializer(many=True)


class AlbumFields(StrictSerializer):
    """Name, description and order of an album."""

    name = NonBlankString(required=False, max_length=MAX_NAME, help_text=NAME)
    description = StrictString(required=False, allow_blank=True, max_length=MAX_DESCRIPTION, trim_whitespace=False)
    order = serializers.ChoiceField(Album.Order.choices, required=False, help_text=ORDER)


class NewAlbum(AlbumFields):
    """An album to be made; only the name is required."""

    name = NonBlankString(max_length=MAX_NAME, help_text=NAME)


class AlbumChanges(AlbumFields):
    """Changes of an album; omitted fields keep their values."""

    cover = PhotoIdField(required=False, allow_null=True, help_text=COVER)


class AlbumListView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ, "POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="list_albums", parameters=[PageQuery], responses=AlbumPage, tags=["albums"])
    def get(self, request: ApiRequest) -> Response:
        """List your albums, latest first."""
        return Response(answer_page(albums_of(request.user), PageQuery.read(request.query_params), AlbumSerializer))

    @extend_schema(
        operation_id="make_album",
        request=NewAlbum,
        parameters=[response_header("Location", "The album.", 201)],
        responses={201: AlbumSerializer, **CONFLICT},
        examples=[OpenApiExample("Journey", {"name": "成都 2024", "order": "oldest"}, request_only=True)],
        tags=["albums"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Make an empty album; 409 if you have 10,000 albums already."""
        wanted: dict[str, Any] = dict(NewAlbum.read(request.data).validated_data)
        try:
            album = make_album(wanted.pop("name"), owner=request.user, **wanted)
        except TooManyAlbums as error:
            raise Conflict(str(error)) from error
        return Response(
            _shown(request, album.pk), status=201, headers={"Location": reverse("api:album", args=[album.pk])}
        )


class AlbumDetailView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ, "PATCH": Scope.PHOTO_WRITE, "DELETE": Scope.PHOTO_WRITE}
    is_conditional = True

    @extend_schema(operation_id="read_album", responses=AlbumSerializer, tags=["albums"])
    def get(self, request: ApiRequest, album_id: int) -> Response:
        """Return an album; `albums/{id}/photos/` lists its photos."""
        return Response(_shown(request, album_id))

    @extend_schema(operation_id="change_album", request=AlbumChanges, responses=AlbumSerializer, tags=["albums"])
    def patch(self, request: ApiRequest, album_id: int) -> Response:
        """Change name, description, order or cover of an album."""
        Album.objects.get_visible_or_404(album_id, user=request.user)
        changes = AlbumChanges.read(request.data).validated_data
        with transaction.atomic():
            _check_unchanged(request, album_id)
            try:
                change_album(album_id, changes, user=request.user)
            except CoverNotInAlbum as error:
                raise serializers.ValidationError({"cover": str(error)}) from error
        return Response(_shown(request, album_id))

    @extend_schema(operation_id="delete_album", request=None, responses={204: None}, tags=["albums"])
    def delete(self, request: ApiRequest, album_id: int) -> Response:
        """Delete an album; its photos stay. An import brings it back only with files that were unknown."""
        with transaction.atomic():
            _check_unchanged(request, album_id)
            delete_album(album_id, user=request.user)
        return Response(status=204)


def _shown(request: ApiRequest, album_id: int) -> Any:
    return AlbumSerializer(albums_of(request.user).get_visible_or_404(album_id, user=request.user)).data


def _check_unchanged(request: ApiRequest, album_id: int) -> None:
    """Lock the album. Raises Http404, and PreconditionFailed if it does not match `If-Match`."""
    Album.objects.select_for_update().get_visible_or_404(album_id, user=request.user)
    check_precondition(request, _shown(request, album_id))
