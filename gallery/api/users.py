"""Administration of users: their storage use and quotas, never their pictures."""

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import MAX_NUMBER, JsonInteger, StrictSerializer
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.account import Account


class UserSerializer(serializers.ModelSerializer):
    """A user with the storage they use."""

    username = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True, help_text="False: the user and their tokens have no access.")
    is_administrator = serializers.BooleanField(source="is_staff", read_only=True)
    photos = serializers.IntegerField(
        source="photo_count", read_only=True, help_text="Number of photos, including those in the trash."
    )
    stored_bytes = serializers.IntegerField(read_only=True, help_text="Size of their originals in bytes.")
    quota = serializers.IntegerField(
        source="account.quota", read_only=True, default=None, allow_null=True, help_text="In bytes; null: no limit."
    )

    class Meta:
        model = User
        fields = ("id", "username", "is_active", "is_administrator", "photos", "stored_bytes", "quota")
        read_only_fields = fields


class UserChanges(StrictSerializer):
    """Changes of a user; omitted fields keep their values."""

    quota = JsonInteger(
        required=False, allow_null=True, min_value=0, max_value=MAX_NUMBER, help_text="In bytes; null: no limit."
    )


class UserListView(ApiView):
    scopes = {"GET": Scope.ADMIN}

    @extend_schema(operation_id="list_users", responses=UserSerializer(many=True), tags=["administration"])
    def get(self, request: ApiRequest) -> Response:  # noqa: ARG002 - the framework's signature
        """List all users by name, with the storage they use."""
        return Response(UserSerializer(_users().order_by("username"), many=True).data)


class UserDetailView(ApiView):
    scopes = {"GET": Scope.ADMIN, "PATCH": Scope.ADMIN}

    @extend_schema(operation_id="read_user", responses=UserSerializer, tags=["administration"])
    def get(self, request: ApiRequest, user_id: int) -> Response:  # noqa: ARG002 - the framework's signature
        """Return a user with the storage they use."""
        return Response(UserSerializer(get_object_or_404(_users(), pk=user_id)).data)

    @extend_schema(operation_id="change_user", request=UserChanges, responses=UserSerializer, tags=["administration"])
    def patch(self, request: ApiRequest, user_id: int) -> Response:
        """Change a user's quota; null removes the limit."""
        get_object_or_404(User, pk=user_id)
        changes = UserChanges.read(request.data).validated_data
        if changes:
            Account.objects.update_or_create(owner_id=user_id, defaults=changes)
        return Response(UserSerializer(_users().get(pk=user_id)).data)


def _users() -> QuerySet[User]:
    """Return all users, annotated with the number and total size of their photos."""
    sums = {"photo_count": Count("photos"), "stored_bytes": Sum("photos__file_size", default=0)}
    return User.objects.select_related("account").annotate(**sums)
