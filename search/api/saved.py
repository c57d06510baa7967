"""Searches that a person keeps under a name, and what they may want to type."""

from urllib.parse import parse_qsl, urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import Input, Query, Text, Visible
from gallery.access.problems import CONFLICT, ApiView, Conflict
from gallery.tokens import Scope
from search.models import RecentSearch, SavedSearch
from search.query import MAX_QUERY_LENGTH, InvalidQuery, parse
from search.saved import TooManySaved, forget_searches, recent_searches, save_search, saved_searches
from search.suggestions import suggest

MAX_NAME_LENGTH = SavedSearch._meta.get_field("name").max_length


class NewSavedSearch(Input):
    """A search to be kept."""

    name = Visible(max_length=MAX_NAME_LENGTH, help_text="A search of this name is replaced.")
    q = Visible(max_length=MAX_QUERY_LENGTH, help_text="Words and filters, as a search takes them.")
    order = serializers.ChoiceField(["newest", "oldest"], required=False, help_text="Else the best first.")

    def validate_q(self, text: str) -> str:
        """What no search would take is not kept."""
        try:
            parse(text)
        except InvalidQuery as error:
            raise serializers.ValidationError(str(error)) from error
        return text


class RecentSearchSerializer(serializers.ModelSerializer):
    """A search that was made."""

    search = serializers.SerializerMethodField(
        help_text="The fields of the search page: `q`, and others that a person has filled in."
    )
    page = serializers.SerializerMethodField(help_text="For people, relative to this host.")

    class Meta:
        model: type[RecentSearch | SavedSearch] = RecentSearch
        fields: tuple[str, ...] = ("search", "page", "used_at")
        read_only_fields = fields

    def get_search(self, made: RecentSearch | SavedSearch) -> dict[str, str]:
        """By name."""
        return dict(parse_qsl(made.address))

    def get_page(self, made: RecentSearch | SavedSearch) -> str:
        """The address."""
        return f"{reverse('search:search')}?{made.address}"


class SavedSearchSerializer(RecentSearchSerializer):
    """A search that is kept."""

    class Meta(RecentSearchSerializer.Meta):
        model = SavedSearch
        fields = ("id", "name", "search", "page", "created_at")
        read_only_fields = fields


class SuggestionQuery(Query):
    """What is typed as yet."""

    q = Text(
        required=False,
        default="",
        max_length=MAX_QUERY_LENGTH,
        trim_whitespace=False,
        help_text="Without it, earlier searches are offered.",
    )


class Suggestions(serializers.Serializer):
    """What may be meant."""

    results = serializers.ListField(child=serializers.CharField(), help_text="Each for the parameter `q` of a search.")


class SavedSearches(ApiView):
    """All that a person has saved."""

    scopes = {"GET": Scope.SEARCH, "POST": Scope.SEARCH}

    @extend_schema(operation_id="list_saved_searches", responses=SavedSearchSerializer(many=True), tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """List the saved searches by name, at most 100."""
        return Response(SavedSearchSerializer(saved_searches(user=request.user), many=True).data)

    @extend_schema(
        operation_id="save_search",
        request=NewSavedSearch,
        examples=[OpenApiExample("Tickets", {"name": "Tickets", "q": "登机牌 after:2023"}, request_only=True)],
        responses={201: SavedSearchSerializer, 200: SavedSearchSerializer, **CONFLICT},
        tags=["search"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Save a search under a name; 200 where it replaces one, 409 where 100 are saved already."""
        wanted = NewSavedSearch.read(request.data)
        address = urlencode(
            {name: wanted.validated_data[name] for name in ("q", "order") if name in wanted.validated_data}
        )
        try:
            saved, created = save_search(wanted.validated_data["name"], user=request.user, address=address)
        except TooManySaved as error:
            raise Conflict(str(error)) from error
        location = {"Location": reverse("api:saved-search", args=[saved.pk])}
        return Response(SavedSearchSerializer(saved).data, status=201 if created else 200, headers=location)


class OneSavedSearch(ApiView):
    """One saved search."""

    scopes = {"GET": Scope.SEARCH, "DELETE": Scope.SEARCH}

    @extend_schema(operation_id="read_saved_search", responses=SavedSearchSerializer, tags=["search"])
    def get(self, request: ApiRequest, saved_id: int) -> Response:
        """A saved search."""
        return Response(SavedSearchSerializer(_own(request, saved_id)).data)

    @extend_schema(operation_id="delete_saved_search", request=None, responses={204: None}, tags=["search"])
    def delete(self, request: ApiRequest, saved_id: int) -> Response:
        """Forget a saved search; nothing happens to photos."""
        _own(request, saved_id).delete()
        return Response(status=204)


class RecentSearches(ApiView):
    """What was searched for."""

    scopes = {"GET": Scope.SEARCH, "DELETE": Scope.SEARCH}

    @extend_schema(operation_id="list_recent_searches", responses=RecentSearchSerializer(many=True), tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """List the searches made lately in the pages, the latest first, at most 12."""
        return Response(RecentSearchSerializer(recent_searches(user=request.user), many=True).data)

    @extend_schema(operation_id="forget_recent_searches", request=None, responses={204: None}, tags=["search"])
    def delete(self, request: ApiRequest) -> Response:
        """Forget what was searched for lately."""
        forget_searches(user=request.user)
        return Response(status=204)


class SuggestionList(ApiView):
    """Suggestions."""

    scopes = {"GET": Scope.SEARCH}

    @extend_schema(
        operation_id="list_suggestions", parameters=[SuggestionQuery], responses=Suggestions, tags=["search"]
    )
    def get(self, request: ApiRequest) -> Response:
        """What may be meant by what is typed: earlier searches, cameras and names of files, at most 8."""
        query = SuggestionQuery.read(request.query_params)
        return Response({"results": suggest(query.validated_data["q"], user=request.user)})


def _own(request: ApiRequest, saved_id: int) -> SavedSearch:
    return get_object_or_404(saved_searches(user=request.user), pk=saved_id)
