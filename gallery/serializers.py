"""API representations of photos and their sources, and the changes that clients may send."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.access.fields import MAX_NUMBER, JsonInteger
from gallery.access.permissions import may_administrate
from gallery.models import MAX_IMPORTANCE, AlbumPhoto, Photo, PhotoSource, Place, Witness
from gallery.pictures.formats import FORMAT_OF_EXTENSION

# Accepts existing days only. JSON schema has no format for local times, so a pattern describes them.
DAY = (
    r"[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
    r"|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
)
LOCAL_TIME = {
    "type": "string",
    "pattern": rf"^(?:{DAY})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,6}})?$",
    "description": "Local time where the picture was taken, without a zone.",
    "example": "2024-05-01T18:30:00",
}


@extend_schema_field(LOCAL_TIME)
class LocalTimeField(serializers.Field):
    """Local time without a zone, as a camera records it."""

    default_error_messages = {"invalid": "Enter a local time without a zone, such as 2024-05-01T18:30:00."}

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not re.fullmatch(LOCAL_TIME["pattern"], data, re.ASCII):
            self.fail("invalid")
        return datetime.fromisoformat(data)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


ROTATION = "Degrees clockwise by hand, after EXIF rotation: 0, 90, 180 or 270. The original stays as it is."


class PhotoIdField(JsonInteger):
    """Id of a photo in JSON."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_NUMBER, **options)


class StateField(serializers.ChoiceField):
    """State of a photo's processing step, as `gallery.processing.progress` reports it."""

    def __init__(self, **options: Any) -> None:
        off = "Off: disabled by the import that added the photo."
        super().__init__(["done", "waiting", "failed", "off"], help_text=off, **options)


class PhotoLinks(serializers.Serializer):
    """Addresses of a photo's resources, relative to this host."""

    self = serializers.CharField()
    page = serializers.CharField(help_text="Web page of the photo.")
    thumbnail = serializers.CharField(help_text="Small WebP image; 404 until it exists.")
    preview = serializers.CharField(help_text="Large WebP image; 404 until it exists.")
    original = serializers.CharField(help_text="The uploaded file, unchanged.")
    film = serializers.CharField(allow_null=True, help_text="The film of a motion photo; null without one.")


class PlaceSerializer(serializers.ModelSerializer):
    """The place of a photo, in the language of `Accept-Language`."""

    city = serializers.CharField(source="city_name", allow_blank=True, help_text="Empty far from cities.")
    region = serializers.CharField(source="region_name", allow_blank=True, help_text="Province or state.")
    country = serializers.CharField(source="country_name")

    class Meta:
        model = Place
        fields = ("city", "region", "country", "country_code", "time_zone")
        read_only_fields = fields


class AlbumName(serializers.Serializer):
    """An album that a photo is in."""

    id = serializers.IntegerField()
    name = serializers.CharField()


def load_albums(photos: Iterable[Photo]) -> None:
    """Read the albums of many photos by one query, before they are serialized."""
    # An album of another owner would be a mistake elsewhere; here it must not show.
    own = AlbumPhoto.objects.filter(is_member=True, album__owner=F("photo__owner")).select_related("album")
    shown = own.order_by("album__folded_name", "album")
    prefetch_related_objects(list(photos), Prefetch("memberships", queryset=shown, to_attr="shown_memberships"))


class PhotoListSerializer(serializers.ListSerializer):
    """A list of photos, whose albums are read at once."""

    def to_representation(self, data: Any) -> list[Any]:
        photos = list(data)
        load_albums(photos)
        return list(super().to_representation(photos))


class PhotoSerializer(serializers.ModelSerializer):
    """A photo with its data and addresses."""

    content_type = serializers.SerializerMethodField(help_text="Media type of the original, detected from its bytes.")
    taken_at = LocalTimeField(allow_null=True, read_only=True)
    date_source = serializers.ChoiceField([("", "no date"), *Witness.choices], read_only=True)
    kind = serializers.ChoiceField([("", "unknown"), *Photo.Kind.choices], read_only=True)
    importance = serializers.IntegerField(
        min_value=0, max_value=MAX_IMPORTANCE, read_only=True, help_text="0: not rated."
    )
    archived = serializers.BooleanField(
        source="is_archived", read_only=True, help_text="Left out of the timeline; searches still find it."
    )
    rotation = serializers.IntegerField(read_only=True, min_value=0, max_value=270, help_text=ROTATION)
    place_source = serializers.ChoiceField([("", "no place"), *Witness.choices], read_only=True)
    changed_at = serializers.DateTimeField(
        read_only=True, help_text="When the photo's data or recognised text last changed."
    )
    title = serializers.SerializerMethodField(help_text="Title in the file or its sidecar; often empty.")
    keywords = serializers.SerializerMethodField()
    people = serializers.SerializerMethodField(help_text="Names of people in the picture.")
    place = PlaceSerializer(allow_null=True, read_only=True)
    albums = serializers.SerializerMethodField(help_text="The albums that it is in, by name.")
    metadata = serializers.DictField(read_only=True, help_text="EXIF: camera, lens, exposure, position …")
    links = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = (
            *("id", "filename", "extension", "content_type", "width", "height", "file_size", "sha256", "md5", "sha1"),
            *("taken_at", "taken_offset", "date_source", "latitude", "longitude", "altitude", "place_source"),
            *("kind", "importance", "archived", "rotation", "description", "title", "keywords", "people", "place"),
            "albums",
            *("metadata", "defect", "note"),
            *("uploaded_at", "changed_at", "links"),
        )
        read_only_fields = fields
        list_serializer_class = PhotoListSerializer

    @extend_schema_field(AlbumName(many=True))
    def get_albums(self, photo: Photo) -> list[dict[str, Any]]:
        if not hasattr(photo, "shown_memberships"):
            load_albums([photo])
        return [{"id": row.album_id, "name": row.album.name} for row in photo.shown_memberships]  # type: ignore[attr-defined]

    def get_title(self, photo: Photo) -> str:
        return str(photo.labels.get("title", ""))

    def get_keywords(self, photo: Photo) -> list[str]:
        return list(photo.labels.get("keywords", ()))

    def get_people(self, photo: Photo) -> list[str]:
        return list(photo.labels.get("people", ()))

    def get_content_type(self, photo: Photo) -> str:
        return FORMAT_OF_EXTENSION[photo.extension].content_type

    @extend_schema_field(PhotoLinks)
    def get_links(self, photo: Photo) -> dict[str, str | None]:
        names = {
            "self": "api:photo",
            "page": "gallery:photo",
            "thumbnail": "api:thumbnail",
            "preview": "api:preview",
            "original": "api:original",
        }
        links: dict[str, str | None] = {link: reverse(name, args=[photo.pk]) for link, name in names.items()}
        return links | {"film": reverse("api:film", args=[photo.pk]) if photo.film_bytes else None}


class SourceSerializer(serializers.ModelSerializer):
    """A source of a photo, with the details that the source had about it."""

    path = serializers.SerializerMethodField(
        help_text='"upload", or the original path from the import root or archive; the full path for administrators.'
    )
    sidecar = serializers.SerializerMethodField(help_text="Path of the sidecar file, in the same form; often empty.")
    import_id = serializers.IntegerField(source="job_id", read_only=True, allow_null=True)
    albums = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_copy = serializers.BooleanField(
        read_only=True, help_text="True if the file was copied, false if it was left in place."
    )

    class Meta:
        model = PhotoSource
        fields = (
            *("path", "import_id", "is_copy", "is_present", "modified_at", "albums", "account", "conversation"),
            *("sidecar", "is_archived"),
        )
        read_only_fields = fields

    def get_path(self, source: PhotoSource) -> str:
        """Return the path as the reader may see it."""
        return source.places(shows_paths=shows_paths(self)).name(source.path)

    def get_sidecar(self, source: PhotoSource) -> str:
        """Return the sidecar's path as the reader may see it."""
        return source.places(shows_paths=shows_paths(self)).name(source.sidecar)


def shows_paths(serializer: serializers.BaseSerializer) -> bool:
    """Return whether the serializer's request comes from an administrator."""
    request = serializer.context.get("request")
    return request is not None and may_administrate(request)


class Page(serializers.Serializer):
    """Page of a list, in `results`, with the cursor of the next page."""

    next_cursor = serializers.CharField(
        allow_null=True, help_text="Value of the parameter `cursor` for the next page; null on the last page."
    )


class PhotoPage(Page):
    """Page of a list of photos."""

    results = PhotoSerializer(many=True)
