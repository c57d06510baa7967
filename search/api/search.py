"""Search by words, or by a picture that is sent along."""

from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.problems import ApiView, Refused, TooLarge, Unsupported
from gallery.images import ImageTooLarge, InvalidImage, UnsupportedImage, read_header
from gallery.tokens import Scope
from search.hybrid import SearchPage, search_by_image, search_by_text
from search.query import InvalidQuery
from search.serializers import PictureSearch, SearchAnswer, SearchQuery, serialize_hits

# What a request holds beside the picture: boundaries and filters.
ENVELOPE = 64 * 1024
# A list is as long as a person would ever go through; cursors have three digits.
LONGEST = 999


class Search(ApiView):
    """By words."""

    scopes = {"GET": Scope.SEARCH}

    @extend_schema(operation_id="search", parameters=[SearchQuery], responses=SearchAnswer, tags=["search"])
    def get(self, request: ApiRequest) -> Response:
        """Photos that hold the words or show what they mean; filters alone list the newest first."""
        query = SearchQuery.read(request.query_params)

        def search(limit: int) -> SearchPage:
            return search_by_text(query.validated_data["q"], user=request.user, filters=query.filters(), limit=limit)

        return _answer(query, search)


class PictureSearchView(ApiView):
    """By a picture."""

    scopes = {"POST": Scope.SEARCH}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="search_by_picture",
        request={"multipart/form-data": PictureSearch},
        responses=SearchAnswer,
        tags=["search"],
    )
    def post(self, request: ApiRequest) -> Response:
        """Photos that look like the picture; words and filters narrow or add to what is found."""
        if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES + ENVELOPE:
            raise TooLarge(_("This picture is too large to search with; make it smaller and try again."))
        query = PictureSearch.read(request.data)
        picture: UploadedFile = query.validated_data["picture"]
        data = picture.read()

        def search(limit: int) -> SearchPage:
            return search_by_image(
                data, user=request.user, text=query.validated_data["q"], filters=query.filters(), limit=limit
            )

        try:
            # Here and not only in the encoder, which may be down and then is not asked.
            read_header(BytesIO(data))
            return _answer(query, search)
        except UnsupportedImage as error:
            raise Unsupported(str(error)) from error
        except ImageTooLarge as error:
            raise TooLarge(str(error)) from error
        except InvalidImage as error:
            raise Refused(str(error)) from error


def _answer(query: SearchQuery, search: Callable[[int], SearchPage]) -> Response:
    """The page of what `search` finds that the query asks for.

    Every page searches anew, so between two pages the order may change; whoever keeps result lists changes this place.
    """
    begin, size = int(query.validated_data.get("cursor", "0")), query.validated_data["page_size"]
    try:
        page = search(begin + size)
    except InvalidQuery as error:
        raise serializers.ValidationError({"q": str(error)}) from error
    end = begin + size
    more = page.has_more and end + size <= LONGEST
    body = {
        "results": serialize_hits(page.hits[begin:]),
        "notices": page.notices,
        "next_cursor": str(end) if more else None,
    }
    return Response(body)
