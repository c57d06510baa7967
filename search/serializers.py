"""API representations of search results, and the parameters of searches."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from gallery.access.fields import MAX_NUMBER, QueryBoolean, QueryInteger, QuerySerializer, StrictString
from gallery.models import Album
from gallery.serializers import LocalTimeField, Page, PhotoSerializer, StateField, load_albums
from search.forms import RegionField
from search.query.dated import Dates, Days
from search.query.filters import LIMITS, Filters, Limit
from search.query.parser import MAX_QUERY_LENGTH
from search.query.values import (
    MAX_TEXT_LENGTH,
    AlbumOf,
    Choice,
    Facts,
    InvalidQuery,
    Moment,
    TextPart,
    TypedValue,
    WholeNumber,
)
from search.ranking.results import Hit
from search.vectors.examples import Region

MAX_PAGE = 100
# The id of a result list, and the position of the page's first hit in it.
CURSOR = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9]{1,4}$"
FRACTION = r"(?:0(?:\.[0-9]{1,9})?|1(?:\.0{1,9})?)"
REGION = rf"^{FRACTION}(?:,{FRACTION}){{3}}$"
CORNERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
BOX = {"type": "array", "items": CORNERS, "minItems": 4, "maxItems": 4}


class DatesField(StrictString):
    """A date of any kind in a query string, such as 2023-05, 2019..2021 or may."""

    def run_validation(self, data: Any = empty) -> Dates | Any:
        """Return the dates, or DRF's marker for a missing parameter; the text is validated first."""
        text = super().run_validation(data)
        if not isinstance(text, str):
            return text
        value = TypedValue("date", "", text, timezone.localdate())
        try:
            return Days().read_dates(value)
        except InvalidQuery as error:
            raise serializers.ValidationError(str(error)) from error


class FilterQuery(QuerySerializer):
    """Limits that photos must meet, in lists and in searches."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the declared fields, and one for each limit."""
        return super().get_fields() | {limit.parameter: _parameter_of(limit) for limit in LIMITS.values()}

    def filters(self, *, user: AbstractBaseUser | AnonymousUser) -> Filters:
        """Return the filters of a valid query. Raises Http404 if `user` has no such album."""
        given = self.validated_data
        if "album" in given:
            Album.objects.get_visible_or_404(given["album"], user=user)
        return Filters(**{limit.name: given.get(limit.parameter) for limit in LIMITS.values()})


def _parameter_of(limit: Limit) -> serializers.Field:
    value, description = limit.filter.value, limit.filter.help_text or None
    match value:
        case AlbumOf() if limit.comparison == "exact":
            return QueryInteger(required=False, min_value=1, max_value=MAX_NUMBER, help_text="Id of an album.")
        case AlbumOf():
            return StrictString(required=False, max_length=MAX_TEXT_LENGTH, help_text="Part of the name of an album.")
        case Choice():
            return serializers.ChoiceField(list(value.options.items()), required=False, help_text=description)
        case Facts():
            return QueryBoolean(required=False, help_text=description)
        case WholeNumber():
            return QueryInteger(
                required=False, min_value=value.smallest, max_value=value.largest, help_text=description
            )
        case Moment():
            return LocalTimeField(required=False, help_text=description)
        case Days():
            return DatesField(required=False, max_length=MAX_TEXT_LENGTH, help_text=description)
        case TextPart():
            return StrictString(
                required=False, max_length=MAX_TEXT_LENGTH, trim_whitespace=False, help_text=description
            )


class RunQuery(QuerySerializer):
    """Query parameters for the results of a saved search."""

    page_size = QueryInteger(required=False, default=60, min_value=1, max_value=MAX_PAGE)
    cursor = serializers.RegexField(
        CURSOR,
        required=False,
        help_text="`next_cursor` of the previous page. Of the other parameters only `page_size` still applies.",
    )


class SearchQuery(RunQuery, FilterQuery):
    """Query parameters of every search: words, filters, order and page."""

    q = StrictString(
        required=False,
        default="",
        allow_blank=True,
        max_length=MAX_QUERY_LENGTH,
        help_text='Words, "exact phrases", -without, and filters such as ext:png width:>1000 after:2023-05.',
    )
    order = serializers.ChoiceField(
        ["newest", "oldest"], required=False, help_text="Order of the results; relevance by default."
    )


class WordSearch(SearchQuery):
    """Query parameters of a search by words, optionally with a stored photo as example."""

    photo = QueryInteger(
        required=False,
        min_value=1,
        max_value=MAX_NUMBER,
        help_text="Id of the example photo: finds photos similar to it, or to its `region`.",
    )
    region = serializers.RegexField(
        REGION,
        required=False,
        help_text="Part of `photo`: left, top, right and bottom in 0–1 of its width and height.",
    )

    def validate_region(self, text: str) -> Region | None:
        """Parse the region, and refuse one that is empty or reversed."""
        try:
            return RegionField().clean(text)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a region without a photo."""
        if "region" in attrs and "photo" not in attrs:
            raise serializers.ValidationError({"region": _("A region needs a photo.")})
        return attrs


class PictureSearch(SearchQuery):
    """Fields of a search by a picture in the request."""

    picture = serializers.FileField(help_text="Example picture; it is not stored.")


class ReasonSerializer(serializers.Serializer):
    """A reason why a photo was found."""

    kind = serializers.ChoiceField(
        ["text", "filename", "description", "labels", "place", "picture", "date"],
        help_text="`labels` are title, keywords and names of people.",
    )
    snippet = serializers.CharField(allow_null=True, help_text="Escaped HTML with the matches in <mark>.")
    tier = serializers.ChoiceField(
        ["", "exact", "form", "similar"],
        help_text="How the photo contains the words: as typed, in other forms or order, or in similar spellings.",
    )
    encoder = serializers.CharField(allow_blank=True, help_text="Encoder of a match by content; otherwise empty.")
    score = serializers.FloatField(allow_null=True, help_text="Similarity, 0–1.")
    cosine = serializers.FloatField(allow_null=True, help_text="Cosine of the angle between the embeddings.")


class HitSerializer(serializers.Serializer):
    """A found photo, why it was found, and its near-duplicates among the results."""

    photo = PhotoSerializer()
    reasons = ReasonSerializer(many=True)
    boxes = serializers.SerializerMethodField()
    score = serializers.FloatField(help_text="Comparable only within one search.")
    near_duplicates = PhotoSerializer(many=True, help_text="Near-duplicates of the photo that were found too.")

    @extend_schema_field({"type": "array", "items": BOX})
    def get_boxes(self, hit: Hit) -> list[list[list[float]]]:
        """Positions of the found words in the picture, each as four corners like those of a line of text."""
        return [[list(corner) for corner in box] for box in hit.boxes]


class DateOffer(serializers.Serializer):
    """A word of the query that may also mean a date."""

    text = serializers.CharField()
    query = serializers.CharField(help_text="Value of `q` that finds the photos taken then instead of the word.")
    photos = serializers.IntegerField(help_text="Number of photos taken then.")


class SearchAnswer(Page):
    """Page of hits, best first."""

    results = HitSerializer(many=True)
    relevance_cutoff = serializers.IntegerField(
        allow_null=True, help_text="Index of the first less relevant hit in `results`; null if it is not on this page."
    )
    found = serializers.IntegerField(
        help_text="Number of photos above the relevance cutoff on all pages, with near-duplicates."
    )
    is_cut = serializers.BooleanField(help_text="Whether only the first of the found photos are on pages.")
    did_you_mean = serializers.CharField(
        allow_blank=True, help_text="The query with words of your own photos in place of those that were not found."
    )
    date_offers = DateOffer(many=True, help_text="Words of the query that may also mean dates; only on the first page.")
    notices = serializers.ListField(
        child=serializers.CharField(),
        help_text="Sentences about the query, and about parts of the search that were unavailable.",
    )


class SimilarAnswer(serializers.Serializer):
    """Similar photos, most similar first."""

    results = HitSerializer(many=True)
    notices = serializers.ListField(child=serializers.CharField())


class Line(serializers.Serializer):
    """A line of recognised text."""

    text = serializers.CharField(allow_blank=True, help_text="Empty if the line could not be read.")
    confidence = serializers.FloatField(help_text="0–1.")
    script = serializers.CharField(
        default="", help_text="Script that another recogniser read, such as korean; empty for the usual one."
    )
    box = serializers.SerializerMethodField()

    @extend_schema_field(BOX)
    def get_box(self, line: dict[str, Any]) -> list[list[float]]:
        """Return four corners, clockwise from the top left of the text, in 0–1 of the picture's width and height."""
        box: list[list[float]] = line["box"]
        return box


class TextSerializer(serializers.Serializer):
    """Recognised text of a photo."""

    state = StateField()
    engine = serializers.CharField(allow_null=True, help_text="OCR engine and its version.")
    text = serializers.CharField()
    lines = Line(many=True)


def serialize_hits(hits: list[Hit]) -> list[dict[str, Any]]:
    """Return the API representation of `hits`."""
    load_albums(photo for hit in hits for photo in (hit.photo, *hit.near_duplicates))
    shown: list[dict[str, Any]] = HitSerializer(hits, many=True).data
    return shown
