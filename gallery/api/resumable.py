"""Files that come in pieces and go on after a lost connection: tus 1.0, as gallery.views.resumable speaks it."""

import json
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from gallery.access import ApiRequest
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem, answer_plainly
from gallery.access.transfers import is_transfer
from gallery.api.bodies import Piece
from gallery.api.uploads import STATUSES
from gallery.tokens import Scope
from gallery.views import resumable

NUMBER = {"type": "string", "pattern": "^[0-9]{1,15}$"}
RESUMABLE = OpenApiParameter(
    "Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[resumable.VERSION], description="The version."
)
METADATA = {"type": "string", "pattern": r"^(?:[a-z0-9]+ (?:[A-Za-z0-9+/]{4})*(?:,(?!$)|$))*$"}
PIECE = {resumable.PIECE_TYPE: OpenApiTypes.BINARY}


class SentArchive(serializers.Serializer):
    """An archive that came whole."""

    upload = serializers.UUIDField(help_text="For `imports/`, which may take it for a day.")


class Outcome(serializers.Serializer):
    """What became of the file."""

    id = serializers.IntegerField(help_text="Of the photo.")
    status = serializers.ChoiceField(list(STATUSES.values()), help_text="Restored: out of the bin.")
    url = serializers.CharField(help_text="The photo's page, for people.")


def refused(*statuses: int) -> dict[Any, Any]:
    """For the schema: problems that the protocol knows."""
    meanings = {
        409: "This is not the piece that comes next; `Upload-Offset` says which is.",
        412: "`Tus-Resumable` names another version.",
        423: "Another request is sending this file.",
    }
    return {(status, CONTENT_TYPE): OpenApiResponse(Problem, description=meanings[status]) for status in statuses}


class BeginUpload(ApiView):
    """A new file."""

    scopes = {"POST": Scope.UPLOAD}
    parser_classes = [Piece]
    kind: ClassVar[dict[str, Any]] = {"resume": "api:resume-upload"}

    @extend_schema(
        operation_id="begin_upload",
        parameters=[
            RESUMABLE,
            OpenApiParameter("Upload-Length", NUMBER, OpenApiParameter.HEADER, required=True, description="Bytes."),
            OpenApiParameter(
                "Upload-Metadata",
                METADATA,
                OpenApiParameter.HEADER,
                description="Names with values in base64, divided by commas: `filename`, and of a picture `sha256`.",
            ),
        ],
        request=PIECE,
        responses={201: None, **refused(412)},
        tags=["upload"],
    )
    @is_transfer
    def post(self, request: ApiRequest) -> HttpResponse:
        """Begin an upload in pieces, the first of which may come along; `Location` takes the others (tus 1.0)."""
        return _in_shape(resumable.begin(_plain(request), **self.kind))


class ResumeUpload(ApiView):
    """A file on its way."""

    scopes = {"GET": Scope.UPLOAD, "PATCH": Scope.UPLOAD, "DELETE": Scope.UPLOAD}
    parser_classes = [Piece]
    is_archive = False

    def head(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        """How much has come."""
        return self._go_on(request, upload_id)

    @extend_schema(
        operation_id="send_piece",
        parameters=[
            RESUMABLE,
            OpenApiParameter("Upload-Offset", NUMBER, OpenApiParameter.HEADER, required=True, description="Bytes."),
        ],
        request=PIECE,
        responses={204: None, 200: Outcome, **refused(409, 412, 423)},
        tags=["upload"],
    )
    @is_transfer
    def patch(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        """Send the next piece; with `Accept: application/json` the last one is answered with the photo.

        HEAD says in `Upload-Offset` how much has come.
        """
        return self._go_on(request, upload_id)

    @extend_schema(
        operation_id="forget_upload",
        parameters=[RESUMABLE],
        request=None,
        responses={204: None, **refused(412, 423)},
        tags=["upload"],
    )
    def delete(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        """Forget what has come of a file."""
        return self._go_on(request, upload_id)

    def _go_on(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        return _in_shape(resumable.go_on(_plain(request), upload_id, is_archive=self.is_archive))


@extend_schema_view(post=extend_schema(operation_id="begin_archive", tags=["imports"]))
class BeginArchive(BeginUpload):
    """A new archive for an import."""

    scopes = {"POST": Scope.IMPORT}
    kind: ClassVar[dict[str, Any]] = {"resume": "api:resume-archive", "is_archive": True}


@extend_schema_view(
    patch=extend_schema(
        operation_id="send_archive_piece",
        description="Send the next piece; with `Accept: application/json` the last one is answered with what `imports/`"
        " takes.\n\nHEAD says in `Upload-Offset` how much has come.",
        responses={204: None, 200: SentArchive, **refused(409, 412, 423)},
        tags=["imports"],
    ),
    delete=extend_schema(operation_id="forget_archive", tags=["imports"]),
)
class ResumeArchive(ResumeUpload):
    """An archive on its way."""

    scopes = {"GET": Scope.IMPORT, "PATCH": Scope.IMPORT, "DELETE": Scope.IMPORT}
    is_archive = True


def _plain(request: ApiRequest) -> Any:
    """The request as pages know it, of the same person."""
    request._request.user = request.user
    return request._request


def _in_shape(response: HttpResponse) -> HttpResponse:
    """What the pages' own script is told in a sentence, as a problem."""
    if response.status_code < 400:
        return response
    answer = answer_plainly(response.status_code, json.loads(response.content)["detail"])
    for name, value in response.items():
        if name.startswith(("Tus-", "Upload-")):
            answer[name] = value
    return answer
