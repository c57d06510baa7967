"""Saved searches, recent searches, and suggestions while typing."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import (
    MAX_NUMBER,
    JsonInteger,
    NonBlankString,
    QuerySerializer,
    StrictSerializer,
    StrictString,
)
from gallery.access.problems import CONFLICT, ApiView, Conflict, check_precondition
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.serializers import DAY
from search.forms import RESULT_LIMITS, SearchForm
from search.models import RecentSearch, SavedSearch
from search.query.filters import FORM_LIMITS, Limit
from search.query.parser import MAX_QUERY_LENGTH, parse
from search.query.values import MAX_TEXT_LENGTH, Choice, InvalidQuery, Moment, TextPart, WholeNumber
from search.saved import (
    NameTaken,
    TooManySavedSearches,
    change_search,
    clear_recent_searches,
    recent_searches,
    save_search,
    saved_searches,
)
from search.serializers import REGION
from search.suggestions import suggest

MAX_NAME_LENGTH = SavedSearch._meta.get_field("name").max_length


class Day(StrictString, serializers.RegexField):
    """Date in JSON, such as "2024-05-01"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=rf"^(?:{DAY})$", **options)


class Part(StrictString, serializers.RegexField):
    """Part of a picture in JSON, such as "0.1,0.2,0.5,0.6"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=REGION, **options)


@extend_schema_field({"type": "integer", "enum": list(RESULT_LIMITS)})
class ResultLimit(JsonInteger):
    """Result limit that the search page offers."""

    def to_internal_value(self, data: Any) -> int:
        limit = super().to_internal_value(data)
        if limit not in RESULT_LIMITS:
            raise serializers.ValidationError(
                _("Choose one of %(limits)s.") % {"limits": ", ".join(map(str, RESULT_LIMITS))}
            )
        return limit


class SearchFields(StrictSerializer):
    """Fields of a saved search, as on the search page; at least one is required, and null means empty."""

    q = StrictString(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_QUERY_LENGTH,
        help_text="Words and filters, in the query syntax.",
    )
    order = serializers.ChoiceField(
        ["newest", "oldest"], required=False, allow_null=True, help_text="Order of the results; relevance by default."
    )
    photo = JsonInteger(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_NUMBER,
        help_text="Id of the example photo: finds similar photos.",
    )
    region = Part(required=False, allow_null=True, help_text="Part of `photo`: left, top, right and bottom in 0–1.")
    top = ResultLimit(required=False, allow_null=True, help_text="Largest number of results.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the declared fields, and one for each filter of the search form."""
        return super().get_fields() | {limit.name: _field_of(limit) for limit in FORM_LIMITS}

    def validate_q(self, text: str | None) -> str | None:
        """Refuse a query that the search itself would refuse."""
        try:
            parse(text or "")
        except InvalidQuery as error:
            raise serializers.ValidationError(str(error)) from error
        return text

    def address(self, before: str = "") -> str:
        """Return the search page's query string, with the changes applied to `before`.

        Raises ValidationError if the search is invalid or empty.
        """
        fields: dict[str, Any] = dict(parse_qsl(before))
        fields |= {name: value for name, value in self.validated_data.items() if name != "name"}
        form = SearchForm(QueryDict(urlencode({name: value for name, value in fields.items() if value})))
        if not form.is_valid():
            raise serializers.ValidationError({name: list(errors) for name, errors in form.errors.items()})
        if not form.asks_for_something:
            raise serializers.ValidationError({"q": _("Enter at least one search field.")})
        if fields.get("region") and not fields.get("photo"):
            raise serializers.ValidationError({"region": _("A region needs a photo.")})
        return form.address()


def _field_of(limit: Limit) -> serializers.Field:
    options: dict[str, Any] = {
        "required": False,
        "allow_null": True,
        "help_text": limit.filter.help_text or None,
    }
    value = limit.filter.value
    match value:
        case Choice():
            return serializers.ChoiceField(list(value.options.items()), **options)
        case WholeNumber():
            return JsonInteger(min_value=max(1, value.smallest), max_value=value.largest, **options)
        case Moment():
            return Day(**options)
        case TextPart():
            return StrictString(max_length=MAX_TEXT_LENGTH, **options)


class NewSavedSearch(SearchFields):
    """Saved search to create."""

    name = NonBlankString(
        max_length=MAX_NAME_LENGTH, help_text="Name of the search; an existing search of this name is replaced."
    )


class SavedSearchChanges(SearchFields):
    """Changes of a saved search: omitted fields stay as they are, null removes a field."""

    name = NonBlankString(
        required=False, max_length=MAX_NAME_LENGTH, help_text="New name, unique among your saved searches."
    )


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
    """Query parameters for suggestions."""

    q = StrictString(
        required=False,
        default="",
        max_length=MAX_QUERY_LENGTH,
        trim_whitespace=False,
        help_text="Text typed so far; if empty, recent searches are suggested.",
    )


class Suggestions(serializers.Serializer):
    """Suggested queries."""

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
        """Return a saved search."""
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
        """Delete all recent searches."""
        clear_recent_searches(user=request.user)
        return Response(status=204)


class SuggestionListView(ApiView):
    scopes = {"GET": Scope.SEARCH}

    @extend_schema(
        operation_id="list_suggestions", parameters=[SuggestionQuery], responses=Suggestions, tags=["search"]
    )
    def get(self, request: ApiRequest) -> Response:
        """Suggest queries for typed text from earlier searches, cameras and file names, at most 8."""
        query = SuggestionQuery.read(request.query_params)
        return Response({"results": suggest(query.validated_data["q"], user=request.user)})


def _saved_search(request: ApiRequest, saved_id: int, *, locked: bool = False) -> SavedSearch:
    """Return a saved search of the user, or raise Http404."""
    searches = saved_searches(user=request.user)
    return get_object_or_404(searches.select_for_update() if locked else searches, pk=saved_id)
