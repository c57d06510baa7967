"""Answers to uploads, for pages and API alike: the status of each result, and the answers of tus 1.0."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from gallery.access.problems import problem_response
from gallery.storage.partial_uploads import Arrival, PartialUpload, UploadRefusal

TUS_VERSION = "1.0.0"
DAMAGED_PIECE = "damaged-piece"
STATUSES = {Arrival.CREATED: 201, Arrival.DUPLICATE: 200, Arrival.RESTORED: 200, Arrival.WAITING: 201}
REFUSAL_STATUSES = {
    "bad-request": 400,
    "invalid": 400,
    "checksum-mismatch": 400,
    "not-found": 404,
    "conflict": 409,
    "length-required": 411,
    "wrong-version": 412,
    "too-large": 413,
    "quota-exceeded": 413,
    "insufficient-storage": 413,
    "unsupported-media-type": 415,
    "locked": 423,
    # tus has a status of its own for this, whose problem type is `checksum-mismatch`.
    DAMAGED_PIECE: 460,
}
# Methods allowed in X-HTTP-Method-Override, for networks that only let POST through.
OVERRIDING_METHODS = ("HEAD", "PATCH", "DELETE")


def status_of(arrival: str, kind: str = "") -> int:
    """Return the HTTP status of a finished upload; `kind` is that of the refusal."""
    return REFUSAL_STATUSES[kind] if arrival == Arrival.REFUSED else STATUSES[Arrival(arrival)]


def describe_photo(photo_id: int | None, arrival: Arrival) -> dict[str, Any]:
    """Return the JSON that reports a stored photo."""
    return {"id": photo_id, "status": arrival.value, "url": reverse("gallery:photo", args=[photo_id])}


def override_method(request: HttpRequest) -> None:
    """Apply X-HTTP-Method-Override to a POST."""
    wanted = request.headers.get("X-HTTP-Method-Override", "").strip().upper()
    if request.method == "POST" and wanted in OVERRIDING_METHODS:
        request.method = wanted


def answer_tus(
    status: int, headers: Mapping[str, object] | None = None, content: dict[str, Any] | None = None
) -> HttpResponse:
    """Return an answer of tus; without `content` it has neither a body nor a type."""
    response = JsonResponse(content, status=status) if content else HttpResponse(status=status)
    if not content:
        del response.headers["Content-Type"]
    return _with_headers(response, headers or {})


def answer_progress(
    request: HttpRequest, upload: PartialUpload, *, status: int, location: str | None = None
) -> HttpResponse:
    """Report the received bytes, and the result to clients that accept JSON, once the upload is finished."""
    headers: dict[str, object] = {
        "Upload-Offset": upload.offset,
        "Upload-Length": upload.size,
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Cache-Control": "no-store",
    }
    if location:
        headers["Location"] = location
    if not upload.is_finished or request.method == "HEAD":
        return answer_tus(status, headers)
    if upload.arrival == Arrival.REFUSED:
        return _refuse(upload.kind, upload.detail, headers)
    if not _accepts_json(request):
        return answer_tus(status, headers)
    if upload.arrival == Arrival.WAITING:
        content: dict[str, Any] = {"upload": str(upload.pk)}
    else:
        content = describe_photo(upload.photo_id, Arrival(upload.arrival))
    return answer_tus(201 if status == 201 else 200, headers, content)


def answer_refusal(error: UploadRefusal | PartialUpload.DoesNotExist, *, location: str | None = None) -> HttpResponse:
    """Return the problem document for a refused tus request."""
    if isinstance(error, PartialUpload.DoesNotExist):
        return _refuse("not-found", _("Not found."), {})
    headers: dict[str, object] = {}
    if error.upload is not None:
        headers["Upload-Offset"] = error.upload.offset
    if location:
        headers["Location"] = location
    if error.kind == "wrong-version":
        headers["Tus-Version"] = TUS_VERSION
    return _refuse(error.kind, str(error), headers)


def _refuse(kind: str, sentence: str, headers: Mapping[str, object]) -> HttpResponse:
    response = problem_response(REFUSAL_STATUSES[kind], sentence, code="" if kind == DAMAGED_PIECE else kind)
    if kind == DAMAGED_PIECE:
        response.reason_phrase = "Checksum Mismatch"
    return _with_headers(response, headers)


def _with_headers(response: HttpResponse, headers: Mapping[str, object]) -> HttpResponse:
    for name, value in {"Tus-Resumable": TUS_VERSION, **headers}.items():
        response[name] = str(value)
    return response


def _accepts_json(request: HttpRequest) -> bool:
    """Return whether `Accept` names JSON; wildcards do not count, because their senders expect an empty answer."""
    return any(
        accepted.main_type == "application" and accepted.sub_type in ("json", "*")
        for accepted in request.accepted_types
    )
