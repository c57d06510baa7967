"""Saved searches, recent searches, and suggestions while typing."""

from urllib.parse import parse_qsl

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import QuerySerializer, StrictString
from gallery.access.problems import CONFLICT, ApiView, Conflict, check_precondition
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from search.api.saved_fields import NewSavedSearch, SavedSearchChanges
from search.models import RecentSearch, SavedSearch
from search.query.parser import MAX_QUERY_LENGTH
from search.saved import (
    NameTaken,
    TooManySavedSearches,
    change_search,
    clear_recent_searches,
    recent_searches,
    save_search,
    saved_searches,
)
from search.suggestions.suggesting import suggest_queries


class RecentSearchSerializer(serializers.ModelSerializer):
    """A recent search of the user."""

    search = serializers.SerializerMethodField(help_text="Filled-in fields of the search page, such as `q`.")
    page = serializers.SerializerMethodField(help_text="Web page of the search, relative to this host.")

    class Meta:
        model: type[RecentSearch | SavedSearch] = RecentSearch
        fields: tuple[str, ...] = ("search", "page", "used_at")
        read_only_fields = fields

    def get_search(self, made: RecentSearch | SavedSearch) -> dict[str, str]:
        return dict(parse_qsl(made.address))

    def get_page(self, made: RecentSearch | SavedSearch) -> str:
        return f"{reverse('search:search')}?{made.address}"


class SavedSearchSerializer(RecentSearchSerializer):
    """A search saved under a name."""

    class Meta(RecentSearchSerializer.Meta):
        model = SavedSearch
        fields = ("id", "name", "search", "page", "created_at")
        read_only_fields = fields


class SuggestionQuery(QuerySerializer):
    """Query parameters for suggested queries."""

    q = StrictString(
        required=False,
        default="",
        max_length=MAX_QUERY_LENGTH,
        trim_whitespace=False,
        help_text="Text typed so far; if empty, recent searches are suggested.",
    )


class Suggestions(serializers.Serializer):
    """Suggested queries for the typed text."""

    results = serializers.ListField(
        child=serializers.CharField(), help_text="Values for the parameter `q` of a search."
    )


class SavedSearchListView(ApiView):
    scopes = {"GET": Scope.SEARCH, "POST": Scope.SEARCH}

    @extend_schema(operation_id="list_saved_searches", responses=SavedSearchSerializer(many=True), tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """List the saved searches by name, at most 100."""
        return Response(SavedSearchSerializer(saved_searches(user=request.user), many=True).data)

    @extend_schema(
        operation_id="save_search",
        request=NewSavedSearch,
        parameters=[response_header("Location", "The saved search.", 200, 201)],
        examples=[
            OpenApiExample("Tickets", {"name": "Tickets", "q": "登机牌 after:2023"}, request_only=True),
            OpenApiExample("Screenshots", {"name": "New", "kind": "screenshot", "order": "newest"}, request_only=True),
        ],
        responses={201: SavedSearchSerializer, 200: SavedSearchSerializer, **CONFLICT},
        tags=["search"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Save a search under a name; 200 if it replaces one, 409 if 100 searches are saved already."""
        wanted = NewSavedSearch.read(request.data)
        try:
            saved, created = save_search(wanted.validated_data["name"], user=request.user, address=wanted.address())
        except TooManySavedSearches as error:
            raise Conflict(str(error)) from error
        location = {"Location": reverse("api:saved-search", args=[saved.pk])}
        return Response(SavedSearchSerializer(saved).data, status=201 if created else 200, headers=location)


class SavedSearchDetailView(ApiView):
    scopes = {"GET": Scope.SEARCH, "PATCH": Scope.SEARCH, "DELETE": Scope.SEARCH}
    is_conditional = True

    @extend_schema(operation_id="read_saved_search", responses=SavedSearchSerializer, tags=["search"])
    def get(self, request: ApiRequest, saved_id: int) -> Response:
        """Return a saved search with its fields."""
        return Response(SavedSearchSerializer(_saved_search(request, saved_id)).data)

    @extend_schema(
        operation_id="change_saved_search",
        request=SavedSearchChanges,
        responses={200: SavedSearchSerializer, **CONFLICT},
        tags=["search"],
    )
    def patch(self, request: ApiRequest, saved_id: int) -> Response:
        """Rename a saved search or change its fields; 409 if another search has the new name.

        Changing the fields withdraws the permission for assistants to read the results.
        """
        wanted = SavedSearchChanges.read(request.data)
        data = wanted.validated_data
        with transaction.atomic():
            saved = _saved_search(request, saved_id, locked=True)
            check_precondition(request, SavedSearchSerializer(saved).data)
            address = wanted.address(saved.address) if data.keys() - {"name"} else saved.address
            try:
                change_search(saved, name=data.get("name", saved.name), address=address)
            except NameTaken as error:
                raise Conflict(str(error)) from error
        return Response(SavedSearchSerializer(saved).data)

    @extend_schema(operation_id="delete_saved_search", request=None, responses={204: None}, tags=["search"])
    def delete(self, request: ApiRequest, saved_id: int) -> Response:
        """Delete a saved search; photos are not affected."""
        with transaction.atomic():
            saved = _saved_search(request, saved_id, locked=True)
            check_precondition(request, SavedSearchSerializer(saved).data)
            saved.delete()
        return Response(status=204)


class RecentSearchListView(ApiView):
    scopes = {"GET": Scope.SEARCH, "DELETE": Scope.SEARCH}

    @extend_schema(operation_id="list_recent_searches", responses=RecentSearchSerializer(many=True), tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """List the latest searches made in the pages, latest first, at most 12."""
        return Response(RecentSearchSerializer(recent_searches(user=request.user), many=True).data)

    @extend_schema(operation_id="clear_recent_searches", request=None, responses={204: None}, tags=["search"])
    def delete(self, request: ApiRequest) -> Response:
        """Delete the user's recent searches."""
        clear_recent_searches(user=request.user)
        return Response(status=204)


class SuggestionListView(ApiView):
    scopes = {"GET": Scope.SEARCH}

    @extend_schema(
        operation_id="list_suggestions", parameters=[SuggestionQuery], responses=Suggestions, tags=["search"]
    )
    def get(self, request: ApiRequest) -> Response:
        """Suggest queries for typed text: earlier searches, filters, words of the pictures, cameras and file names."""
        query = SuggestionQuery.read(request.query_params)
        return Response({"results": suggest_queries(query.validated_data["q"], user=request.user)})


def _saved_search(request: ApiRequest, saved_id: int, *, locked: bool = False) -> SavedSearch:
    """Return a saved search of the user, or raise Http404."""
    searches = saved_searches(user=request.user)
    return get_object_or_404(searches.select_for_update() if locked else searches, pk=saved_id)
