"""Search by words and filters, by a stored photo, or by a picture in the request."""

from collections.abc import Callable
from io import BytesIO

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import CONFLICT, CONTENT_TYPE, ApiView, Conflict, Problem
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.models import Photo
from gallery.pictures.images import InvalidImage, read_header
from search.encoders.client import EncoderBusy
from search.forms import SearchForm
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import (
    SearchOptions,
    continue_search,
    search_by_example,
    search_by_image,
    search_by_text,
)
from search.ranking.result_lists import ResultListGone
from search.ranking.results import SearchPage
from search.saved import saved_searches
from search.serializers import DateOffer, PictureSearch, RunQuery, SearchAnswer, WordSearch, serialize_hits
from search.vectors.examples import ExampleGone, PartOfPhoto, StoredPhoto

ANSWERS = {
    200: SearchAnswer,
    (404, CONTENT_TYPE): OpenApiResponse(Problem, "The cursor's result list has expired, or there is no such photo."),
}


class TooManyPictureSearches(APIException):
    """Other picture searches of the same user are still running."""

    status_code = 429
    default_code = "throttled"

    def __init__(self, busy: EncoderBusy) -> None:
        super().__init__(str(busy))
        self.wait = busy.wait


class SearchView(ApiView):
    scopes = {"GET": Scope.SEARCH}

    @extend_schema(operation_id="search", parameters=[WordSearch], responses=ANSWERS, tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """Find photos by words and filters, or by similarity to a photo.

        Words match recognised text, file names, descriptions and the content of the picture. Without words and an
        example, the newest photos that match the filters come first.
        """
        query = WordSearch.read(request.query_params)
        data = query.validated_data

        def search(limit: int) -> SearchPage:
            parsed = parse(data["q"], filters=query.filters(user=request.user))
            options = SearchOptions(order=data.get("order", ""), page_size=limit)
            if "photo" not in data:
                return search_by_text(parsed, user=request.user, options=options)
            photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=data["photo"])
            example = PartOfPhoto(photo, data["region"]) if "region" in data else StoredPhoto(photo)
            return search_by_example(example, user=request.user, query=parsed, options=options)

        try:
            return _answer(request, query, search)
        except InvalidImage as error:
            raise serializers.ValidationError({"region": str(error)}) from error


class SavedSearchResultsView(ApiView):
    scopes = {"GET": Scope.SEARCH}

    @extend_schema(
        operation_id="run_saved_search", parameters=[RunQuery], responses=ANSWERS | CONFLICT, tags=["search"]
    )
    def get(self, request: ApiRequest, saved_id: int) -> Response:
        """Run a saved search and return its photos.

        404 also if its example photo or uploaded picture no longer exists.
        """
        saved = get_object_or_404(saved_searches(user=request.user), pk=saved_id)
        query = RunQuery.read(request.query_params)
        form = SearchForm(QueryDict(saved.address))

        def search(limit: int) -> SearchPage:
            if not form.is_valid() or not form.asks_for_something:
                raise Conflict(_("This search was saved by another version and cannot be run. Save it again."))
            return run_form(form, user=request.user, limit=limit)

        try:
            return _answer(request, query, search)
        except ExampleGone as error:
            raise NotFound(_("The picture of this search is no longer stored.")) from error
        except InvalidImage as error:
            raise Conflict(str(error)) from error


class PictureSearchView(ApiView):
    scopes = {"POST": Scope.SEARCH}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="search_by_picture",
        request={"multipart/form-data": PictureSearch},
        responses=ANSWERS,
        tags=["search"],
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> Response:
        """Find photos similar to a picture in the request, optionally combined with words and filters.

        Further pages are also available from `search/` with the `cursor` alone, without sending the picture again.
        """
        query = PictureSearch.read(request.data)
        picture: UploadedFile = query.validated_data["picture"]
        data = picture.read()

        def search(limit: int) -> SearchPage:
            parsed = parse(query.validated_data["q"], filters=query.filters(user=request.user))
            options = SearchOptions(order=query.validated_data.get("order", ""), page_size=limit)
            return search_by_image(data, user=request.user, query=parsed, options=options)

        # Checked here, because the encoder is not asked while it is down.
        read_header(BytesIO(data))
        return _answer(request, query, search)


def run_form(form: SearchForm, *, user: User, limit: int) -> SearchPage:
    """Return the first page of results for a valid search form.

    Raises:
        ExampleGone, Http404: the example picture no longer exists.
        InvalidImage, InvalidQuery: with a message for the user.
    """
    data = form.cleaned_data
    form.album(user=user)
    query = parse(data["q"], filters=form.filters())
    options = SearchOptions(order=data["order"], max_results=data["top"], page_size=limit)
    example = form.example(user=user)
    if example is None:
        return search_by_text(query, user=user, options=options)
    return search_by_example(example, user=user, query=query, options=options)


def _answer(request: ApiRequest, query: RunQuery, search: Callable[[int], SearchPage]) -> Response:
    """Return the requested page: the first page that `search` returns, or a further page of a stored result list."""
    cursor, size = query.validated_data.get("cursor"), query.validated_data["page_size"]
    try:
        if cursor:
            key, _dot, start = cursor.partition(".")
            page = continue_search(key, user=request.user, start=int(start), limit=size)
        else:
            page = search(size)
    except InvalidQuery as error:
        raise serializers.ValidationError({"q": str(error)}) from error
    except EncoderBusy as error:
        raise TooManyPictureSearches(error) from error
    except ResultListGone as error:
        raise NotFound(_("This result list has expired. Search again.")) from error
    body = {
        "results": serialize_hits(page.hits),
        "found": page.found,
        "is_cut": page.is_cut,
        "did_you_mean": page.did_you_mean,
        "date_offers": DateOffer(page.offers, many=True).data,
        "notices": page.notices,
        "relevance_cutoff": page.cutoff,
        "next_cursor": f"{page.key}.{page.next_start}" if page.has_more else None,
    }
    return Response(body)
