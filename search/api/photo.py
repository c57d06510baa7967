"""Search data of one photo: its recognised text, and similar photos."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import QueryInteger, QuerySerializer
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.models import Photo, Step
from search.models import PhotoText
from search.ranking.hybrid import search_similar
from search.serializers import MAX_PAGE, SimilarAnswer, TextSerializer, serialize_hits


class SimilarQuery(QuerySerializer):
    """Query parameters for similar photos."""

    page_size = QueryInteger(required=False, default=24, min_value=1, max_value=MAX_PAGE)


class PhotoTextView(ApiView):
    scopes = {"GET": Scope.PHOTO_READ}

    @extend_schema(operation_id="read_text", responses=TextSerializer, tags=["photos"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """Return the recognised text of a photo, with each line's position in the picture."""
        photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
        found = PhotoText.objects.filter(photo=photo).first()
        if found:
            lines = found.lines_as_seen(photo.rotation)
            body: dict[str, Any] = {"state": "done", "engine": found.engine, "text": found.text, "lines": lines}
        else:
            failed = any(attempt.is_final for attempt in photo.step_attempts.filter(step=Step.TEXT))
            state = "off" if not photo.wants_text else "failed" if failed or photo.defect else "waiting"
            body = {"state": state, "engine": None, "text": "", "lines": []}
        return Response(TextSerializer(body).data)


class SimilarPhotosView(ApiView):
    scopes = {"GET": Scope.SEARCH}

    @extend_schema(operation_id="list_similar", parameters=[SimilarQuery], responses=SimilarAnswer, tags=["search"])
    def get(self, request: ApiRequest, photo_id: int) -> Response:
        """List photos similar to this one, most similar first."""
        photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
        query = SimilarQuery.read(request.query_params)
        page = search_similar(photo, user=request.user, limit=query.validated_data["page_size"])
        return Response({"results": serialize_hits(page.hits), "notices": page.notices})
