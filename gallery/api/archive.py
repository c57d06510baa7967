"""The rules of the archive: list, make and delete them."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import JsonInteger, StrictSerializer, StrictString
from gallery.access.problems import CONFLICT, ApiView, Conflict
from gallery.access.tokens import Scope
from gallery.claims.archiving import source_key
from gallery.models import Album, ArchiveRule, Photo
from gallery.photos.archiving import MAX_RULES, CountedRule, TooManyRules, add_rule, remove_rule, rules_of

PART = "Part of a path that photos were imported from."


class NewRule(StrictSerializer):
    """A rule with one condition: a kind, an album, or part of a path."""

    kind = serializers.ChoiceField(Photo.Kind.choices, required=False)
    album = JsonInteger(required=False, min_value=1, help_text="Id of an album.")
    source = StrictString(required=False, max_length=200, help_text=PART)

    def validate_source(self, source: str) -> str:
        """Refuse a text by which nothing can be found."""
        if not source_key(source):
            raise serializers.ValidationError(_("Enter part of a folder's name or path."))
        return source

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require one of the three."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Choose one of the three: a kind, an album, or part of a path."))
        return attrs


class RuleSerializer(serializers.Serializer):
    """A rule that archives photos."""

    id = serializers.IntegerField(source="rule.pk")
    kind = serializers.ChoiceField([("", "any"), *Photo.Kind.choices], source="rule.kind")
    album = serializers.IntegerField(source="rule.album_id", allow_null=True, help_text="Id of an album.")
    source = serializers.CharField(source="rule.source", help_text=PART)
    count = serializers.IntegerField(help_text="Number of photos that the rule concerns.")


class RuleListView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ, "POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="list_archive_rules", responses=RuleSerializer(many=True), tags=["photos"])
    def get(self, request: ApiRequest) -> Response:
        """List the rules that archive photos, oldest first."""
        return Response(RuleSerializer(rules_of(request.user), many=True).data)

    @extend_schema(
        operation_id="make_archive_rule", request=NewRule, responses={201: RuleSerializer, **CONFLICT}, tags=["photos"]
    )
    def post(self, request: ApiRequest) -> Response:
        """Make a rule that archives photos; photos that exist already are archived in the background."""
        wanted = NewRule.read(request.data).validated_data
        if "album" in wanted:
            wanted["album"] = Album.objects.visible_to(request.user).filter(pk=wanted["album"]).first()
            if wanted["album"] is None:
                raise serializers.ValidationError({"album": _("You have no album with this id.")})
        try:
            rule, count = add_rule(ArchiveRule(**wanted), user=request.user)
        except TooManyRules as error:
            raise Conflict(
                _("You can have at most %(limit)d rules. Delete one first.") % {"limit": MAX_RULES}
            ) from error
        return Response(RuleSerializer(CountedRule(rule, count)).data, status=201)


class RuleDetailView(ApiView):
    scopes = {"DELETE": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="delete_archive_rule", request=None, responses={204: None}, tags=["photos"])
    def delete(self, request: ApiRequest, rule_id: int) -> Response:
        """Delete a rule; its photos leave the archive in the background unless something else archives them."""
        remove_rule(get_object_or_404(ArchiveRule, pk=rule_id, owner_id=request.user.pk), user=request.user)
        return Response(status=204)
