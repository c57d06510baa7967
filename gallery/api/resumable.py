"""Uploads in pieces by tus 1.0, which continue after a lost connection; see gallery.intake.tus."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from gallery.access import ApiRequest
from gallery.access.problems import CONTENT_TYPE, ApiView, Problem
from gallery.access.schema import response_header
from gallery.access.tokens import Scope
from gallery.access.transfers import limit_transfers
from gallery.access.upload_answers import TUS_VERSION, answer_progress, answer_refusal, answer_tus, override_method
from gallery.api.bodies import PieceParser
from gallery.api.uploads import STORED
from gallery.intake import tus
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import PartialUpload
from gallery.storage.partial_uploads import UploadRefusal

NUMBER = {"type": "string", "pattern": "^[0-9]{1,15}$"}
METADATA = {"type": "string", "pattern": r"^(?:[a-z0-9_]+ (?:[A-Za-z0-9+/]{4})*(?:,(?!$)|$))*$"}
B64 = "[A-Za-z0-9+/]"
CHECKSUM = {
    "type": "string",
    "pattern": "^(?:sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=|md5 [A-Za-z0-9+/]{22}==)$",
}
# The only media type that generated clients use for bytes.
PIECE = {"application/octet-stream": OpenApiTypes.BINARY}


def request_header(
    name: str, schema: Any, description: str, *, required: bool = False, **options: Any
) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description, required=required, **options
    )


RESUMABLE = request_header("Tus-Resumable", str, "Version of the protocol.", required=True, enum=[TUS_VERSION])
PIECE_CHECKSUM = request_header(
    "Upload-Checksum",
    CHECKSUM,
    "Algorithm and the piece's digest in base64; on a mismatch the answer is 460 and nothing is stored.",
)
VERSION = response_header("Tus-Resumable", "Supported version of the protocol.")
SUPPORTED = response_header("Tus-Version", "Supported version of the protocol.", 412)
PROGRESS = [
    response_header("Upload-Offset", "Number of bytes received.", 200, 201, 204, 409, schema=int),
    response_header("Upload-Length", "Size of the file in bytes.", 200, 201, 204, schema=int),
    response_header("Upload-Expires", "When the unfinished upload is removed.", 200, 201, 204),
    response_header("Cache-Control", "`no-store`.", 200, 201, 204),
]
LOCATION = response_header("Location", "Address for the remaining pieces.", 201)
OPTIONS_HEADERS = [
    response_header("Tus-Version", "Supported version of the protocol.", 204),
    response_header("Tus-Extension", "Supported extensions.", 204),
    response_header("Tus-Max-Size", "Largest file accepted, in bytes.", 204, schema=int),
    response_header("Tus-Checksum-Algorithm", "Algorithms for `Upload-Checksum`.", 204),
]
PIECE_TYPE_HELP = f"The body may also have the protocol's own media type, `{PIECE_TYPE}`."


class UploadedArchive(serializers.Serializer):
    """Result of a completed upload of an archive."""

    upload = serializers.UUIDField(help_text="Value of `upload` for `imports/`; valid for a day.")


class UploadResult(serializers.Serializer):
    """Result of a completed upload of a picture."""

    id = serializers.IntegerField(help_text="Id of the photo.")
    status = serializers.ChoiceField(STORED, help_text="`restored`: the photo was in the trash.")
    url = serializers.CharField(help_text="Web page of the photo.")


def protocol_errors(*statuses: int) -> dict[Any, Any]:
    """Describe errors of the protocol for the schema."""
    meanings = {
        409: "This is not the next piece; `Upload-Offset` is the number of bytes received.",
        412: "`Tus-Resumable` is not a supported version.",
        423: "Another request is sending this file.",
        460: "The piece does not match its checksum and was not stored.",
    }
    return {(status, CONTENT_TYPE): OpenApiResponse(Problem, description=meanings[status]) for status in statuses}


class TusView(ApiView):
    """View of tus 1.0: all answers have the protocol's version, and OPTIONS needs no token."""

    parser_classes = [PieceParser]
    http_method_names = [*ApiView.http_method_names, "options"]
    is_archive = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Apply X-HTTP-Method-Override to a POST."""
        override_method(request)
        return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> list[Any]:
        """Allow OPTIONS without a token: its answer is the same for all clients."""
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def handle_exception(self, exc: Exception) -> Any:
        """Answer refused requests with a problem document and the protocol's headers."""
        if isinstance(exc, UploadRefusal | PartialUpload.DoesNotExist):
            return answer_refusal(exc)
        return super().handle_exception(exc)

    def finalize_response(self, request: ApiRequest, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the protocol version, also to errors."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Tus-Resumable", TUS_VERSION)
        return response


class BeginUploadView(TusView):
    """New upload of a picture."""

    scopes = {"POST": Scope.UPLOAD}
    resume = "api:resume-upload"

    @extend_schema(
        operation_id="begin_upload",
        parameters=[
            RESUMABLE,
            request_header("Upload-Length", NUMBER, "Bytes.", required=True),
            request_header(
                "Upload-Metadata",
                METADATA,
                "Comma-separated names with base64 values: `filename`, and for pictures `sha256`, `album`, the id of an"
                " album to which the photo is added, and `modified_at`, the modification time of the file with its"
                " zone, such as 2024-05-01T18:30:00Z.",
            ),
            PIECE_CHECKSUM,
            LOCATION,
            *PROGRESS,
            VERSION,
            SUPPORTED,
        ],
        request=PIECE,
        responses={201: None, **protocol_errors(412, 460)},
        tags=["upload"],
        description="Begin an upload in pieces (tus 1.0). The body may contain the first piece; send the others to the"
        " address in `Location`.\n\nThe answer has a body if this piece completes the file and `Accept` names JSON."
        f" {PIECE_TYPE_HELP}",
    )
    @limit_transfers
    def post(self, request: ApiRequest) -> HttpResponse:
        try:
            upload = tus.begin_upload(request.headers, request._request, owner=request.user, is_archive=self.is_archive)
        except tus.DamagedPiece as error:
            return answer_refusal(error, location=self._location(error.upload))
        return answer_progress(request._request, upload, status=201, location=self._location(upload))

    def _location(self, upload: PartialUpload) -> str:
        return self.request.build_absolute_uri(reverse(self.resume, args=[upload.pk]))

    @extend_schema(
        operation_id="describe_uploads",
        parameters=[*OPTIONS_HEADERS, VERSION],
        responses={204: None},
        tags=["upload"],
        auth=[],
    )
    def options(self, request: ApiRequest, **_ids: UUID) -> HttpResponse:  # noqa: ARG002 - the framework's signature
        """Describe the supported parts of the protocol; needs no token."""
        return answer_tus(204, tus.describe_server(is_archive=self.is_archive))


class ResumeUploadView(TusView):
    """Unfinished upload of a picture."""

    scopes = {"GET": Scope.UPLOAD, "PATCH": Scope.UPLOAD, "DELETE": Scope.UPLOAD}

    @extend_schema(
        operation_id="read_upload",
        parameters=[RESUMABLE, *PROGRESS, VERSION, SUPPORTED],
        responses={200: None, 412: OpenApiResponse(None, description="`Tus-Resumable` is not a supported version.")},
        tags=["upload"],
    )
    def head(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        """Report in `Upload-Offset` how many bytes have arrived."""
        return answer_progress(request._request, self._get(request, upload_id), status=200)

    @extend_schema(
        operation_id="send_piece",
        parameters=[
            RESUMABLE,
            request_header("Upload-Offset", NUMBER, "Bytes.", required=True),
            PIECE_CHECKSUM,
            *PROGRESS,
            VERSION,
            SUPPORTED,
        ],
        request=PIECE,
        responses={204: None, 200: UploadResult, **protocol_errors(409, 412, 423, 460)},
        tags=["upload"],
        description="Send the next piece. If `Accept` names JSON, the answer to the last one names the photo.\n\n"
        f"HEAD reports in `Upload-Offset` how many bytes have arrived. {PIECE_TYPE_HELP}",
    )
    @limit_transfers
    def patch(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        upload = self._get(request, upload_id)
        tus.receive_piece(request.headers, request._request, upload)
        return answer_progress(request._request, upload, status=204)

    @extend_schema(
        operation_id="cancel_upload",
        parameters=[RESUMABLE, VERSION, SUPPORTED],
        request=None,
        responses={204: None, **protocol_errors(412, 423)},
        tags=["upload"],
    )
    def delete(self, request: ApiRequest, upload_id: UUID) -> HttpResponse:
        """Cancel an upload and delete its bytes."""
        tus.cancel_upload(self._get(request, upload_id))
        return answer_tus(204)

    @extend_schema(
        operation_id="describe_upload",
        parameters=[*OPTIONS_HEADERS, VERSION],
        responses={204: None},
        tags=["upload"],
        auth=[],
    )
    def options(self, request: ApiRequest, **_ids: UUID) -> HttpResponse:  # noqa: ARG002 - the framework's signature
        """Describe the supported parts of the protocol; needs no token."""
        return answer_tus(204, tus.describe_server(is_archive=self.is_archive))

    def _get(self, request: ApiRequest, upload_id: UUID) -> PartialUpload:
        return tus.get_upload(request.headers, upload_id, owner=request.user, is_archive=self.is_archive)


@extend_schema_view(
    post=extend_schema(operation_id="begin_archive", tags=["imports"]),
    options=extend_schema(operation_id="describe_archives", tags=["imports"]),
)
class BeginArchiveView(BeginUploadView):
    """New upload of an archive for an import."""

    scopes = {"POST": Scope.IMPORT}
    resume = "api:resume-archive"
    is_archive = True


@extend_schema_view(
    head=extend_schema(operation_id="read_archive", tags=["imports"]),
    options=extend_schema(operation_id="describe_archive", tags=["imports"]),
    patch=extend_schema(
        operation_id="send_archive_piece",
        description="Send the next piece. If `Accept` names JSON, the answer to the last one has the `upload` for"
        f" `imports/`.\n\nHEAD reports in `Upload-Offset` how many bytes have arrived. {PIECE_TYPE_HELP}",
        responses={204: None, 200: UploadedArchive, **protocol_errors(409, 412, 423, 460)},
        tags=["imports"],
    ),
    delete=extend_schema(operation_id="cancel_archive", tags=["imports"]),
)
class ResumeArchiveView(ResumeUploadView):
    """Unfinished upload of an archive."""

    scopes = {"GET": Scope.IMPORT, "PATCH": Scope.IMPORT, "DELETE": Scope.IMPORT}
    is_archive = True
