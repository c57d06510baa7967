"""What has changed in a gallery since a moment: for clients that keep a copy of it."""

from django.db import connection
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.api.paging import BEFORE, MOMENT, PageQuery, answer_page_by
from gallery.models import Photo, PhotoRemoval
from gallery.serializers import Page
from gallery.tokens import Scope

AS_OF = "Everything up to this moment is told: ask with it the next time. Null: another list was asked for."


class RemovalQuery(PageQuery):
    """Which photos that are gone."""

    cursor = serializers.RegexField(f"^{MOMENT}$", required=False, help_text=BEFORE)
    since = serializers.DateTimeField(help_text="`as_of` of the last time.")


class Removal(serializers.ModelSerializer):
    """A photo that is no longer in the gallery."""

    id = serializers.IntegerField(source="photo_id", read_only=True, help_text="Of the photo.")
    removed_at = serializers.DateTimeField(read_only=True)
    is_final = serializers.SerializerMethodField(help_text="Deleted for good; else it lies in the bin.")

    class Meta:
        model = PhotoRemoval
        fields = ("id", "removed_at", "is_final")
        read_only_fields = fields

    def get_is_final(self, removal: PhotoRemoval) -> bool:
        """Whether it is not even in the bin."""
        return not Photo.objects.filter(pk=removal.photo_id).exists()


class RemovalPage(Page):
    """Some of the photos that are gone, and where to go on."""

    results = Removal(many=True)
    as_of = serializers.DateTimeField(help_text=AS_OF)


class Removals(ApiView):
    """Photos that are gone."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(
        operation_id="list_removed_photos", parameters=[RemovalQuery], responses=RemovalPage, tags=["photos"]
    )
    def get(self, request: ApiRequest) -> Response:
        """List the photos that left the gallery since a moment, for the bin or for good; the first of them first.

        Those that came back meanwhile stand in `photos/`, and no longer here.
        """
        query = RemovalQuery.read(request.query_params)
        moment = complete_until()
        gone = PhotoRemoval.objects.filter(owner_id=request.user.pk, removed_at__gte=query.validated_data["since"])
        page = answer_page_by("removed_at", gone, query, Removal, latest_first=False)
        return Response(page | {"as_of": moment})


def complete_until() -> str:
    """A moment before which nothing changed that cannot be read now.

    A transaction that is still open may have changed photos already, after its beginning: nobody sees that as yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return str(serializers.DateTimeField().to_representation(cursor.fetchone()[0]))
