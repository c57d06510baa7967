"""Duplicates: groups of photos that are nearly the same, and what becomes of them."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import MAX_NUMBER, JsonInteger, QueryInteger, StrictSerializer, StrictString
from gallery.access.problems import CONFLICT, MISSING, ApiView, Conflict
from gallery.access.tokens import Scope
from gallery.api.paging import PageQuery, in_microseconds, moment_of
from gallery.models import Photo
from gallery.photos.merging import KeeperUnavailable, PhotosNotFound, merge_photos, undo
from gallery.serializers import Page, PhotoSerializer
from search.near_duplicates.dismissals import dismiss_groups
from search.near_duplicates.groups import MAX_SHOWN, Group, find_groups

MAX_PHOTOS = 1000
MAX_PAGE = 100
MAX_LISTED = 2500  # members of all groups of a page
TAKES_BACK = "For `duplicates/undo/`; null: nothing was done."
EXAMPLES = [
    OpenApiExample("Keep the large one", {"keep": 17, "bin": [18, 23]}, request_only=True),
    OpenApiExample("Done", {"kept": 17, "binned": 2, "undo": "1764031830123456"}, response_only=True),
]


class DuplicateQuery(PageQuery):
    """Which groups."""

    page_size = QueryInteger(required=False, default=20, min_value=1, max_value=MAX_PAGE)
    members = QueryInteger(
        required=False,
        default=MAX_SHOWN,
        min_value=1,
        max_value=MAX_PHOTOS - 1,
        help_text=f"How many photos of a group are listed beside the keeper; never more than {MAX_LISTED} / page_size.",
    )


class Member(serializers.Serializer):
    """A photo of a group."""

    photo = PhotoSerializer()
    distance = serializers.FloatField(help_text="1 − cosine to the suggested keeper; 0 for itself.")


class GroupSerializer(serializers.Serializer):
    """Photos that are nearly the same."""

    suggested_keeper = serializers.IntegerField(help_text="The number of the photo that most speaks for keeping.")
    photos = Member(many=True, help_text="The suggested keeper first, then those nearest to it.")
    others = serializers.IntegerField(help_text="How many there are beside the keeper, those not shown too.")


class GroupList(Page):
    """Some of the groups, and where to go on."""

    results = GroupSerializer(many=True)


class Resolution(StrictSerializer):
    """Which photo is kept in the place of which others."""

    keep = JsonInteger(min_value=1, max_value=MAX_NUMBER)
    bin = serializers.ListField(
        child=JsonInteger(min_value=1, max_value=MAX_NUMBER),
        min_length=1,
        max_length=MAX_PHOTOS,
        help_text="Their numbers.",
    )


class Resolved(serializers.Serializer):
    """What was done."""

    kept = serializers.IntegerField()
    binned = serializers.IntegerField(help_text="How many photos went into the bin; those in it already do not count.")
    undo = serializers.CharField(allow_null=True, help_text=TAKES_BACK)


class Dismissal(StrictSerializer):
    """Photos that are no duplicates of each other."""

    photos = serializers.ListField(
        child=JsonInteger(min_value=1, max_value=MAX_NUMBER),
        min_length=2,
        max_length=MAX_PHOTOS,
        help_text="Their numbers.",
    )


class Dismissed(serializers.Serializer):
    """What was done."""

    undo = serializers.CharField(help_text="For `duplicates/undo/`.")


class UndoToken(StrictString, serializers.RegexField):
    """A string of digits in JSON, which is what the answers hold."""


class UndoRequest(StrictSerializer):
    """What to take back."""

    undo = UndoToken(r"^[0-9]{1,16}$", help_text="As it was answered.")


class UndoneSerializer(serializers.Serializer):
    """What was taken back; a second time it is nothing."""

    restored = serializers.IntegerField(help_text="How many photos are back from the bin.")
    groups = serializers.IntegerField(help_text="Of how many dismissals nothing is remembered any more.")
    kept_edits = serializers.IntegerField(
        help_text="How many kept photos stay as they are: they were edited since, or the others are gone."
    )


class Duplicates(ApiView):
    """All groups."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="list_duplicates", parameters=[DuplicateQuery], responses=GroupList, tags=["duplicates"]
    )
    def get(self, request: ApiRequest) -> Response:
        """List groups of photos that are nearly the same; the one with the latest upload first."""
        query = DuplicateQuery.read(request.query_params)
        before = int(query.validated_data["cursor"]) if "cursor" in query.validated_data else None
        limit = query.validated_data["page_size"]
        shown = min(query.validated_data["members"], MAX_LISTED // limit)
        page = find_groups(user=request.user, limit=limit, before=before, shown=shown)
        cursor = None if page.next_cursor is None else str(page.next_cursor)
        results = [_group(group) for group in page.found]
        return Response(GroupList({"results": results, "next_cursor": cursor}).data)


class ResolveDuplicates(ApiView):
    """One for all."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="resolve_duplicates",
        request=Resolution,
        responses={200: Resolved, **MISSING, **CONFLICT},
        examples=EXAMPLES,
        tags=["duplicates"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Keep a photo, with the best of what is known of the others, and put those into the bin.

        It gets their highest importance, their descriptions, the date that is known best, and their albums;
        and what EXIF tells (camera, position, author) where it has none.
        """
        wanted = Resolution.read(request.data).validated_data
        moment = timezone.now()
        try:
            binned = merge_photos(wanted["keep"], wanted["bin"], user=request.user, moment=moment)
        except PhotosNotFound as error:
            raise Http404 from error
        except KeeperUnavailable as error:
            raise Conflict(str(error)) from error
        return Response(
            {"kept": wanted["keep"], "binned": binned, "undo": str(in_microseconds(moment)) if binned else None}
        )


class DismissDuplicates(ApiView):
    """No duplicates."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="dismiss_duplicates",
        request=Dismissal,
        responses={200: Dismissed, **MISSING},
        tags=["duplicates"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Keep all of these photos; no two of them stand in a group again."""
        photo_ids = set(Dismissal.read(request.data).validated_data["photos"])
        if Photo.objects.belonging_to(request.user).filter(pk__in=photo_ids).count() < len(photo_ids):
            raise Http404
        moment = timezone.now()
        dismiss_groups([photo_ids], user=request.user, moment=moment)
        return Response({"undo": str(in_microseconds(moment))})


class UndoDuplicates(ApiView):
    """Back."""

    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="undo_duplicates", request=UndoRequest, responses=UndoneSerializer, tags=["duplicates"])
    def post(self, request: ApiRequest) -> Response:
        """Take back what was resolved or dismissed; kept photos are what they were before."""
        moment = moment_of(int(UndoRequest.read(request.data).validated_data["undo"]))
        return Response(UndoneSerializer(undo(moment, user=request.user)).data)


def _group(group: Group) -> dict[str, Any]:
    members = zip(group.photos, (0.0, *group.distances), strict=True)
    return {
        "suggested_keeper": group.photos[0].pk,
        "photos": [{"photo": photo, "distance": distance} for photo, distance in members],
        "others": group.others,
    }
