"""The fields with which API clients save a search: those of the search page."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.access.fields import MAX_NUMBER, JsonBoolean, JsonInteger, NonBlankString, StrictSerializer, StrictString
from gallery.serializers import DAY
from search.forms import RESULT_LIMITS, SearchForm
from search.models import SavedSearch
from search.query.dated import Days
from search.query.filters import FORM_LIMITS, Limit
from search.query.parser import MAX_QUERY_LENGTH, parse
from search.query.values import MAX_TEXT_LENGTH, AlbumOf, Choice, Facts, InvalidQuery, Moment, TextPart, WholeNumber
from search.serializers import REGION

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
                _("Enter one of %(limits)s.") % {"limits": ", ".join(map(str, RESULT_LIMITS))}
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
    value = limit.filter.value
    options: dict[str, Any] = {"required": False, "allow_null": True, "help_text": limit.filter.help_text or None}
    match value:
        case AlbumOf():
            return JsonInteger(
                required=False, allow_null=True, min_value=1, max_value=MAX_NUMBER, help_text="Id of an album."
            )
        case Choice():
            return serializers.ChoiceField(list(value.options.items()), **options)
        case Facts():
            return JsonBoolean(**options)
        case WholeNumber():
            return JsonInteger(min_value=max(1, value.smallest), max_value=value.largest, **options)
        case Moment():
            return Day(**options)
        case TextPart() | Days():
            return StrictString(max_length=MAX_TEXT_LENGTH, **options)


class NewSavedSearch(SearchFields):
    """Name and fields of a new saved search."""

    name = NonBlankString(
        max_length=MAX_NAME_LENGTH, help_text="Name of the search; an existing search of this name is replaced."
    )


class SavedSearchChanges(SearchFields):
    """Changes of a saved search: omitted fields stay as they are, null removes a field."""

    name = NonBlankString(
        required=False, max_length=MAX_NAME_LENGTH, help_text="New name, unique among your saved searches."
    )
