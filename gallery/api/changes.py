"""Changes of a gallery since a given time, for clients that keep a copy."""

from django.db import connection
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.api.paging import CURSOR_HELP, SERVER_MOMENT, PageQuery, answer_page_by_time
from gallery.models import Photo, PhotoRemoval
from gallery.serializers import Page

AS_OF = "The list is complete up to this time: send it as the start of the next request. Null in other lists."


class RemovalQuery(PageQuery):
    """Query parameters for the list of removed photos."""

    cursor = serializers.RegexField(f"^{SERVER_MOMENT}$", required=False, help_text=CURSOR_HELP)
    since = serializers.DateTimeField(help_text="Value of `as_of` in the previous answer.")


class Removal(serializers.ModelSerializer):
    """A photo that is no longer in the gallery."""

    id = serializers.IntegerField(source="photo_id", read_only=True, help_text="Id of the photo.")
    removed_at = serializers.DateTimeField(read_only=True)
    is_final = serializers.SerializerMethodField(help_text="True if deleted for good, false if in the trash.")

    class Meta:
        model = PhotoRemoval
        fields = ("id", "removed_at", "is_final")
        read_only_fields = fields

    def get_is_final(self, removal: PhotoRemoval) -> bool:
        return not Photo.objects.filter(pk=removal.photo_id).exists()


class RemovalPage(Page):
    """Page of removed photos, with the time up to which it is complete."""

    results = Removal(many=True)
    as_of = serializers.DateTimeField(help_text=AS_OF)


class RemovalListView(ApiView):
    """List of photos removed from a gallery."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="list_removed_photos", parameters=[RemovalQuery], responses=RemovalPage, tags=["photos"]
    )
    def get(self, request: ApiRequest) -> Response:
        """List the photos moved to the trash or deleted for good since a given time, oldest removal first.

        Restored photos appear in `photos/` instead.
        """
        query = RemovalQuery.read(request.query_params)
        moment = complete_until()
        gone = PhotoRemoval.objects.filter(owner_id=request.user.pk, removed_at__gte=query.validated_data["since"])
        page = answer_page_by_time("removed_at", gone, query, Removal, latest_first=False)
        return Response(page | {"as_of": moment})


def complete_until() -> str:
    """Return a time before which every change is already visible.

    An open transaction may have changed photos after its start; its changes become visible only when it commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return str(serializers.DateTimeField().to_representation(cursor.fetchone()[0]))
