"""Near-duplicates: list groups of nearly identical photos, merge or dismiss them, and undo that."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import QueryInteger, StrictSerializer, StrictString
from gallery.access.problems import CONFLICT, MISSING, ApiView, Conflict
from gallery.access.tokens import Scope
from gallery.api.paging import PageQuery, in_microseconds, moment_of
from gallery.models import Photo
from gallery.photos.keeper_reasons import explain_keeper
from gallery.photos.merging import KeeperUnavailable, PhotosNotFound, merge_photos, undo
from gallery.serializers import Page, PhotoIdField, PhotoSerializer, load_albums
from search.near_duplicates.dismissals import dismiss_groups
from search.near_duplicates.groups import MAX_SHOWN, Group, find_groups

MAX_PHOTOS = 1000
MAX_PAGE = 100
MAX_LISTED = 2500  # photos in all groups of a page
UNDO = "Value for `near-duplicates/undo/`"
EXAMPLES = [
    OpenApiExample("Keep the large one", {"keep": 17, "trash": [18, 23]}, request_only=True),
    OpenApiExample("Done", {"kept": 17, "trashed": 2, "undo": "1764031830123456"}, response_only=True),
]


class GroupQuery(PageQuery):
    """Query parameters for the list of groups."""

    page_size = QueryInteger(required=False, default=20, min_value=1, max_value=MAX_PAGE)
    members = QueryInteger(
        required=False,
        default=MAX_SHOWN,
        min_value=1,
        max_value=MAX_PHOTOS - 1,
        help_text=f"Photos to list per group beside the keeper; never more than {MAX_LISTED} / page_size.",
    )


class Member(serializers.Serializer):
    """A photo of a group with its distance to the suggested keeper."""

    photo = PhotoSerializer()
    distance = serializers.FloatField(
        help_text="1 − correlation with the suggested keeper: of the pixels of copies, of the vectors of bursts."
    )


class GroupSerializer(serializers.Serializer):
    """A group of nearly identical photos."""

    suggested_keeper = serializers.IntegerField(help_text="Id of the photo that is most worth keeping.")
    reason = serializers.CharField(help_text="Why it is suggested, in a sentence in the language of the request.")
    photos = Member(many=True, help_text="The suggested keeper first, then the others, nearest first.")
    others = serializers.IntegerField(help_text="Number of photos beside the keeper, including those not listed.")


class GroupPage(Page):
    """Page of groups of near-duplicates."""

    results = GroupSerializer(many=True)


class Resolution(StrictSerializer):
    """The photo to keep and the photos that it replaces."""

    keep = PhotoIdField()
    trash = serializers.ListField(
        child=PhotoIdField(), min_length=1, max_length=MAX_PHOTOS, help_text="Ids of the photos to move to the trash."
    )


class ResolutionResult(serializers.Serializer):
    """Result of merging near-duplicates into one photo."""

    kept = serializers.IntegerField()
    trashed = serializers.IntegerField(help_text="Number of photos moved to the trash, without those already there.")
    undo = serializers.CharField(allow_null=True, help_text=f"{UNDO}; null: nothing was done.")


class Dismissal(StrictSerializer):
    """Photos that are not near-duplicates of each other."""

    photos = serializers.ListField(child=PhotoIdField(), min_length=2, max_length=MAX_PHOTOS, help_text="Photo ids.")


class DismissalResult(serializers.Serializer):
    """Result of dismissing a group of near-duplicates."""

    undo = serializers.CharField(help_text=f"{UNDO}.")


class UndoCode(StrictString, serializers.RegexField):
    """String of digits in JSON."""


class UndoRequest(StrictSerializer):
    """The merge or dismissal to undo."""

    undo = UndoCode(r"^[0-9]{1,16}$", help_text="Value of `undo` in the operation's answer.")


class UndoResult(serializers.Serializer):
    """Result of undoing a merge or dismissal; all 0 if it was undone before."""

    restored = serializers.IntegerField(help_text="Number of photos restored from the trash.")
    groups = serializers.IntegerField(help_text="Number of dismissals undone.")
    kept_edits = serializers.IntegerField(
        help_text="Number of kept photos left unchanged, because they were edited since or the others are gone."
    )


class NearDuplicateListView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="list_near_duplicates", parameters=[GroupQuery], responses=GroupPage, tags=["near-duplicates"]
    )
    def get(self, request: ApiRequest) -> Response:
        """List groups of nearly identical photos, the group with the latest upload first."""
        query = GroupQuery.read(request.query_params)
        before = int(query.validated_data["cursor"]) if "cursor" in query.validated_data else None
        limit = query.validated_data["page_size"]
        shown = min(query.validated_data["members"], MAX_LISTED // limit)
        page = find_groups(user=request.user, limit=limit, before=before, shown=shown)
        cursor = None if page.next_cursor is None else str(page.next_cursor)
        load_albums(photo for group in page.found for photo in group.photos)
        results = [_group(group) for group in page.found]
        return Response(GroupPage({"results": results, "next_cursor": cursor}).data)


class ResolveNearDuplicatesView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="resolve_near_duplicates",
        request=Resolution,
        responses={200: ResolutionResult, **MISSING, **CONFLICT},
        examples=EXAMPLES,
        tags=["near-duplicates"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Keep one photo, merge the others' details into it, and move the others to the trash.

        The kept photo gets their highest importance, their descriptions, the most trusted date and their albums,
        and EXIF data (camera, position, author) that it lacks.
        """
        wanted = Resolution.read(request.data).validated_data
        moment = timezone.now()
        try:
            trashed = merge_photos(wanted["keep"], wanted["trash"], user=request.user, moment=moment)
        except PhotosNotFound as error:
            raise Http404 from error
        except KeeperUnavailable as error:
            raise Conflict(str(error)) from error
        return Response(
            {"kept": wanted["keep"], "trashed": trashed, "undo": str(in_microseconds(moment)) if trashed else None}
        )


class DismissNearDuplicatesView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="dismiss_near_duplicates",
        request=Dismissal,
        responses={200: DismissalResult, **MISSING},
        tags=["near-duplicates"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Keep all of these photos; they are never grouped again."""
        photo_ids = set(Dismissal.read(request.data).validated_data["photos"])
        if Photo.objects.belonging_to(request.user).filter(pk__in=photo_ids).count() < len(photo_ids):
            raise Http404
        moment = timezone.now()
        dismiss_groups([photo_ids], user=request.user, moment=moment)
        return Response({"undo": str(in_microseconds(moment))})


class UndoNearDuplicatesView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(
        operation_id="undo_near_duplicates", request=UndoRequest, responses=UndoResult, tags=["near-duplicates"]
    )
    def post(self, request: ApiRequest) -> Response:
        """Undo a merge or dismissal; kept photos get their previous details back."""
        moment = moment_of(int(UndoRequest.read(request.data).validated_data["undo"]))
        return Response(UndoResult(undo(moment, user=request.user)).data)


def _group(group: Group) -> dict[str, Any]:
    members = zip(group.photos, (0.0, *group.distances), strict=True)
    return {
        "suggested_keeper": group.photos[0].pk,
        "reason": explain_keeper(group.photos),
        "photos": [{"photo": photo, "distance": distance} for photo, distance in members],
        "others": group.others,
    }
