"""The user's library and account: photos per month, and the storage they use."""

from django.conf import settings
from django.db.models import Count, F, Func, Sum, TextField, Value
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.account import account_of
from gallery.intake.quota import used_bytes
from gallery.models import Photo


class Bucket(serializers.Serializer):
    """Number of photos taken in one month."""

    month = serializers.RegexField(r"^\d{4,}-\d{2}$", allow_null=True, help_text="Null: photos without a date.")
    count = serializers.IntegerField()


class AccountSerializer(serializers.Serializer):
    """The current user with their permissions, storage and limits."""

    username = serializers.CharField()
    is_administrator = serializers.BooleanField()
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices),
        allow_null=True,
        help_text="Scopes of the token; null for a browser session.",
    )
    photos = serializers.IntegerField(help_text="Number of photos.")
    bytes = serializers.IntegerField(help_text="Size of their originals.")
    stored_bytes = serializers.IntegerField(help_text="Size including the trash; counts against the quota.")
    quota = serializers.IntegerField(allow_null=True, help_text="In bytes; null: no limit.")
    max_upload_bytes = serializers.IntegerField(help_text="Size of the largest file accepted.")


class TimelineView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_months", responses=Bucket(many=True), tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """Count the photos taken in each month, latest month first; photos without a date come last."""
        # Formatted in SQL, because Django would convert the column, a local time without zone, to a time zone.
        month = Func(F("taken_at"), Value("YYYY-MM"), function="to_char", output_field=TextField())
        rows = Photo.objects.visible_to(request.user).annotate(month=month).values("month")
        counted = rows.annotate(count=Count("pk")).order_by(F("month").desc(nulls_last=True))
        return Response(Bucket(counted, many=True).data)


class AccountView(ApiView):
    @extend_schema(operation_id="read_account", responses=AccountSerializer, tags=["account"])
    def get(self, request: ApiRequest) -> Response:
        """Return the current user with the token's scopes and the storage they use.

        Needs a token with any scope other than `assistant`.
        """
        stored = Photo.objects.visible_to(request.user).aggregate(photos=Count("pk"), bytes=Sum("file_size", default=0))
        account = {
            "username": request.user.get_username(),
            "is_administrator": request.user.is_staff,
            "scopes": request.auth.scopes if request.auth else None,
            "stored_bytes": used_bytes(request.user),
            "quota": account_of(request.user).quota,
            "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
            **stored,
        }
        return Response(AccountSerializer(account).data)
