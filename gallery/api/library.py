"""A person's library as a whole: how many photos each month has, and their account."""

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
    """A month."""

    month = serializers.RegexField(r"^\d{4,}-\d{2}$", allow_null=True, help_text="Null: photos without a date.")
    count = serializers.IntegerField(help_text="Exact.")


class AccountSerializer(serializers.Serializer):
    """A person, and what the server takes from them."""

    username = serializers.CharField()
    is_administrator = serializers.BooleanField()
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices), allow_null=True, help_text="Of this key; null: a browser asks."
    )
    photos = serializers.IntegerField(help_text="How many, exactly.")
    bytes = serializers.IntegerField(help_text="What their originals take.")
    stored_bytes = serializers.IntegerField(help_text="The same with what is in the bin: this counts for the quota.")
    quota = serializers.IntegerField(allow_null=True, help_text="So many bytes may be stored; null: no limit.")
    max_upload_bytes = serializers.IntegerField(help_text="The largest file that is taken.")


class Timeline(ApiView):
    """The months."""

    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="list_months", responses=Bucket(many=True), tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """How many photos were taken in each month, the latest first; those without a date come last."""
        # As text: the column knows no zone, and must not be moved into one.
        month = Func(F("taken_at"), Value("YYYY-MM"), function="to_char", output_field=TextField())
        rows = Photo.objects.visible_to(request.user).annotate(month=month).values("month")
        counted = rows.annotate(count=Count("pk")).order_by(F("month").desc(nulls_last=True))
        return Response(Bucket(counted, many=True).data)


class Account(ApiView):
    """The one who asks."""

    @extend_schema(operation_id="read_account", responses=AccountSerializer, tags=["account"])
    def get(self, request: ApiRequest) -> Response:
        """Who you are, what this key may do, and how much you store.

        Any key will do, but for one that has the scope `assistant` alone.
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
